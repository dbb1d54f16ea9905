"""Three hundred apply for fifty places: from a coordinator's list to the last freed place."""

import csv
import io
import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import Session, create_engine, select

from app.core import clock
from app.demo.catalogue import course_id
from app.models import (
    Delivery,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    MessageChoice,
    MessageGroup,
)
from tests.journeys.conftest import (
    HOUSE,
    PATIENCE,
    TALLER,
    Meet,
    Person,
    follow,
    free_port,
    served,
    settings_for,
)
from tests.sink import Sink, listening, part

COURSE, RUN = "the-digitalization-of-vocational-training", "fifty-places"
APPLICANTS, SEATS, WAITING, LEAVING = 300, 50, 30, 2
#: Each spells its country, its gender and its language as people do where it is spoken.
COUNTRIES = {
    "es": ["Colombia", "México", "Perú", "CL", "República Dominicana", "Uruguay"],
    "pt": ["Brasil", "Portugal"],
    "en": ["Jamaica", "Trinidad and Tobago"],
    "fr": ["Haïti", "France"],
}
GENDERS = {
    "es": ["Mujer", "Hombre", "Otro género", ""],
    "pt": ["Mulher", "Homem", "Outro", ""],
    "en": ["Woman", "Man", "Another gender", ""],
    "fr": ["Femme", "Homme", "Autre genre", ""],
}
PARTS = ("women", "men", "other", "not stated")
#: Of ten, so many of each part.
SHARES = (0, 1, 0, 1, 0, 1, 0, 1, 2, 3)
FIRST = ["Ángela", "Iñigo", "João", "Zoë", "Françoise", "Nuria", "Tomás", "Hélène", "Gonçalo", "Ô"]
LAST = ["Núñez Ávila", "O’Brien", "Peña", "Guimarães", "Lefèvre", "d’Ávila", "Müller", "Ruiz"]

WORDS = {  # of the mails about a place that is given, the line, and a place that is offered
    "es": (
        "Tiene un cupo en el curso",
        "en la lista de espera del curso",
        "y es suyo si lo quiere.",
    ),
    "pt": (
        "Você tem uma vaga no curso",
        "da lista de espera do curso",
        "e ela é sua se você quiser.",
    ),
    "en": (
        "You have a place in the course",
        "on the waiting list for the course",
        "and it is yours if you want it.",
    ),
    "fr": (
        "Vous avez une place dans le cours",
        "de la liste d’attente du cours",
        "et elle est à vous si vous la voulez.",
    ),
}


@dataclass(frozen=True)
class Applicant:
    email: str
    name: str
    country: str
    part: str
    gender: str
    language: str


def everybody() -> dict[str, Applicant]:
    """Those who apply, by their names."""
    found = {}
    for n in range(APPLICANTS):
        language = list(WORDS)[n % 4]
        kind = SHARES[n // 4 % 10]
        where = COUNTRIES[language]
        name = f"{FIRST[n % 10]} {LAST[n // 10 % 8]} {chr(65 + n // 26)}{chr(97 + n % 26)}"
        found[name] = Applicant(
            f"applicant.{n}@example.org",
            name,
            where[n // 4 % len(where)],
            PARTS[kind],
            GENDERS[language][kind],
            language,
        )
    assert len(found) == APPLICANTS
    return found


def as_list(people: dict[str, Applicant]) -> bytes:
    """A file as somebody's spreadsheet writes it, with three lines that are wrong."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";")
    rows.writerow(["Correo electrónico", "Nombre completo", "País", "Género", "Idioma"])
    for one in people.values():
        rows.writerow([one.email, one.name, one.country, one.gender, one.language])
    rows.writerow(["applicant.0@example.org", "Ángela again", "Colombia", "", "es"])
    rows.writerow(["no address", "Nobody", "Colombia", "", "es"])
    rows.writerow(["lost@example.org", "Lost", "Atlantis", "", "es"])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


@pytest.fixture(scope="module")
def sink(javascript: bool) -> Iterator[Sink]:  # noqa: ARG001 -- one for each installation
    with listening() as sink:
        yield sink


@dataclass(frozen=True)
class House:
    """The installation that is served, and the edition in it."""

    folder: Path
    port: int
    edition: Edition

    @property
    def list_address(self) -> str:
        return f"/editions/{self.edition.id}/people"


@pytest.fixture(scope="module")
def house(programme: Path, javascript: bool, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A copy of the programme with an edition for which one applies, in a year of its own."""
    folder = tmp_path_factory.mktemp(f"admission-{javascript}")
    shutil.copytree(programme, folder / "prepared")
    starts = clock.today() + timedelta(days=800)
    edition = Edition(
        course_id=course_id(COURSE),
        slug=RUN,
        languages=["es", "pt", "en", "fr"],
        starts_on=starts,
        ends_on=starts + timedelta(days=60),
        reporting_year=starts.year,
        policy=EnrolmentPolicy.APPLICATION,
        capacity=SEATS,
    )
    engine = create_engine(f"sqlite:///{folder / 'prepared' / 'taller.db'}")
    with Session(engine, expire_on_commit=False) as session:
        session.add(edition)
        session.commit()
    engine.dispose()
    return House(folder / "var", free_port(), edition)


@pytest.fixture(scope="module")
def site(house: House, sink: Sink) -> Iterator[str]:
    prepared = house.folder.parent / "prepared"
    more = {"TALLER_SMTP_URL": f"smtp://127.0.0.1:{sink.port}"}
    yield from served(prepared, house.folder, port=house.port, more=more)


def wait_for[T](look: Callable[[], T | None], what: str) -> T:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if (found := look()) is not None:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what} did not come in time")


def mail_to(sink: Sink, email: str, words: str) -> EmailMessage:
    """The mail to this address that says so."""

    def look() -> EmailMessage | None:
        mails = [m for m in sink.mails if m["To"].addresses[0].addr_spec == email]
        return next((m for m in mails if words in part(m, "plain")), None)

    return wait_for(look, f"“{words}” to {email}")


def address_in(mail: EmailMessage, pattern: str) -> str:
    found = re.search(rf"https?://\S*{pattern}\S*", part(mail, "plain"))
    assert found is not None
    return found.group()


def bring_in(person: Person, house: House, people: dict[str, Applicant]) -> None:
    """Import the list: see what becomes of every row, say yes, and follow it to its end."""
    page = person.go(f"{house.list_address}/import")
    file = {"name": "Inscripción.csv", "mimeType": "text/csv", "buffer": as_list(people)}
    page.get_by_label("The list", exact=True).set_input_files(file)  # type: ignore[arg-type]
    follow(page.get_by_role("button", name="Check the list"))
    until_there(person, page.get_by_text("300 of 303 rows have something to do."))

    fates = Counter[str]()
    for number in range(1, 8):
        person.go(f"{urlsplit(page.url).path}?page={number}")
        for row in page.locator("table tbody tr").all_inner_texts():
            fates["new" if "New account and enrolment" in row else "wrong"] += 1
    assert fates == {"new": APPLICANTS, "wrong": 3}
    follow(page.get_by_role("link", name=re.compile("^Error")))
    for trouble in (
        "The same address stands in line 2.",
        "“no address” is no whole e-mail address.",
        "We know no country “Atlantis”.",
    ):
        expect(page.get_by_text(trouble)).to_be_visible()

    page.get_by_role("button", name="Take in 300 rows").click()
    until_there(person, page.get_by_text("300 rows are taken in."))
    follow(page.get_by_role("link", name="See the people"))


def until_there(person: Person, sight: Locator) -> None:
    """A page that works at something renews itself; without JavaScript its link does."""
    if person.scripts:
        expect(sight).to_be_visible(timeout=PATIENCE * 1000)
        return

    def look() -> bool | None:
        if sight.is_visible():
            return True
        again = person.page.get_by_role("link", name="Look again")
        if again.count():
            again.click()
        return None

    wait_for(look, str(sight))


def want_news_at_once(house: House) -> None:
    """Have everybody choose so: else what was decided about them comes in the morning."""
    engine = create_engine(f"sqlite:///{house.folder / 'taller.db'}")
    with Session(engine) as session:
        own = select(Enrolment.account_id).where(Enrolment.edition_id == house.edition.id)
        about, wanted = MessageGroup.ADMISSION, Delivery.AT_ONCE
        for account in session.exec(own).all():
            session.add(MessageChoice(account_id=account, group=about, delivery=wanted))
        session.commit()
    engine.dispose()


def numbers_of(page: Page, line: str) -> tuple[int, ...]:
    """A line of the balance: women, men, other, not stated, all, and of how many countries."""
    row = page.locator("#balance tbody tr").filter(has_text=re.compile(rf"^\s*{line}\b"))
    return tuple(int(cell) for cell in row.locator("td").all_inner_texts()[-7:-1])


def mix(people: list[Applicant]) -> tuple[int, ...]:
    parts = Counter(one.part for one in people)
    countries = {one.country for one in people}
    return (*(parts[part] for part in PARTS), len(people), len(countries))


def ticks(page: Page) -> Locator:
    return page.get_by_role("checkbox", name=re.compile("^Select "))


def listed(page: Page, people: dict[str, Applicant]) -> list[Applicant]:
    """Those of the page, in its order."""
    labels = [str(tick.get_attribute("aria-label")) for tick in ticks(page).all()]
    return [people[label.removeprefix("Select ")] for label in labels]


def show_balance(person: Person, chosen: int) -> None:
    if not person.scripts:
        person.page.get_by_role("button", name="Show the balance").click()
    expect(person.page.get_by_text(f"{chosen} people chosen.")).to_be_visible()


def look_around(person: Person, people: dict[str, Applicant]) -> None:
    """Filter the list, tick some, and see what the edition would be like with them."""
    page = person.page
    follow(page.get_by_role("link", name="To decide"))
    page.get_by_label("Country", exact=True).select_option(label="Brazil")
    if not person.scripts:
        page.get_by_role("main").locator("form[method=get] button").first.click()
    page.wait_for_url(re.compile("country=BR"))
    brazilians = [one for one in people.values() if one.country == "Brasil"]
    expect(ticks(page)).to_have_count(len(brazilians))
    assert set(listed(page, people)) == set(brazilians)
    for n in range(3):
        ticks(page).nth(n).check()
    show_balance(person, 3)
    assert numbers_of(page, "Chosen") == mix(listed(page, people)[:3])


def approve_fifty(person: Person, house: House, people: dict[str, Applicant]) -> list[Applicant]:
    page = person.go(f"{house.list_address}?state=to-decide")
    chosen = listed(page, people)
    follow(page.get_by_role("link", name="Tick all 50 on this page"))
    expect(page.get_by_text("50 people chosen.")).to_be_visible()
    assert numbers_of(page, "Now") == (0,) * 6
    assert numbers_of(page, "Chosen") == numbers_of(page, "With the chosen") == mix(chosen)
    expect(page.get_by_text("0 places would be left.")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("50 people were approved and get an e-mail.")).to_be_visible()
    return chosen


def put_thirty_in_line(person: Person, house: House) -> list[str]:
    """Says who stands there, in the order of the line."""
    page = person.go(f"{house.list_address}?state=to-decide")
    expect(page.get_by_text("50 of 50 places taken, 0 left.")).to_be_visible()
    for n in range(WAITING):
        ticks(page).nth(n).check()
    show_balance(person, WAITING)
    expect(page.get_by_text("That is 30 people more than there are places.")).to_be_visible()
    page.get_by_role("button", name="Put on the waiting list").click()
    expect(page.get_by_text("30 people are on the waiting list now")).to_be_visible()
    line = the_line(person, house)
    assert [position for position, _name in line] == list(range(1, WAITING + 1))
    return [name for _position, name in line]


def the_line(person: Person, house: House) -> list[tuple[int, str]]:
    page = person.go(f"/editions/{house.edition.id}/settings/line")
    rows = page.locator("table tbody tr")
    return [
        (int(row.locator("td").first.inner_text()), row.get_by_role("link").first.inner_text())
        for row in rows.all()
    ]


def enter_by_mail(person: Person, sink: Sink, email: str) -> None:
    """From the page of signing in, whence one goes on to where one was going."""
    page = person.page
    follow(page.get_by_role("link", name="Send me a link to sign in"))
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", name="Open the message")).to_be_visible()
    person.go(address_in(mail_to(sink, email, "/link/"), "/link/"))
    follow(page.get_by_role("main").get_by_role("button", name="Sign in"))


def leave(person: Person, sink: Sink, somebody: Applicant) -> None:
    page = person.go(f"/courses/{COURSE}/{RUN}/place")
    enter_by_mail(person, sink, somebody.email)
    page.get_by_label("Changes at work").check()
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(page.get_by_text("You have left. What you did is kept.")).to_be_visible()


def take_the_place(person: Person, sink: Sink, somebody: Applicant) -> None:
    """Follow the mail that offers it."""
    offer = mail_to(sink, somebody.email, WORDS[somebody.language][2])
    page = person.go(address_in(offer, f"/{RUN}/place"))
    enter_by_mail(person, sink, somebody.email)
    page.get_by_role("button", name="Take the place").click()
    expect(page.get_by_text("You are in")).to_be_visible()


def test_three_hundred_apply_for_fifty_places(meet: Meet, house: House, sink: Sink) -> None:
    people = everybody()
    coordinator = meet("coordinator")
    bring_in(coordinator, house, people)
    want_news_at_once(house)
    look_around(coordinator, people)
    admitted = approve_fifty(coordinator, house, people)
    line = put_thirty_in_line(coordinator, house)

    leavers, comers = admitted[:LEAVING], [people[name] for name in line[:LEAVING]]
    for somebody in leavers:
        leave(meet(), sink, somebody)
    for somebody in comers:
        take_the_place(meet(width=375), sink, somebody)

    assert the_line(coordinator, house) == list(enumerate(line[LEAVING:], 1))
    page = coordinator.go(house.list_address)
    for words, number in (("To decide", 220), ("Waiting list", 28), ("Taking part", SEATS)):
        tab = page.get_by_role("navigation", name="By state").get_by_role("link", name=words)
        expect(tab).to_have_text(f"{words} {number}")
    inside = [*admitted[LEAVING:], *comers]
    figures_agree(coordinator, house, inside)
    mails_were_right(sink, people, admitted, [people[name] for name in line])


def figures_agree(person: Person, house: House, inside: list[Applicant]) -> None:
    def counted(status: str) -> dict[str, int]:
        asked = f"year={house.edition.reporting_year}&status={status}"
        answer = person.page.request.get(f"{person.site}/statistics.json?{asked}")
        return dict(answer.json()["total"])

    total = counted("participants")
    keys = ("women", "men", "other", "not_stated", "total", "countries")
    assert tuple(total[key] for key in keys) == mix(inside)
    assert total["total"] == SEATS
    assert counted("waitlisted")["total"] == WAITING - LEAVING
    assert counted("withdrawn")["total"] == LEAVING
    doctor = subprocess.run(
        [*TALLER, "doctor"],
        cwd=HOUSE,
        env=settings_for(house.folder, house.port),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "The counts agree with the enrolments." in doctor.stdout
    assert "The waiting lists agree with the enrolments." in doctor.stdout
    assert doctor.returncode == 0, doctor.stdout


def mails_were_right(
    sink: Sink, people: dict[str, Applicant], admitted: list[Applicant], waiting: list[Applicant]
) -> None:
    """Each is to one person, in their language, as text and as a page."""
    by_email = {one.email: one for one in people.values()}
    due = len(people)  # who were entered by a list
    due += len(admitted) + len(waiting) + LEAVING + 2 * LEAVING  # offers, and links to sign in

    def arrived() -> list[tuple[str, EmailMessage]]:
        """Without what the people of the demonstration are told of their sessions."""
        mails = zip(list(sink.envelopes), sink.mails, strict=False)
        told = [(str(envelope.rcpt_tos[0]), mail) for envelope, mail in mails]
        return [(email, mail) for email, mail in told if email in by_email]

    wait_for(lambda: len(arrived()) >= due or None, f"{due} mails")
    said = Counter[tuple[str, int]]()
    for email, mail in arrived():
        assert [one.addr_spec for one in mail["To"].addresses] == [email]
        plain, page = part(mail, "plain"), part(mail, "html")
        language = by_email[email].language
        assert f'lang="{language}"' in page
        for n, sentence in enumerate(WORDS[language]):
            assert (sentence in plain) == (sentence in page)
            said[language, n] += sentence in plain
    for n, told in enumerate((admitted, waiting, waiting[:LEAVING])):
        languages = Counter(one.language for one in told)
        assert {language: said[language, n] for language in WORDS} == {
            language: languages[language] for language in WORDS
        }
