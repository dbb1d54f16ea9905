"""The wording of messages: what each letter says in each language, changed by administrators."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import NotFound
from app.core.i18n import LANGUAGES, speaking
from app.core.i18n import gettext as _
from app.models import CHOSEN_GROUPS, MessageGroup, MessageWording
from app.policy import Action
from app.queries.wordings import reworded, wordings_of
from app.services.letters import BUILT_IN, Letter
from app.services.notifications import body_of
from app.services.wordings import (
    as_built_in,
    composed,
    restore,
    reword,
    tidy,
    trouble_with,
)
from app.web.forms import Form, submitted
from app.web.guards import Visit, guarded_by, may
from app.web.labels import label
from app.web.letters import TITLES, examples, explained
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute, prefix="/messages/templates")

Keeper = Annotated[Visit, guarded_by(may(Action.CHANGE_WORDINGS))]


class Wording(BaseModel):
    subject: str = Field(min_length=1, max_length=200)
    body: str = Field(min_length=1, max_length=10_000)
    preview: bool = False


@router.get("", name="wordings.index")
def index(request: Request, visit: Keeper) -> Response:
    changed = reworded(visit.session)
    return render(
        request,
        visit,
        "wordings/index.html",
        here="outbox",
        groups=[
            (
                label(group) if group else _("Digest"),
                [one for one in _listed(changed) if one["group"] is group],
            )
            for group in (MessageGroup.ACCOUNT, *CHOSEN_GROUPS, None)
        ],
    )


def _listed(changed: set[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "group": letter.group,
            "title": _title(name),
            "slug": name.replace(" ", "-"),
            "changed": [code for code in LANGUAGES if (name, code) in changed],
        }
        for name, letter in BUILT_IN.items()
    ]


@router.get("/{letter}/{language}", name="wordings.show")
def show(request: Request, visit: Keeper, letter: str, language: str) -> Response:
    name = _named(letter, language)
    own = wordings_of(visit.session, name).get(language)
    subject, body = (own.subject, own.body) if own else _joined(as_built_in(name, language))
    form = Form[Wording](typed={"subject": subject, "body": body})
    return _page(request, visit, name, language, form)


@router.post("/{letter}/{language}", name="wordings.save")
def save(
    request: Request,
    visit: Keeper,
    letter: str,
    language: str,
    form: Annotated[Form[Wording], Depends(submitted(Wording))],
) -> Response:
    name = _named(letter, language)
    _refuse_troubles(form, name)
    if form.data is None or form.data.preview:
        return _page(request, visit, name, language, form)
    reword(
        visit.session,
        name,
        language,
        form.data.subject,
        form.data.body,
        by=visit.viewer.id,
        now=clock.now(),
    )
    return go_to(f"/messages/templates/{letter}/{language}", say=_("Said like this from now on."))


@router.post("/{letter}/{language}/restore", name="wordings.restore")
def back(visit: Keeper, letter: str, language: str) -> Response:
    restore(visit.session, _named(letter, language), language, by=visit.viewer.id)
    return go_to(
        f"/messages/templates/{letter}/{language}",
        say=_("The built-in words are used again."),
    )


def _refuse_troubles(form: Form[Wording], name: str) -> None:
    for field in "subject", "body":
        typed = form.typed.get(field, "")
        trouble = trouble_with(name, typed, is_body=field == "body") if typed.strip() else None
        if trouble:
            form.refuse(field, trouble)


def _page(
    request: Request, visit: Visit, name: str, language: str, form: Form[Wording]
) -> Response:
    own = wordings_of(visit.session, name).get(language)
    letter = BUILT_IN[name]
    return render(
        request,
        visit,
        "wordings/show.html",
        status=422 if form.errors else 200,
        here="outbox",
        form=form,
        title=_title(name),
        own_address=f"/messages/templates/{name.replace(' ', '-')}/{language}",
        letter_address=f"/messages/templates/{name.replace(' ', '-')}",
        language=language,
        is_own=own is not None,
        built_in=as_built_in(name, language),
        placeholders=[(f"{{{one}}}", explained(one)) for one in letter.allowed],
        needs=[f"{{{one}}}" for one in letter.needs],
        sample=_sample(name, language, form) if not form.errors else None,
    )


def _sample(name: str, language: str, form: Form[Wording]) -> Letter:
    """The letter as somebody would get it."""
    own = MessageWording(
        letter=name,
        language=language,
        subject=form.typed.get("subject", ""),
        body=tidy(form.typed.get("body", "")),
        changed_at=clock.now(),
    )
    with speaking(language):
        about = examples()
        subject, paragraphs = composed(name, about, own)
        greeted = "" if BUILT_IN[name].to_anybody else about["name"]
        return Letter(subject, tuple(body_of(greeted, paragraphs).split("\n\n")))


def _joined(letter: Letter) -> tuple[str, str]:
    return letter.subject, "\n\n".join(letter.paragraphs)


def _title(name: str) -> str:
    return _(TITLES.get(name, name))


def _named(slug: str, language: str) -> str:
    name = slug.replace("-", " ")
    if name not in BUILT_IN or language not in LANGUAGES:
        raise NotFound(_("There is nothing at this address."))
    return name
