"""Who is asking, and may they? Every route names one of these in its signature."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.core import clock
from app.core.db import changing, reading
from app.core.errors import NotAllowed, NotFound, SignInFirst
from app.core.formats import live_in
from app.core.i18n import gettext as _
from app.core.i18n import speak
from app.core.ids import token_hash
from app.core.settings import settings
from app.policy import About, Action, Asker, Role, permits, permits_with, permits_with_all
from app.queries import visits
from app.queries.progress import Standing, standing
from app.queries.second_step import HalfSignedIn, half_signed_in
from app.queries.visits import EditionSeen, EnrolmentSeen, KnownBy, Viewer
from app.services.sign_ins import NOTED_EACH, note_use
from app.services.tries import note_wrong_secret
from app.web.cookie import Cookie, cookie_in, secret_in
from app.web.db import SAFE_METHODS, open_session
from app.web.one_hop import Step
from app.web.throttle import address_of

GUARDS: set[Callable[..., Any]] = set()


def guard[F: Callable[..., Any]](check: F) -> F:
    """Register ``check`` as an answer to "may they?"; a test finds one on every route."""
    GUARDS.add(check)
    return check


def guarded_by(check: Callable[..., Any]) -> Any:
    """A dependency on ``check``, which is taken in the handler's own thread, before it runs."""
    return Depends(check)


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

    def may(self, action: Action, about: About | None = None) -> bool:
        """Whether the policy allows it: with the row ``about``, or else with some rows at least."""
        if about is None:
            return permits(self.roles, action)
        asker = Asker(self.viewer.id, self.viewer.coordinates_id)
        return permits_with(self.roles, action, asker, about)

    def may_with_all(self, action: Action) -> bool:
        """Whether the policy allows it whatever the row."""
        return permits_with_all(self.roles, action)


@dataclass
class EditionVisit(Visit):
    """A request about one edition, by somebody who may do what the guard asked for in it."""

    edition: EditionSeen
    enrolment: EnrolmentSeen | None
    standing_read: Standing | None = None

    @cached_property
    def standing(self) -> Standing:
        """How far the participant is, read with the visit where the guard asked for it."""
        if self.standing_read is not None or self.enrolment is None:
            return self.standing_read or Standing()
        return standing(self.session, self.enrolment.id)

    @property
    def enrolled(self) -> EnrolmentSeen:
        """The enrolment of a participant: there when the guard asked for a participant's action."""
        if self.enrolment is None:
            raise NotAllowed(_("You are not a participant of this edition."))
        return self.enrolment


def _token(request: Request, known_by: KnownBy) -> str:
    secret = secret_in(request)
    if known_by is KnownBy.KEY:
        scheme, _blank, key = request.headers.get("Authorization", "").partition(" ")
        secret = key.strip() if scheme.lower() == "bearer" else ""
    return token_hash(secret) if secret else ""


def _settle_in(request: Request, viewer: Viewer | None) -> None:
    """Speak the language, keep the hours and heed the line of the person who asks."""
    if viewer is None:
        return
    request.state.data_saver = viewer.data_saver
    _speak(request, viewer.language)
    request.state.zone = viewer.timezone
    live_in(viewer.timezone, viewer.country)


def _speak(request: Request, language: str) -> None:
    """Whoever chose another language in this browser means it."""
    if not cookie_in(request, Cookie.LANGUAGE) and "lang" not in request.query_params:
        request.state.language = language
        speak(language)


def _note_use(request: Request, session: Session, viewer: Viewer | None) -> None:
    """Note now and then that a sign-in is used: all that is written when a page is read."""
    now = clock.now()
    if viewer is None or viewer.seen_at is None or viewer.seen_at > now - NOTED_EACH:
        return
    if request.method in SAFE_METHODS:
        with changing() as own:
            note_use(own, viewer.sign_in_id, now=now)
    else:
        note_use(session, viewer.sign_in_id, now=now)


def _refuse_key(request: Request) -> None:
    """Nobody holds this key; who tries many has to wait."""
    if _token(request, KnownBy.KEY) and request.method in SAFE_METHODS:
        with changing() as own:
            note_wrong_secret(own, address_of(request), now=clock.now())
    raise SignInFirst(_("Send a valid key, as in “Authorization: Bearer …”."))


def visit_of(request: Request, session: Session, known_by: KnownBy = KnownBy.COOKIE) -> Visit:
    token = _token(request, known_by)
    person = visits.viewer(session, token, now=clock.now(), known_by=known_by) if token else None
    _settle_in(request, person)
    _note_use(request, session, person)
    return Visit(session, person, person.roles if person else frozenset({Role.VISITOR}))


def arrived(request: Request, session: Session, known_by: KnownBy = KnownBy.COOKIE) -> Visit:
    """The visit of a request that may change something, if it wants to."""
    visit = visit_of(request, session, known_by)
    _only_look(request, visit.maybe_viewer)
    return visit


def _only_look(request: Request, viewer: Viewer | None) -> None:
    """Whoever looks at the pages of a participant changes nothing for them."""
    if viewer and viewer.is_looked_at and request.method not in SAFE_METHODS:
        raise NotAllowed(
            _("You are looking at the pages of %(name)s. Nothing can be changed here.")
            % {"name": viewer.name}
        )


@guard
async def anyone(request: Request) -> Step[Visit]:
    """For pages that everyone may see, signed in or not."""
    return Step(lambda stack: arrived(request, open_session(request, stack)))


@guard
async def whoever_signed_in(request: Request) -> Step[Visit]:
    """For what ends a sign-in, or the look at somebody's pages in it: allowed in every state."""
    return Step(lambda stack: visit_of(request, open_session(request, stack)))


@guard
async def public() -> None:
    """For what everyone may have and what needs no database: checks of health, static words."""


@guard
async def signed_in(request: Request) -> Step[Visit]:
    def take(stack: ExitStack) -> Visit:
        visit = arrived(request, open_session(request, stack))
        _ = visit.viewer  # who is not signed in is asked to
        return visit

    return Step(take)


@dataclass
class HalfVisit:
    """A request of somebody who has done the first step of signing in, and not the second."""

    session: Session
    person: HalfSignedIn


@guard
async def half_way(request: Request) -> Step[HalfVisit]:
    """For the second step, and for nothing else."""

    def take(stack: ExitStack) -> HalfVisit:
        session, token = open_session(request, stack), _token(request, KnownBy.COOKIE)
        person = half_signed_in(session, token, now=clock.now()) if token else None
        if person is None:
            raise SignInFirst(_("Sign in to see this page."))
        _speak(request, person.language)
        return HalfVisit(session, person)

    return Step(take)


@guard
async def signed_in_for_slow_work(request: Request) -> Visit:
    """For a change that takes its time before it writes: looking at a password.

    It says who asks and lets go of the database, so that nobody waits for a lock or a connection
    meanwhile; the asynchronous handler opens a short unit of work when it is ready.
    """

    def look() -> Visit:
        with reading() as session:
            return arrived(request, session)

    visit = await run_in_threadpool(look)
    _settle_in(request, visit.viewer)
    return visit


@guard
async def key_holder(request: Request) -> Step[Visit]:
    """For programs that hold a person's key to the JSON API; a cookie opens nothing there."""

    def take(stack: ExitStack) -> Visit:
        visit = visit_of(request, open_session(request, stack), KnownBy.KEY)
        if visit.maybe_viewer is None:
            _refuse_key(request)
        return visit

    return Step(take)


def may(action: Action) -> Callable[..., Any]:
    """For people whose role on the platform allows ``action``."""

    @guard
    async def check(request: Request) -> Step[Visit]:
        def take(stack: ExitStack) -> Visit:
            visit = arrived(request, open_session(request, stack))
            own_queue = visit.viewer.tutors and action is Action.REVIEW_QUEUE
            if not (visit.may(action) or own_queue):
                raise NotAllowed(_("This page is for other people's work."))
            return visit

        return Step(take)

    return check


def edition_where(
    action: Action, known_by: KnownBy = KnownBy.COOKIE, *, with_standing: bool = False
) -> Callable[..., Any]:
    """The edition named in the path, for people who may do ``action`` in it.

    Those who may not even see it learn nothing of its existence. ``with_standing`` asks in the same
    statement how far a participant is.
    """

    @guard
    async def check(request: Request, edition: UUID) -> Step[EditionVisit]:
        def take(stack: ExitStack) -> EditionVisit:
            session = open_session(request, stack)
            return _edition_visit(
                request, session, edition, action, known_by=known_by, with_standing=with_standing
            )

        return Step(take)

    return check


def edition_for_slow_work(action: Action) -> Callable[..., Any]:
    """The same for what takes its time before it writes: a file that comes over a slow line.

    As `signed_in_for_slow_work`, it lets go of the database.
    """

    @guard
    async def check(request: Request, edition: UUID) -> EditionVisit:
        def look() -> EditionVisit:
            with reading() as session:
                return _edition_visit(request, session, edition, action)

        visit = await run_in_threadpool(look)
        _settle_in(request, visit.viewer)
        return visit

    return check


def _edition_visit(
    request: Request,
    session: Session,
    edition: UUID,
    action: Action,
    *,
    known_by: KnownBy = KnownBy.COOKIE,
    with_standing: bool = False,
) -> EditionVisit:
    facts = visits.edition_visit(
        session,
        _token(request, known_by),
        edition,
        now=clock.now(),
        known_by=known_by,
        with_standing=with_standing,
    )
    if facts.viewer is None and known_by is KnownBy.KEY:
        _refuse_key(request)
    if facts.viewer is None:
        raise SignInFirst(_("Sign in to see this page."))
    _settle_in(request, facts.viewer)
    _note_use(request, session, facts.viewer)
    _only_look(request, facts.viewer)
    return EditionVisit(
        session,
        facts.viewer,
        facts.roles,
        _decided(facts, action),
        facts.enrolment,
        facts.standing,
    )


def _decided(facts: visits.EditionVisitFacts, action: Action) -> EditionSeen:
    if facts.edition is None or not facts.may(Action.VIEW_EDITION):
        raise NotFound(_("There is nothing at this address."))
    if not facts.may(action):
        raise NotAllowed(_("You may not do that in this edition."))
    return facts.edition


@guard
async def in_development(request: Request) -> Step[Visit]:
    if settings().in_production:
        raise NotFound(_("There is nothing at this address."))
    return Step(lambda stack: visit_of(request, open_session(request, stack)))


@guard
async def operator(request: Request) -> None:
    """For whoever runs the machine: its own address, or the token of the settings."""
    token = settings().metrics_token.get_secret_value()
    if token and request.headers.get("Authorization") == f"Bearer {token}":
        return
    nearby = request.client is not None and request.client.host in {"127.0.0.1", "::1"}
    if token or not nearby or "X-Forwarded-For" in request.headers:
        raise NotFound(_("There is nothing at this address."))
