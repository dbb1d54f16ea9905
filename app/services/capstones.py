"""Writing a capstone together and handing it in: who saves last never undoes the others."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import (
    Capstone,
    CapstoneSection,
    CapstoneStatus,
    CapstoneVersion,
    Completion,
    Enrolment,
    Milestone,
    SectionKey,
    Team,
)
from app.queries.capstones import members, milestones, sections, snapshot
from app.queries.versions import MilestoneSeen, Snapshot
from app.services.enrolments import show_anew
from app.services.progress import record_fulfilled_by

MOST_MILESTONES = 50
#: A text that saves itself may still be under way when its person presses the button.
UNDER_WAY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MilestoneFacts:
    title: str
    responsible: str = ""
    due_on: date | None = None
    indicator: str = ""
    resources: str = ""


def save_section(  # noqa: PLR0913 -- who wrote what, when, on which page, and knowing what
    session: Session,
    team_id: UUID,
    key: SectionKey,
    body: str,
    *,
    version: int,
    by: UUID,
    now: datetime,
    page: str = "",
) -> CapstoneSection:
    """Keep ``body``, written by somebody who had read ``version`` (0: nothing was there).

    ``page`` tells one opening of the page from another of the same person.
    """
    capstone = _to_write(session, team_id, by=by)
    section = session.exec(
        select(CapstoneSection).where(
            CapstoneSection.capstone_id == capstone.id, CapstoneSection.key == key
        )
    ).one_or_none()
    if section is None:
        section = CapstoneSection(capstone_id=capstone.id, key=key, version=0)
    if section.body == body and section.version:
        return section
    if section.version != version and not _own_echo(section, version, page, now):
        raise Conflict(_("Somebody else saved this section while you were writing."))

    section.body = body
    section.version += 1
    section.saved_at, section.saved_by_id, section.saved_from = now, by, page
    session.add(section)
    _note_save(session, capstone, by=by, now=now)
    return section


def _own_echo(section: CapstoneSection, version: int, page: str, now: datetime) -> bool:
    """The one save in between came from the same page, a moment ago: its own earlier letters."""
    return (
        section.version == version + 1
        and section.saved_from == page != ""
        and section.saved_at is not None
        and now - section.saved_at < UNDER_WAY
    )


def save_title(
    session: Session, team_id: UUID, title: str, *, was: str, by: UUID, now: datetime
) -> Capstone:
    capstone = _to_write(session, team_id, by=by)
    if capstone.title == title:
        return capstone
    if capstone.title != was:
        raise Conflict(_("Somebody else changed the title while you were writing."))

    capstone.title = title
    capstone.version += 1
    _note_save(session, capstone, by=by, now=now)
    return capstone


def add_milestone(
    session: Session, team_id: UUID, facts: MilestoneFacts, *, by: UUID, now: datetime
) -> Milestone:
    capstone = _to_write(session, team_id, by=by)
    planned = _planned(session, capstone)
    if len(planned) >= MOST_MILESTONES:
        raise RuleBroken(
            _("A plan has at most %(count)s milestones. Put some together.")
            % {"count": MOST_MILESTONES}
        )

    last = planned[-1].position if planned else 0
    milestone = Milestone(capstone_id=capstone.id, position=last + 1, **asdict(facts))
    session.add(milestone)
    _note_milestones(session, capstone, by=by, now=now)
    return milestone


def change_milestone(
    session: Session,
    team_id: UUID,
    milestone_id: UUID,
    facts: MilestoneFacts,
    *,
    was: str,
    by: UUID,
    now: datetime,
) -> Milestone:
    """``was`` is the `mark` of the milestone that the person had before them."""
    capstone = _to_write(session, team_id, by=by)
    milestone = session.get(Milestone, milestone_id)
    if milestone is None:
        raise Conflict(_("Somebody else removed this milestone while you were writing."))
    if milestone.capstone_id != capstone.id:
        raise NotFound(_("There is nothing at this address."))
    wanted = MilestoneSeen(milestone.id, **asdict(facts))
    if MilestoneSeen.of(milestone).mark not in {was, wanted.mark}:
        raise Conflict(_("Somebody else changed this milestone while you were writing."))

    milestone.sqlmodel_update(asdict(facts))
    session.add(milestone)
    _note_milestones(session, capstone, by=by, now=now)
    return milestone


def remove_milestone(
    session: Session, team_id: UUID, milestone_id: UUID, *, by: UUID, now: datetime
) -> None:
    """Take a milestone out of the plan; one that is gone already stays gone."""
    capstone = _to_write(session, team_id, by=by)
    milestone = session.get(Milestone, milestone_id)
    if milestone is None:
        return
    if milestone.capstone_id != capstone.id:
        raise NotFound(_("There is nothing at this address."))

    session.delete(milestone)
    _note_milestones(session, capstone, by=by, now=now)


def move_milestone(
    session: Session, team_id: UUID, milestone_id: UUID, *, up: bool, by: UUID, now: datetime
) -> None:
    """Let a milestone change places with the one before it, or after it."""
    capstone = _to_write(session, team_id, by=by)
    planned = _planned(session, capstone)
    place = next((n for n, one in enumerate(planned) if one.id == milestone_id), None)
    if place is None:
        raise NotFound(_("There is nothing at this address."))
    other = place - 1 if up else place + 1
    if not 0 <= other < len(planned):
        return

    planned[place], planned[other] = planned[other], planned[place]
    for position, milestone in enumerate(planned, 1):
        milestone.position = position
        session.add(milestone)
    _note_milestones(session, capstone, by=by, now=now)


def missing(content: Snapshot) -> dict[str, str]:
    """What must be there before a work can be handed in and is not: part, and how to go on."""
    found = {}
    if not content.title.strip():
        found["title"] = _("Give your work a title before you submit it.")
    if not any(body.strip() for body in content.sections.values()):
        found["problem"] = _("Write at least one section before you submit.")
    if not content.milestones:
        found["milestones"] = _("Add at least one milestone before you submit.")
    return found


def submit(
    session: Session, team_id: UUID, *, number: int, by: UUID, now: datetime
) -> CapstoneVersion:
    """Hand in what is written as version ``number``. Two who press at once make one version."""
    capstone = _locked(session, team_id, by=by)
    latest = _latest(session, capstone.id)
    submitted = capstone.status is CapstoneStatus.SUBMITTED
    if submitted and latest is not None and latest.number == number:
        return latest
    _refuse_unless_writable(capstone)
    following = latest.number + 1 if latest else 1
    if number != following:
        raise Conflict(_("This page was opened some time ago. Look at it anew, then submit."))
    content = _content(session, capstone)
    if gaps := missing(content):
        raise RuleBroken(" ".join(gaps.values()))

    capstone.status = CapstoneStatus.SUBMITTED
    version = CapstoneVersion(
        capstone_id=capstone.id,
        number=number,
        submitted_at=now,
        submitted_by_id=by,
        content=content.written(),
    )
    session.add_all([capstone, version])
    session.flush()
    _show_team_anew(session, team_id)
    team = [member.enrolment_id for member in members(session, team_id)]
    record_fulfilled_by(session, capstone.edition_id, team, Completion.SUBMITTED, now=now)
    return version


def _content(session: Session, capstone: Capstone) -> Snapshot:
    return snapshot(
        capstone,
        sections(session, capstone.id),
        milestones(session, capstone.id),
        members(session, capstone.team_id),
    )


def _latest(session: Session, capstone_id: UUID) -> CapstoneVersion | None:
    newest = (
        select(func.max(CapstoneVersion.number))
        .where(CapstoneVersion.capstone_id == capstone_id)
        .scalar_subquery()
    )
    return session.exec(
        select(CapstoneVersion).where(
            CapstoneVersion.capstone_id == capstone_id, CapstoneVersion.number == newest
        )
    ).one_or_none()


def _to_write(session: Session, team_id: UUID, *, by: UUID) -> Capstone:
    capstone = _locked(session, team_id, by=by)
    _refuse_unless_writable(capstone)
    return capstone


def _refuse_unless_writable(capstone: Capstone) -> None:
    if capstone.status is CapstoneStatus.SUBMITTED:
        raise RuleBroken(
            _("Your team's work is with the tutor. It can be changed again once it is answered.")
        )
    if capstone.status is CapstoneStatus.ACCEPTED:
        raise RuleBroken(_("Your team's work was accepted and stays as it is."))


def _locked(session: Session, team_id: UUID, *, by: UUID) -> Capstone:
    """The team's capstone, begun if need be, for this transaction alone."""
    team = session.get_one(Team, team_id, with_for_update=True)  # members write at the same time
    capstone = session.exec(select(Capstone).where(Capstone.team_id == team_id)).one_or_none()
    if capstone is None:
        capstone = Capstone(
            edition_id=team.edition_id,
            team_id=team_id,
            language=_language_of(session, by, team.edition_id),
        )
        session.add(capstone)
        session.flush()
        _show_team_anew(session, team_id)
    return capstone


def _language_of(session: Session, account_id: UUID, edition_id: UUID) -> str:
    return session.exec(
        select(Enrolment.language).where(
            Enrolment.account_id == account_id, Enrolment.edition_id == edition_id
        )
    ).one()


def _planned(session: Session, capstone: Capstone) -> list[Milestone]:
    return list(
        session.exec(
            select(Milestone)
            .where(Milestone.capstone_id == capstone.id)
            .order_by(col(Milestone.position), col(Milestone.id))
        )
    )


def _note_milestones(session: Session, capstone: Capstone, *, by: UUID, now: datetime) -> None:
    capstone.version += 1
    _note_save(session, capstone, by=by, now=now)


def _note_save(session: Session, capstone: Capstone, *, by: UUID, now: datetime) -> None:
    capstone.saved_at, capstone.saved_by_id = now, by
    session.add(capstone)
    session.flush()


def _show_team_anew(session: Session, team_id: UUID) -> None:
    show_anew(session, *(member.enrolment_id for member in members(session, team_id)))
