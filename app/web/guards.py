"""Who is asking, and may they? Every route names one of these in its signature."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Depends, Request
from sqlmodel import Session

from app.core import clock
from app.core.errors import NotAllowed, NotFound, SignInFirst
from app.core.formats import live_in
from app.core.i18n import gettext as _
from app.core.i18n import speak
from app.core.ids import token_hash
from app.core.settings import settings
from app.policy import Action, Role, permits
from app.queries import visits
from app.queries.visits import EditionSeen, EnrolmentSeen, Viewer
from app.web.db import unit_of_work

COOKIE = "taller"

GUARDS: set[Callable[..., Any]] = set()


def guard[F: Callable[..., Any]](check: F) -> F:
    """Register ``check`` as an answer to "may they?"; a test finds one on every route."""
    GUARDS.add(check)
    return check


def guarded_by(check: Callable[..., Any]) -> Any:
    """A dependency on ``check`` that commits before the response leaves, not after."""
    return Depends(check, scope="function")


@dataclass
class Visit:
    """One request of one person: the session to work in, and who they are."""

    session: Session
    maybe_viewer: Viewer | None
    roles: frozenset[Role]

    @property
    def viewer(self) -> Viewer:
        """The signed-in person; guards that let visitors in offer ``maybe_viewer`` instead."""
        if self.maybe_viewer is None:
            raise SignInFirst(_("Sign in to see this page."))
        return self.maybe_viewer

    def may(self, action: Action) -> bool:
        return permits(self.roles, action)


@dataclass
class EditionVisit(Visit):
    """A request about one edition, by somebody who may do what the guard asked for in it."""

    edition: EditionSeen
    enrolment: EnrolmentSeen | None

    @property
    def enrolled(self) -> EnrolmentSeen:
        """The enrolment of a participant: there when the guard asked for a participant's action."""
        if self.enrolment is None:
            raise NotAllowed(_("You are not a participant of this edition."))
        return self.enrolment


def _token(request: Request) -> str:
    cookie = request.cookies.get(COOKIE)
    return token_hash(cookie) if cookie else ""


def _settle_in(request: Request, viewer: Viewer | None) -> None:
    """Speak the language and keep the hours of the person who asks."""
    if viewer is None:
        return
    if "lang" not in request.cookies and "lang" not in request.query_params:
        speak(viewer.language)
    live_in(viewer.timezone)


def _visit(request: Request) -> Callable[[Session], Visit]:
    def load(session: Session) -> Visit:
        token = _token(request)
        person = visits.viewer(session, token, now=clock.now()) if token else None
        return Visit(session, person, person.roles if person else frozenset({Role.VISITOR}))

    return load


@guard
async def anyone(request: Request) -> AsyncIterator[Visit]:
    """For pages that everyone may see, signed in or not."""
    async with unit_of_work(request, _visit(request)) as visit:
        _settle_in(request, visit.maybe_viewer)
        yield visit


@guard
async def public() -> None:
    """For what everyone may have and what needs no database: checks of health, static words."""


@guard
async def signed_in(request: Request) -> AsyncIterator[Visit]:
    async with unit_of_work(request, _visit(request)) as visit:
        _settle_in(request, visit.viewer)
        yield visit


def may(action: Action) -> Callable[..., AsyncIterator[Visit]]:
    """For people whose role on the platform allows ``action``."""

    @guard
    async def check(request: Request) -> AsyncIterator[Visit]:
        async with unit_of_work(request, _visit(request)) as visit:
            _settle_in(request, visit.viewer)
            tutors = action is Action.REVIEW_QUEUE and visit.viewer.tutors
            if not (visit.may(action) or tutors):
                raise NotAllowed(_("This page is for other people's work."))
            yield visit

    return check


def edition_where(action: Action) -> Callable[..., AsyncIterator[EditionVisit]]:
    """The edition named in the path, for people who may do ``action`` in it.

    Those who may not even see it learn nothing of its existence.
    """

    @guard
    async def check(request: Request, edition: UUID) -> AsyncIterator[EditionVisit]:
        def load(session: Session) -> EditionVisit:
            facts = visits.edition_visit(session, _token(request), edition, now=clock.now())
            if facts.viewer is None:
                raise SignInFirst(_("Sign in to see this page."))
            _decide(facts, action)
            assert facts.edition is not None  # noqa: S101 -- `_decide` refuses without one
            return EditionVisit(session, facts.viewer, facts.roles, facts.edition, facts.enrolment)

        async with unit_of_work(request, load) as visit:
            _settle_in(request, visit.viewer)
            yield visit

    return check


def _decide(facts: visits.EditionVisitFacts, action: Action) -> None:
    if facts.edition is None or not facts.may(Action.VIEW_EDITION):
        raise NotFound(_("There is nothing at this address."))
    if not facts.may(action):
        raise NotAllowed(_("You may not do that in this edition."))


@guard
async def in_development(request: Request) -> AsyncIterator[Visit]:
    if settings().in_production:
        raise NotFound(_("There is nothing at this address."))
    async with unit_of_work(request, _visit(request)) as visit:
        _settle_in(request, visit.maybe_viewer)
        yield visit


@guard
async def operator(request: Request) -> None:
    """For whoever runs the machine: its own address, or the token of the settings."""
    token = settings().metrics_token.get_secret_value()
    if token and request.headers.get("Authorization") == f"Bearer {token}":
        return
    nearby = request.client is not None and request.client.host in {"127.0.0.1", "::1"}
    if token or not nearby or "X-Forwarded-For" in request.headers:
        raise NotFound(_("There is nothing at this address."))
