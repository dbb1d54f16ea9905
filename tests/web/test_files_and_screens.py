"""A file holds the rows and the columns that the same person sees on the screen, and no more."""

import asyncio
import csv
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from app.core.feeds import feed_token
from app.core.ids import token_hash
from app.models import ApiToken
from tests.make import a_sign_in
from tests.web.test_populations import (
    NAMED,
    Chance,
    Person,
    Population,
    Run,
    is_in,
    is_staff,
    put_in,
)
from tests.web.test_routes_and_roles import World

#: What the columns of the list of people are for those who see everything of it, and for others.
FULL = ["name", "email", "institution", "country", "gender", "status", "supported",
        "activities_done", "since"]  # fmt: skip
LESS = [key for key in FULL if key not in {"email", "gender", "supported"}]
ADDRESS = re.compile(r"[\w.]+@example\.org")
#: Written as a date in files and as a moment on the screen; the rest is written alike.
OTHERWISE = {"since"}


@pytest.fixture
def populations(database: str) -> list[Population]:
    del database
    made = [Chance(number).population() for number in range(12)]
    put_in(row for one in made for row in one.rows)
    return made


@dataclass
class Compared:
    world: World
    cases: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def let_in(self, populations: list[Population]) -> None:
        people = [person for one in populations for person in one.people]
        for person in people:
            self.world.cookies[person.name] = person.name
            self.world.keys[f"k{person.name}"] = f"k{person.name}"
        put_in(a_sign_in(p.account, token_hash(p.name)) for p in people)
        put_in(
            ApiToken(account_id=p.account.id, name="key", token_hash=token_hash(f"k{p.name}"))
            for p in people
        )

    async def got(self, address: str, actor: str) -> tuple[int, str]:
        answer = await self.world.ask("GET", address, actor)
        return answer.status, answer.body if answer.status == 200 else ""

    async def workbook(self, address: str, actor: str) -> tuple[int, list[list[str]]]:
        """Its first sheet, as text."""
        answer = await self.world.ask("GET", address, actor)
        if answer.status != 200:
            return answer.status, []
        sheet = load_workbook(BytesIO(answer.content), read_only=True).worksheets[0]
        rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
        return answer.status, rows

    def same(self, what: str, whose: str, file: object, screen: object) -> None:
        self.cases[what] += 1
        if file != screen:
            self.violations.append(f"{what} of {whose}: {file} in the file, {screen} on the screen")

    def within(self, what: str, whose: str, file: set[str], screen: set[str]) -> None:
        self.cases[what] += 1
        if more := sorted(file - screen):
            self.violations.append(f"{what} of {whose}: only in the file {more}")


def names(text: str, word: str) -> set[str]:
    """Acronyms and names of one thing are one name."""
    return {m[0].capitalize() for m in NAMED.finditer(text) if m[1].capitalize() == word}


def words_of(page: str) -> str:
    """What of a page is to be read, each piece apart."""
    return unescape(re.sub(r"<[^>]+>", "|", page))


def table(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


async def compare_people(found: Compared, run: Run, person: Person) -> None:
    at, whose = f"/editions/{run.row.id}/people", f"{person.name} in {run.course}"
    status, page = await found.got(f"{at}?all=1", person.name)
    main = page[page.find("<main") :]
    file_status, text = await found.got(f"{at}.csv?keys=1", person.name)
    book_status, book = await found.workbook(f"{at}.xlsx", person.name)
    api_status, api = await found.got(f"/api/v1{at}", f"k{person.name}")
    found.same("who opens it", whose, {file_status, book_status, api_status}, {status})
    if status != 200:
        found.same("nothing", whose, (text, book, api), ("", [], ""))
        return
    _head, keys, *rows = table(text)
    sees_all = person.runs_all or (person.speaks_for is not None and not is_staff(run, person))
    found.same("columns", whose, keys, FULL if sees_all else LESS)
    found.same("columns of the workbook", whose, book[0], _head)
    for kind, content in (("csv", text), ("xlsx", repr(book)), ("api", api)):
        found.same(f"rows of {kind}", whose, names(content, "Per"), names(main, "Per"))
        found.within(f"addresses of {kind}", whose, set(ADDRESS.findall(content)),
                     set(ADDRESS.findall(main)))  # fmt: skip
        found.within(f"institutions of {kind}", whose, names(content, "Ins"), names(main, "Ins"))
    shown = words_of(main)
    cells = {
        piece
        for row in rows
        for key, cell in zip(keys, row, strict=True)
        if key not in OTHERWISE
        for piece in cell.split(", ")
    }
    found.within("cells", whose, {cell for cell in cells if cell not in shown}, set())


def test_the_files_of_people_hold_what_the_page_shows(populations: list[Population]) -> None:
    from app.main import create_app  # noqa: PLC0415 -- the product reads its settings when imported

    found = Compared(World(create_app()))
    found.let_in(populations)

    async def walk() -> None:
        for one, other in zip(populations, [*populations[1:], populations[0]], strict=True):
            for run in one.runs:
                for person in [*one.people, other.people[1], other.people[-1]]:
                    await compare_people(found, run, person)

    asyncio.run(walk())
    report(found, least=1000)


def report(found: Compared, *, least: int) -> None:
    print(json.dumps(found.cases))
    print(f"{found.cases.total()} cases run, {len(found.violations)} violations")
    assert not found.violations, "\n".join(found.violations[:20])
    assert found.cases.total() > least


async def compare_figures(found: Compared, by: str, actor: str, whose: str) -> None:
    at = f"?by={by}&year=2026"
    status, page = await found.got(f"/statistics{at}", actor)
    main = page[page.find("<main") :]
    rows = page[page.find("<tbody") : page.rfind("</tbody")]
    for kind in ("csv", "json", "xlsx"):
        if kind == "xlsx":
            file_status, book = await found.workbook(f"/statistics.xlsx{at}", actor)
            content = repr(book)
        else:
            file_status, content = await found.got(f"/statistics.{kind}{at}", actor)
        found.same("who opens it", whose, file_status, status)
        found.same(f"editions of {kind}", whose, names(content, "Cor"), names(rows, "Cor"))
        found.within(f"institutions of {kind}", whose, names(content, "Ins"), names(main, "Ins"))
        found.same(f"people in {kind}", whose, names(content, "Per"), set())


def test_the_files_of_statistics_hold_what_the_page_shows(populations: list[Population]) -> None:
    from app.main import create_app  # noqa: PLC0415 -- the product reads its settings when imported

    found = Compared(World(create_app()))
    found.let_in(populations)

    async def walk() -> None:
        for one in populations[:4]:
            for person in one.people[:4]:
                for by in ("edition", "institution"):
                    await compare_figures(found, by, person.name, person.name)

    asyncio.run(walk())
    report(found, least=200)


async def compare_sessions(found: Compared, one: Population, person: Person) -> None:
    _status, feed = await found.got(
        f"/calendar/{feed_token(person.account.id, 1)}.ics", person.name
    )
    seen = set[str]()
    for run in one.runs:
        _status, page = await found.got(f"/editions/{run.row.id}/sessions", person.name)
        seen |= names(page, "Mee")
        found.same("editions with sessions", person.name, bool(names(page, "Mee")),
                   is_in(run, person))  # fmt: skip
    found.within("sessions of the feed", person.name, names(feed, "Mee"), seen)
    found.same("people in the feed", person.name, names(feed, "Per") - {person.name}, set())
    found.same("addresses in the feed", person.name, ADDRESS.findall(feed), [])


def test_the_calendar_holds_what_the_pages_of_sessions_show(populations: list[Population]) -> None:
    from app.main import create_app  # noqa: PLC0415 -- the product reads its settings when imported

    found = Compared(World(create_app()))
    found.let_in(populations)

    async def walk() -> None:
        for one in populations:
            for person in one.people:
                await compare_sessions(found, one, person)

    asyncio.run(walk())
    report(found, least=200)


@pytest.mark.parametrize("place", [0, 1, 3], ids=["coordinator", "focal point", "somebody"])
def test_the_files_of_institutions_events_and_reports_hold_what_the_pages_show(
    populations: list[Population], place: int
) -> None:
    from app.main import create_app  # noqa: PLC0415 -- the product reads its settings when imported

    found = Compared(World(create_app()))
    found.let_in(populations)
    actor = populations[0].people[place].name

    async def walk() -> None:
        pages = {page: await found.got(f"/institutions?page={page}", actor) for page in (1, 2, 3)}
        status, text = await found.got("/institutions.csv", actor)
        shown = set[str]().union(*(names(page, "Ins") for _status, page in pages.values()))
        found.same("who opens it", actor, status, pages[1][0])
        found.same("institutions", actor, names(text, "Ins"), shown)
        found.same("people", actor, names(text, "Per"), set())
        status, page = await found.got("/reports/annual/2026", actor)
        for kind in ("csv", "xlsx"):
            address = f"/reports/annual/2026.{kind}"
            if kind == "csv":
                file_status, text = await found.got(address, actor)
            else:
                file_status, book = await found.workbook(address, actor)
                text = repr(book)
            found.same("who opens it", actor, file_status, status)
            found.same(f"editions of {kind}", actor, names(text, "Cor"), names(page, "Cor"))
        status, page = await found.got("/audit", actor)
        file_status, _text = await found.got("/audit.csv", actor)
        found.same("only administrators take events out", actor, file_status, 403)
        found.same("who reads them", actor, status, 200 if place == 0 else 403)

    asyncio.run(walk())
    report(found, least=8)
