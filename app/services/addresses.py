"""Saying where an activity of another house leads, in each language of the edition."""

from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

from sqlmodel import Session, select

from app.core.embeds import embeddable, safe_url
from app.core.errors import Conflict, RuleBroken
from app.core.i18n import gettext as _
from app.core.ids import token_hash
from app.models import Activity, ActivityAddress, ActivityKind
from app.queries.addresses import Lead, leads_of
from app.services.activity_files import show_anew
from app.services.audit import record

#: Kinds that have an address, and what is shown in a frame of our page.
KINDS = (ActivityKind.LINK, ActivityKind.EMBED, ActivityKind.VIDEO)
FRAMED = frozenset({ActivityKind.EMBED, ActivityKind.VIDEO})


def checked_url(kind: ActivityKind, typed: str) -> str:
    """The address as it is kept; raises `RuleBroken` with what is wrong."""
    return embeddable(typed) if kind in FRAMED else safe_url(typed)


def needs_words() -> str:
    return _("Write what there is to see, for who does not load it.")


def seen(leads: Mapping[str, Lead]) -> str:
    """A mark of what somebody saw when they began to write."""
    return token_hash(repr(sorted((name, asdict(lead)) for name, lead in leads.items())))[:32]


def save_leads(
    session: Session, activity: Activity, leads: Mapping[str, Lead], *, saw: str, by: UUID
) -> None:
    """Keep these addresses by language; a language without one has none any more."""
    session.exec(select(Activity.id).where(Activity.id == activity.id).with_for_update()).one()
    before = leads_of(session, activity.id)
    if saw != seen(before):
        raise Conflict(_("Somebody else saved this page meanwhile. Look at what they wrote."))
    _refuse_senseless(activity, leads)
    rows = {
        row.language: row
        for row in session.exec(
            select(ActivityAddress).where(ActivityAddress.activity_id == activity.id)
        )
    }
    for language, row in rows.items():
        if language not in leads:
            session.delete(row)
    for language, lead in leads.items():
        row = rows.get(language) or ActivityAddress(
            activity_id=activity.id, language=language, url=""
        )
        row.url, row.title = checked_url(activity.kind, lead.url), lead.title
        row.instead, row.seconds = lead.instead, lead.seconds
        session.add(row)
    show_anew(session, activity.edition_id)
    record(
        session,
        by,
        "change address",
        "activity",
        activity.id,
        edition=activity.edition_id,
        before={language: lead.url for language, lead in before.items()},
        after={language: lead.url for language, lead in leads.items()},
    )


def _refuse_senseless(activity: Activity, leads: Mapping[str, Lead]) -> None:
    if activity.kind not in KINDS:
        raise RuleBroken(_("An activity of this kind has no address."))
    if activity.kind in FRAMED and not all(lead.instead.strip() for lead in leads.values()):
        raise RuleBroken(needs_words())


def carry_over(session: Session, original: Activity, copy: Activity) -> None:
    """Let a copy lead where its original leads."""
    for row in session.exec(
        select(ActivityAddress).where(ActivityAddress.activity_id == original.id)
    ):
        values = row.model_dump(exclude={"id", "created_at"})
        session.add(ActivityAddress(**values | {"activity_id": copy.id}))
    session.flush()


def take_over(session: Session, original: Activity, copy: Activity) -> None:
    """Let a copy lead there again."""
    for row in session.exec(select(ActivityAddress).where(ActivityAddress.activity_id == copy.id)):
        session.delete(row)
    session.flush()
    carry_over(session, original, copy)
