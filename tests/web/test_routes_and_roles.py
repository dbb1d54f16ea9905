"""Every address of the application, asked by every kind of person, for things of every kind.

The table below says in words who gets in; the addresses come from the application itself, so that
a new one without a line in it fails. What is denied must look like what does not exist, must name
nothing, and must change nothing.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlmodel import Session, SQLModel

from app.core import clock, db
from app.core.db import Table
from app.core.feeds import feed_token
from app.core.ids import token_hash
from app.models import (
    Account,
    CapstoneKind,
    CopyStatus,
    DataCopy,
    EnrolmentStatus,
    Message,
    MessageStatus,
    StaffRole,
    StoredFile,
)
from app.models.activity import ActivityFile, FileRole
from app.routers import ROUTERS
from app.services.keys import make_key
from app.services.notifications import welcome
from app.web.cookie import cookie_name
from tests.make import Make, a_sign_in

WHO_GETS_IN = """
GET  /healthz                                                        everyone
GET  /readyz                                                         everyone
GET  /metrics                                                        everyone
GET  /sign-in                                                        everyone
POST /sign-in                                                        everyone
POST /sign-out                                                       everyone
GET  /register                                                       everyone
POST /register                                                       everyone
GET  /account                                                        who is signed in
POST /account                                                        who is signed in
POST /account/sign-ins/{own_sign_in}/end                             its participant
POST /account/sign-outs                                              who is signed in
POST /account/calendar                                               who is signed in
GET  /account/keys                                                   who is signed in
POST /account/keys                                                   who is signed in
POST /account/keys/{key}/withdraw                                    its participant
GET  /account/data                                                   who is signed in
POST /account/data                                                   who is signed in
GET  /account/data/{copy}.zip                                        its participant
GET  /account/delete                                                 who is signed in
POST /account/delete                                                 who is signed in
POST /account/delete/again                                           who is signed in
GET  /account/password                                               who is signed in
POST /account/password                                               who is signed in
GET  /accounts                                                       coordinators
GET  /accounts/{account}                                             coordinators
POST /accounts/{account}/role                                        administrators
POST /accounts/{account}/editions                                    coordinators
POST /accounts/{account}/editions/{edition}/end                      coordinators
POST /accounts/{account}/suspension                                  administrators
POST /accounts/{account}/suspension/end                              administrators
POST /accounts/{account}/sign-outs                                   administrators
POST /accounts/{account}/sign-ins/{sign_in}/end                      administrators
POST /accounts/{account}/view                                        coordinators
POST /viewing/end                                                    who is signed in
GET  /institutions                                                   coordinators and focal points
GET  /institutions/options                                           everyone
GET  /outbox                                                         administrators
POST /outbox/{message}/again                                         administrators
GET  /audit                                                          coordinators
GET  /audit.csv                                                      administrators
GET  /help                                                           everyone
GET  /accessibility                                                  everyone
GET  /your-data                                                      everyone
GET  /api/v1/openapi.json                                            everyone
GET  /api/v1/me                                                      key holders
GET  /api/v1/editions                                                key holders
GET  /api/v1/editions/{edition}/people                               its key holders
GET  /                                                               everyone
GET  /courses/{course}                                               everyone
GET  /courses/{course}/{run}                                         everyone
POST /courses/{course}/{run}/enrolment                               who is signed in
GET  /home                                                           who is signed in
GET  /editions                                                       coordinators and focal points
GET  /editions/{edition}                                             all in it
GET  /editions/{edition}/settings                                    coordinators
POST /editions/{edition}/settings                                    coordinators
POST /editions/{edition}/settings/staff                              coordinators
POST /editions/{edition}/settings/staff/{account}/end                coordinators
GET  /editions/{edition}/people                                      who watches it
GET  /editions/{edition}/people.csv                                  who watches it
POST /editions/{edition}/people/decisions                            coordinators
GET  /editions/{edition}/results                                     its participant
GET  /editions/{edition}/activities/{activity}                       all in it
POST /editions/{edition}/activities/{activity}/done                  its participant
POST /editions/{edition}/activities/{activity}/undone                its participant
GET  /editions/{edition}/activities/{activity}/files/{file}/{name}   all in it
POST /editions/{edition}/activities/{quiz}/answers                   its participant
GET  /editions/{edition}/sessions                                    all in it
GET  /editions/{edition}/sessions/new                                its tutors
POST /editions/{edition}/sessions/new                                its tutors
GET  /editions/{edition}/sessions/{live_session}                     all in it
GET  /editions/{edition}/sessions/{live_session}/edit                its tutors
POST /editions/{edition}/sessions/{live_session}/edit                its tutors
POST /editions/{edition}/sessions/{live_session}/cancel              its tutors
GET  /editions/{edition}/sessions/{live_session}/join                all in it
GET  /sessions                                                       who is signed in
POST /editions/{edition}/sessions/{live_session}/attendance          its tutors
POST /editions/{edition}/sessions/{live_session}/recording           its tutors
GET  /editions/{edition}/sessions/{live_session}/slides              all in it
GET  /calendar/{token}.ics                                           everyone
GET  /sessions/{live_session}.ics                                    all in it
GET  /videoconferences                                               everyone
GET  /editions/{edition}/capstone                                    its participant
POST /editions/{edition}/capstone/title                              its participant
POST /editions/{edition}/capstone/sections/{section}                 its participant
POST /editions/{edition}/capstone/submit                             its participant
GET  /editions/{edition}/capstones                                   who reads its works
POST /editions/{edition}/capstone/milestones                         its participant
POST /editions/{edition}/capstone/milestones/{milestone}             its participant
POST /editions/{edition}/capstone/milestones/{milestone}/remove      its participant
POST /editions/{edition}/capstone/milestones/{milestone}/move        its participant
GET  /editions/{edition}/capstone/versions/{number}                  its participant
GET  /editions/{edition}/capstones/{capstone}/versions/{number}      who reads its works
GET  /editions/{edition}/capstone/versions/{number}/compare/{other}  its participant
GET  /editions/{edition}/capstone/compare/{number}                   its participant
GET  /reviews                                                        all tutors
GET  /editions/{edition}/capstones/{capstone}/review                 its tutors
POST /editions/{edition}/capstones/{capstone}/review                 its tutors
GET  /statistics                                                     coordinators and focal points
GET  /statistics.csv                                                 coordinators and focal points
GET  /statistics.xlsx                                                coordinators and focal points
GET  /statistics.pdf                                                 coordinators and focal points
GET  /statistics.json                                                coordinators and focal points
GET  /reports/annual                                                 coordinators
GET  /reports/annual/{year}.csv                                      coordinators
GET  /reports/annual/{year}.xlsx                                     coordinators
GET  /reports/annual/{year}.pdf                                      coordinators
GET  /reports/annual/{year}                                          coordinators
GET  /styleguide                                                     everyone
GET  /verify                                                         everyone
GET  /verify/{code}                                                  everyone
GET  /certificates/{code}.json                                       everyone
GET  /certificates/{code}/revocations.json                           everyone
GET  /certificates                                                   coordinators and focal points
GET  /certificates/{code}.pdf                                        its participant and watchers
GET  /certificates/{code}                                            watchers of its participant
POST /certificates/{code}/revoke                                     coordinators
POST /certificates/{code}/draw                                       coordinators
"""

#: Who is meant. «own» are those of the edition and of the things that are asked for.
STAFF = "coordinator, administrator"
MEANT = {
    "everyone": "all",
    "who is signed in": "all but visitor, suspended, key holder",
    "coordinators": STAFF,
    "administrators": "administrator",
    "coordinators and focal points": f"any focal point, {STAFF}",
    "all tutors": f"any tutor, {STAFF}",
    "key holders": "key holder",
    "its key holders": "own key holder",
    "its participant": "own participant",
    "its tutors": f"own tutor, {STAFF}",
    "who reads its works": f"own tutor, own observer, {STAFF}",
    "who watches it": f"own tutor, own observer, own focal point, {STAFF}",
    "all in it": f"own participant, own tutor, own observer, own focal point, {STAFF}",
    "watchers of its participant": f"own focal point, {STAFF}",
    "its participant and watchers": f"own participant, own focal point, {STAFF}",
}
ACTORS = [
    "visitor",
    "suspended",
    "applicant",
    "participant here",
    "participant elsewhere",
    "observer here",
    "tutor here",
    "tutor elsewhere",
    "focal point here",
    "focal point elsewhere",
    "coordinator",
    "administrator",
    "key holder here",
]
NOBODY = {"visitor", "suspended", "key holder here"}  # to pages that know people by their cookie

#: A page that takes a second to be printed is asked for by one of those who get it.
SLOW = {"/statistics.pdf", "/reports/annual/{year}.pdf"}
#: Names under which the table and the application mean different things by one word, or say less.
SPELT = {
    "/account/sign-ins/{sign_in}/end": {"sign_in": "own_sign_in"},
    "/editions/{edition}/activities/{activity}/answers": {"activity": "quiz"},
    "/editions/{edition}/capstone/sections/{key}": {"key": "section"},
}
#: In the address, but no row of the database: of these there is none that belongs to others.
PLAIN = {"year", "number", "other", "section", "token", "course", "run", "name"}
A_DAY = timedelta(days=1)
MARK = "Quetzal"  # in every name of the world below

ABSENT = {
    "year": "1999",
    "number": "77",
    "other": "78",
    "section": "problem",  # there are no others
    "code": "AAAA-AAAA-AAAA",
    "token": "x",
    "name": "none.pdf",
    "course": "course-none",
    "run": "edition-none",
}
NONE = "019a0000-0000-7000-8000-000000000000"


def in_words() -> dict[tuple[str, str], str]:
    lines = [re.split(r"\s+", line, maxsplit=2) for line in WHO_GETS_IN.strip().splitlines()]
    return {(method, path): who for method, path, who in lines}


def routes() -> Iterator[tuple[str, str]]:
    """Of the application itself, spelt as in the table."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                path = route.path
                for name, word in SPELT.get(path, {}).items():
                    path = path.replace(f"{{{name}}}", f"{{{word}}}")
                yield from (
                    (method, path) for method in sorted((route.methods or set()) - {"HEAD"})
                )


def gets_in(who: str, actor: str, place: str) -> bool:
    """Whether the table lets ``actor`` in to things of the edition ``here`` or ``elsewhere``."""
    meant = MEANT[who]
    if meant.startswith("all"):
        return not (meant != "all" and actor in NOBODY)
    role, _blank, where = actor.rpartition(" ")
    names = {actor} if where not in {"here", "elsewhere"} else {role, f"any {role}"}
    if where == place:
        names.add(f"own {role}")
    return not names.isdisjoint(name.strip() for name in meant.split(","))


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    @property
    def is_denied(self) -> bool:
        if self.status in {401, 403, 404}:
            return True
        to = self.headers.get("location", self.headers.get("hx-redirect", ""))
        is_told = "flash=" in self.headers.get("set-cookie", "")  # what they did: they left
        return to.startswith("/sign-in") and not is_told


@dataclass
class World:
    """Two editions with the same things in each, and every kind of person."""

    app: FastAPI
    things: dict[str, dict[str, str]] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    again: list[tuple[type[Table], dict[str, Any]]] = field(default_factory=list)

    async def ask(self, method: str, path: str, actor: str, *, partial: bool = False) -> Answer:
        """One request straight to the application, without what a client adds."""
        headers = [(b"host", b"testserver"), (b"accept-language", b"en")]
        if actor in self.cookies:
            headers.append((b"cookie", f"{cookie_name()}={self.cookies[actor]}".encode()))
        if actor in self.keys:
            headers.append((b"authorization", f"Bearer {self.keys[actor]}".encode()))
        if partial:
            headers += [(b"hx-request", b"true"), (b"hx-request-type", b"partial")]
        if method == "POST":
            headers.append((b"content-type", b"application/x-www-form-urlencoded"))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 5000),
            "server": ("testserver", 80),
        }
        got: list[Any] = []
        sent = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> dict[str, Any]:
            for message in sent:
                return message
            await asyncio.Event().wait()  # nobody hangs up
            raise AssertionError

        async def send(message: Any) -> None:
            got.append(message)

        await self.app(scope, receive, send)
        head = next(m for m in got if m["type"] == "http.response.start")
        body = b"".join(m.get("body", b"") for m in got if m["type"] == "http.response.body")
        found: dict[str, str] = {}
        for name, value in head["headers"]:
            known = name.decode().lower()
            found[known] = f"{found.get(known, '')} {value.decode()}".strip()
        return Answer(head["status"], found, body.decode("utf-8", "replace"))

    def path(self, template: str, place: str, **instead: str) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name in instead:
                return instead[name]
            if place == "absent":
                return ABSENT.get(name, NONE)
            return self.things[place][name]

        return re.sub(r"\{(\w+)\}", value, template)

    def tidy(self, session: Session, actor: str) -> None:
        """Make good what the last request ended: roles, sign-ins, looks at somebody's pages."""
        for kind, values in self.again:
            if session.connection().execute(_same(kind, values["id"])).first() is None:
                session.connection().execute(SQLModel.metadata.tables[_name(kind)].insert(), values)
        if actor in self.cookies:
            session.connection().execute(
                text("DELETE FROM sign_in WHERE token_hash = :hash"),
                {"hash": token_hash(self.cookies[actor])},
            )
            session.add(a_sign_in(self.accounts[actor], token_hash(self.cookies[actor])))
            session.flush()


@pytest.fixture
def world(session: Session, make: Make) -> World:
    from app.main import create_app  # noqa: PLC0415 -- the product reads its settings when imported

    world = World(create_app())
    for place in ("here", "elsewhere"):
        _furnish(world, session, make, place)
    world.accounts |= {
        "coordinator": make.coordinator(),
        "administrator": make.administrator(),
        "suspended": make.administrator(suspended_at=clock.now()),
    }
    make.administrator()  # so that no one is the last
    for actor in set(world.accounts) - {"key holder here", "observer elsewhere"}:
        world.cookies[actor] = f"secret of {actor}".replace(" ", "-")
        world.tidy(session, actor)
    key = make_key(session, world.accounts["key holder here"].id, name="a program")
    world.keys["key holder here"] = key
    return world


def _furnish(world: World, session: Session, make: Make, place: str) -> None:
    institution = make.institution(name=f"{MARK} Institute")
    course = make.course(title={"en": f"{MARK} course"})
    edition = make.edition(course, capstone=CapstoneKind.ROADMAP, rubric_id=make.rubric().id)
    owner = make.account(institution_id=institution.id, name=f"Ana {MARK}", language="en")
    own = make.counted(make.enrolment(owner, edition))
    team = make.team(edition, own, name=f"Team {MARK}")
    capstone = make.capstone(team, milestones=3, title=f"{MARK} work")
    make.version(capstone, 1)
    make.version(capstone, 2)
    activity = make.activity(make.module(edition), title={"en": f"{MARK} page"})
    quiz = make.quiz(make.module(edition))
    stored = make.saved(
        StoredFile(key=f"none/{place}", name="guide.pdf", content_type="application/pdf",
                   size=0, sha256=hashlib.sha256(b"").hexdigest())
    )  # fmt: skip
    _keep_nothing_at(stored.key)
    held = make.saved(
        ActivityFile(activity_id=activity.id, file_id=stored.id, role=FileRole.DOWNLOAD,
                     language="en")
    )  # fmt: skip
    del held
    meeting = make.live_session(
        edition, title=f"{MARK} meeting", slides_id=stored.id, published_at=clock.now()
    )
    certificate = make.certificate(make.completed_by(owner, make.edition()))
    spare = make.account(name=f"Spare {MARK}")
    message: Message = welcome(session, spare)
    message.status = MessageStatus.FAILED
    make.saved(message)
    theirs = make.saved(a_sign_in(spare, f"spare {place}"))
    mine = make.saved(a_sign_in(owner, f"mine {place}"))
    role = make.staff(edition, spare, StaffRole.OBSERVER)
    world.again += [(type(row), row.model_dump()) for row in (theirs, mine, role)]
    key = make_key(session, owner.id, name="mine")
    ready: dict[str, Any] = {"status": CopyStatus.READY, "expires_at": clock.now() + A_DAY}
    copy = make.saved(DataCopy(account_id=owner.id, file_id=stored.id, **ready))
    world.things[place] = {
        "copy": str(copy.id),
        "edition": str(edition.id),
        "course": course.slug,
        "run": edition.slug,
        "activity": str(activity.id),
        "quiz": str(quiz.id),
        "file": str(stored.id),
        "name": "guide.pdf",
        "live_session": str(meeting.id),
        "capstone": str(capstone.id),
        "milestone": str(_first(session, "milestone", "capstone_id", capstone.id)),
        "section": "problem",
        "number": "1",
        "other": "2",
        "code": certificate.code,
        "token": feed_token(owner.id, 1),
        "account": str(spare.id),
        "message": str(message.id),
        "sign_in": str(theirs.id),
        "own_sign_in": str(mine.id),
        "key": str(_first(session, "api_token", "account_id", owner.id)),
        "year": "2026",
    }
    del key
    world.accounts[f"participant {place}"] = owner
    world.accounts[f"tutor {place}"] = make.tutor(edition)
    world.accounts[f"focal point {place}"] = make.focal(institution)
    if place == "here":
        applicant = make.account()
        make.enrolment(applicant, edition, status=EnrolmentStatus.APPLIED)
        world.accounts["applicant"] = applicant
        world.accounts["observer here"] = make.observer(edition)
        world.accounts["key holder here"] = make.tutor(edition)


def _keep_nothing_at(key: str) -> None:
    import obstore  # noqa: PLC0415

    from app.core import files  # noqa: PLC0415

    obstore.put(files.store(), key, b"")


def _name(kind: type[Table]) -> str:
    return str(kind.__tablename__)


def _same(kind: type[Table], row: UUID) -> Any:
    table = SQLModel.metadata.tables[_name(kind)]
    return table.select().where(table.c.id == row)


def _first(session: Session, table: str, column: str, of: UUID) -> UUID:
    found = SQLModel.metadata.tables[table]
    rows = session.connection().execute(found.select().where(found.c[column] == of).limit(1))
    found_id: UUID = rows.mappings().one()["id"]
    return found_id


def everything() -> str:
    """A fingerprint of every row of every table."""
    digest = hashlib.sha256()
    with db.reading_engine().connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            rows = connection.execute(table.select()).fetchall()
            digest.update(f"{table.name}{sorted(map(repr, rows))}".encode())
    return digest.hexdigest()


def test_every_address_is_in_the_table_and_the_other_way_round() -> None:
    listed, there = in_words(), set(routes())

    assert {f"{m} {p}" for m, p in there} == {f"{m} {p}" for m, p in listed}
    assert set(listed.values()) <= set(MEANT)


def test_every_address_lets_in_whom_the_table_says(world: World, session: Session) -> None:
    walk = Walk(world, session)

    asyncio.run(walk.all())

    print(f"{walk.cases} cases run, {len(walk.violations)} violations")
    assert not walk.violations, "\n".join(walk.violations)
    assert walk.cases > 3500  # nothing fell out of the walk


@dataclass
class Walk:
    world: World
    session: Session
    cases: int = 0
    violations: list[str] = field(default_factory=list)
    of_nothing: dict[tuple[str, str, str], Answer] = field(default_factory=dict)

    async def all(self) -> None:
        table = in_words()
        reads = [(p, who) for (method, p), who in table.items() if method == "GET"]
        writes = [(p, who) for (method, p), who in table.items() if method == "POST"]
        for path, who in reads:
            await self._denied("GET", path, who)
            await self._allowed("GET", path, who)
        before = everything()
        for path, who in writes:
            await self._denied("POST", path, who)
            if (after := everything()) != before:
                self.violations.append(f"POST {path}: a denied request changed something")
                before = after
        for path, who in writes:
            await self._allowed("POST", path, who)

    async def _denied(self, method: str, path: str, who: str) -> None:
        """Everybody whom the table keeps out, from everything that it keeps them out of."""
        for place in self._places(path):
            for actor in ACTORS:
                if place != "absent" and gets_in(who, actor, place):
                    continue
                if place == "absent" and self._is_open_anyway(path, who):
                    continue
                if place in {"mixed", "elsewhere"} and (actor in NOBODY or who == "everyone"):
                    continue  # as here
                answer = await self._ask(method, path, actor, place)
                if place == "absent":
                    self.of_nothing[method, path, actor] = answer
                self._expect_denied(answer, method, path, actor, place)
                if place == "here":
                    part = await self._ask(method, path, actor, place, partial=True)
                    self._expect_denied(part, method, path, actor, f"{place}, as a part")
                if place in {"here", "elsewhere"}:
                    await self._like_nothing(answer, method, path, actor)

    async def _like_nothing(self, answer: Answer, method: str, path: str, actor: str) -> None:
        """What one may not know of is answered like what does not exist.

        403 alone may tell: somebody within the edition, who knows of it, or one of the platform.
        """
        if "{" not in path:
            return
        nothing = self.of_nothing.get((method, path, actor))
        nothing = nothing or await self._ask(method, path, actor, "absent")
        self.of_nothing[method, path, actor] = nothing
        is_within = answer.status == 403 and nothing.status == 404 and "{edition}" in path
        if is_within and self._is_in_edition(actor):
            return
        if (answer.status, len(answer.body) // 64) != (nothing.status, len(nothing.body) // 64):
            self.violations.append(
                f"{method} {path}: {actor} can tell it from nothing "
                f"({answer.status}, {len(answer.body)} and {nothing.status}, {len(nothing.body)})"
            )

    @staticmethod
    def _is_in_edition(actor: str) -> bool:
        return actor.endswith((" here", " elsewhere")) or actor in STAFF

    async def _allowed(self, method: str, path: str, who: str) -> None:
        asked = 0
        for place in ("here", "elsewhere") if self._rows(path) else ("here",):
            for actor in ACTORS:
                if not gets_in(who, actor, place) or (path in SLOW and asked):
                    continue
                asked += 1
                self.world.tidy(self.session, actor)
                answer = await self._ask(method, path, actor, place)
                if answer.is_denied or answer.status >= 500:
                    self.violations.append(
                        f"{method} {path}: {actor} ({place}) got {answer.status}"
                    )
                if method == "GET" and path not in SLOW:
                    part = await self._ask(method, path, actor, place, partial=True)
                    if part.is_denied:
                        self.violations.append(f"{method} {path}: {actor} got no part")

    def _expect_denied(
        self, answer: Answer, method: str, path: str, actor: str, place: str
    ) -> None:
        if place == "mixed" and answer.status == 422:
            return
        if not answer.is_denied:
            self.violations.append(f"{method} {path}: {actor} ({place}) got {answer.status}")
        if MARK in answer.body:
            self.violations.append(f"{method} {path}: {actor} ({place}) reads a name")
        if actor in NOBODY and answer.status in {403, 404} and place == "here":
            self.violations.append(f"{method} {path}: {actor} is not asked to sign in")

    @staticmethod
    def _rows(path: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", path)) - PLAIN

    def _places(self, path: str) -> list[str]:
        """Where to look: «mixed» names a thing of one edition under the address of the other."""
        rows = self._rows(path)
        if not re.search(r"\{\w+\}", path):
            return ["here"]
        places = ["absent", "here"]
        if rows:
            places.append("elsewhere")
        return [*places, "mixed"] if len(rows) > 1 else places

    @staticmethod
    def _is_open_anyway(path: str, who: str) -> bool:
        """Addresses that answer about nothing too: a year without editions, a code to check."""
        return bool(re.search(r"\{year\}", path)) or who == "everyone"

    async def _ask(
        self, method: str, path: str, actor: str, place: str, *, partial: bool = False
    ) -> Answer:
        self.cases += 1
        if place == "mixed":
            address = self.world.path(
                path, "elsewhere", edition=self.world.things["here"]["edition"]
            )
        else:
            address = self.world.path(path, place)
        return await self.world.ask(method, address, actor, partial=partial)
