"""Every page as people may find it: wide and narrow, light and dark, in four languages."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urldefrag

import httpx
import pyotp
import pytest
from lxml.html import HtmlElement, document_fromstring
from playwright.sync_api import Page, expect
from sqlmodel import Session, col, create_engine, select

from app.core.i18n import LANGUAGES
from app.demo.accounts import PARTICIPANT, TUTOR, account_id
from app.demo.open_editions import TO_APPLY_FOR
from app.demo.rows import named
from app.demo.surveys import ASKED_IN
from app.models import Account, Enrolment, SeatOffer, WaitingPlace
from tests.journeys.conftest import PATIENCE, Meet, Person, SignIns, new_context, served, sign_in

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()
#: The style knows the dark by `light-dark()` alone, so that only colours can be wrong in it.
COLOURS = ["color-contrast", "link-in-text-block"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

COURSE = "/courses/the-digitalization-of-vocational-training"
#: Where each role begins; what their pages link to is found from there.
PAGES = {
    None: ["/", COURSE, "/sign-in", "/sign-in/link", "/sign-in/password", "/register", "/verify",
           "/videoconferences", "/search?q=formacion", "/help", "/your-data", "{invitation}",
           "/link/unknown", "/nowhere"],
    "participant": ["/home", "/account", "/account/email", "/account/messages",
                    "/account/password", "/account/keys", "/account/second-step", "/account/data",
                    "/account/delete", "/sessions", "{invitation}",
                    "{run}", "{application}", "{edition}",
                    "{edition}/announcements", "{edition}/capstone",
                    "{edition}/capstone?edit=problem", "{edition}/sessions", "{edition}/results",
                    "{activity}", "{quiz}", "/search?q=digital", "/search?q=nothing",
                    "{edition}/forum", "{forum}", "{topic}", "{forum}/new", "{community}",
                    "/statistics"],
    "tutor": ["/home", "/reviews", "{edition}", "{edition}/people", "{edition}/capstones",
              "{review}", "{edition}/sessions/new", "{edition}/announcements/new",
              "{text}", "{text}?language=es", "{text}/versions", "{text}/versions/1",
              "{edition}/content", "{edition}/content/languages", "{edition}/next",
              "{edition}/changes", "{topic}",
              "{forum}/reports", "{posts}/hide", "{edition}/results/all"],
    "coordinator": ["/editions", "/editions/courses", "/editions/courses/new", "/editions/new",
                    "/statistics?year=2022", "/reports/annual/2022", "/certificates",
                    "/institutions", "/institutions?state=proposed", "{proposal}",
                    "/institutions/new", "/institutions/import", "{edition}/people",
                    "{edition}/people/import", "{edition}/settings", "{session}", "/accounts",
                    "{account}", "{institution}", "{institution}/edit", "{institution}/merge",
                    "{edition}/announcements/new", "{upcoming}/people?state=to-decide&tick=page",
                    "{applicant}", "{undecided}", "{undecided}/notes", "{upcoming}/settings/form",
                    "{upcoming}/settings/seats", "{upcoming}/settings/invitations",
                    "{upcoming}/settings/line", "{upcoming}/content",
                    "{upcoming}/content/modules/new", "{edition}/content/questions",
                    "{edition}/content/questions/new?kind=gaps", "{writing}/questions",
                    "{edition}/content/questions/import", "{writing}/quiz-rules",
                    "{writing}/regrading", "{writing}/analysis", "{writing}/done-when",
                    "{survey}", "{survey}/survey-results",
                    "{asking}/survey-questions?kind=scale", "{asking}/survey-rules"],
    "focal": ["/home", "{upcoming}/people", "{run}/nominations"],
    "waiting": ["/home", "{run}/place"],
    "offered": ["/home", "{run}/place"],
    "halfway": ["/sign-in/second-step"],
    "admin": ["/outbox", "/outbox/invitations", "/outbox/addresses", "/messages/templates",
              "/messages/templates/place-given/es", "/audit"],
}  # fmt: skip
#: Pages that are visited to see how they refuse, and what such pages say.
REFUSED = {"/link/unknown", "/nowhere", "/statistics"}
REFUSALS = {
    "There is nothing at this address",
    "This page is not open to you",
    "This link does not work any more",
}
ROLES = [pytest.param(role, id=role or "visitor") for role in PAGES]


@pytest.fixture(scope="module")
def javascript() -> bool:
    """These tests look at pages; the journeys are what is made twice."""
    return True


@pytest.fixture(scope="module")
def site(programme: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(programme, folder / "prepared")
    let_more_people_in(folder / "prepared" / "taller.db")
    yield from served(folder / "prepared", folder / "var")


def let_more_people_in(database: Path) -> None:
    """Some of the demonstration who sign in like the others: in line, with an offer, a learner."""
    engine = create_engine(f"sqlite:///{database}")
    with Session(engine) as session:
        offered = session.exec(select(col(SeatOffer.enrolment_id))).one()
        in_line = select(col(WaitingPlace.enrolment_id)).order_by(col(WaitingPlace.position).desc())
        waiting = session.exec(in_line).first()
        learner = session.exec(
            select(col(Enrolment.id)).where(
                col(Enrolment.account_id).not_in([account_id(PARTICIPANT.email)]),
                col(Enrolment.id).not_in([offered, waiting]),
            )
        ).first()
        known = session.get_one(Account, account_id(TUTOR.email)).password_hash
        for who, place in (("offered", offered), ("waiting", waiting), ("halfway", learner)):
            enrolment = session.get_one(Enrolment, place)
            account = session.get_one(Account, enrolment.account_id)
            account.email, account.password_hash = f"{who}@taller.example", known
            session.add(account)
        session.commit()
    engine.dispose()


def ask_for_a_second_step(page: Page, site: str) -> None:
    """Whoever is half way in needs a code; what they signed in with is forgotten."""
    sign_in(page, site, "halfway")
    page.goto(f"{site}/account/second-step")
    page.get_by_role("button", name="Set up an application").click()
    secret = page.locator("figcaption").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Confirm the application").click()
    expect(page.locator("ul.codes li")).to_have_count(10)


def invite(page: Page, site: str, edition: str) -> str:
    """The link of an invitation to ``edition``."""
    page.goto(f"{site}{edition}/settings/invitations")
    page.get_by_label("E-mail addresses").fill("somebody@example.org")
    page.get_by_role("button", name="Send invitations").click()
    link = page.locator("details code")
    expect(link).to_have_count(1)
    return str(link.text_content()).removeprefix(site)


def forums(edition: str) -> dict[str, str]:
    """The forum of the edition with an answered topic and one of its posts."""
    module = named("module", named("edition", "big-data-and-skills-gap", "running"), "forum")
    activity = named("activity", module, "forum")
    topic = named("topic", named("forum", activity), 2)
    forum = f"{edition}/activities/{activity}"
    return {
        "forum": forum,
        "topic": f"{forum}/topics/{topic}",
        "posts": f"{forum}/topics/{topic}/posts/{named('post', topic, 2)}",
        "community": "/courses/big-data-and-skills-gap/community",
    }


def survey() -> dict[str, str]:
    """The one at the end of an edition that is over, and where it is written."""
    edition = named("edition", ASKED_IN, 2022)
    activity = named("activity", named("module", edition, "closing"), "survey")
    return {
        "survey": f"/editions/{edition}/activities/{activity}",
        "asking": f"/editions/{edition}/content/activities/{activity}",
    }


@pytest.fixture(scope="module")
def places(site: str, sign_ins: SignIns) -> dict[str, str]:
    """The addresses of things whose ids the demonstration chose."""
    found = {"upcoming": f"/editions/{named('edition', TO_APPLY_FOR, 'upcoming')}"}
    for who, start, name, pattern in (
        ("participant", "/home", "edition", r"^/editions/[0-9a-f-]{36}$"),
        ("participant", "{edition}", "activity", r"/activities/[0-9a-f-]{36}$"),
        ("participant", "{edition}", "quiz", r"/activities/[0-9a-f-]{36}$"),
        ("tutor", "/reviews", "review", r"/capstones/[0-9a-f-]{36}/review$"),
        ("coordinator", "{edition}/sessions", "session", r"/sessions/[0-9a-f-]{36}$"),
        ("coordinator", "/accounts", "account", r"/accounts/[0-9a-f-]{36}$"),
        ("coordinator", "/institutions", "institution", r"/institutions/[0-9a-f-]{36}$"),
        ("coordinator", "/institutions?state=proposed", "proposal", r"/proposals/[0-9a-f-]{36}$"),
        ("coordinator", "{upcoming}/people", "applicant", r"/people/[0-9a-f-]{36}$"),
        (
            "coordinator",
            "{upcoming}/people?state=to-decide",
            "undecided",
            r"/people/[0-9a-f-]{36}$",
        ),
        ("participant", f"/courses/{TO_APPLY_FOR}", "application", r"/application$"),
    ):
        state = sign_ins.of(who).state
        page = new_context(sign_ins.chromium, site, storage_state=state).new_page()
        page.goto(site + start.format(**found))
        if name == "edition":
            link = page.get_by_role("link", name="Big Data and skills gap", exact=True).first
            found[name] = str(link.get_attribute("href"))
        elif name == "quiz":
            row = page.locator("li", has_text="quiz").locator("a")
            found[name] = str(row.first.get_attribute("href"))
        else:
            links = [str(a.get_attribute("href")) for a in page.locator("main a").all()]
            found[name] = next(href for href in links if re.search(pattern, href))
        page.context.close()
    found |= forums(found["edition"]) | survey()
    page = new_context(sign_ins.chromium, site).new_page()
    ask_for_a_second_step(page, site)
    page.context.close()
    state = sign_ins.of("coordinator").state
    page = new_context(sign_ins.chromium, site, storage_state=state).new_page()
    found["invitation"] = invite(page, site, found["upcoming"])
    page.context.close()
    found["text"] = found["activity"].replace("/activities/", "/content/activities/") + "/text"
    found["writing"] = found["quiz"].replace("/activities/", "/content/activities/")
    return found | {"run": found["application"].removesuffix("/application")}


#: Only what is wrong: the whole account of a page takes longer to hand over than to write.
LOOK = """async rules => {
  const {violations} = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  return violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 200)}`));
}"""


def faults(page: Page, rules: list[str], *, seen: str) -> list[str]:
    return [f"{page.url}, {seen}: {fault}" for fault in page.evaluate(LOOK, rules)]


#: By how much the words of a list that is in sight are wider than their place.
CUT_OFF = """() => [...document.querySelectorAll("main select")].map(s => {
  const style = getComputedStyle(s), pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const room = s.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 16;
  return [s.name, Math.ceil(pen.measureText(s.selectedOptions[0].text).width - room)];
}).filter(([, over]) => over > 0)"""


@pytest.mark.parametrize("language", ["es", "fr"])
def test_the_filters_of_the_figures_are_whole_at_every_width(meet: Meet, language: str) -> None:
    person = meet("coordinator", language="en")
    for width in (320, 375, 800, 1024, 1280):
        person.page.set_viewport_size({"width": width, "height": 900})
        page = person.go(f"/statistics?year=2022&by=country&lang={language}")

        assert page.evaluate(CUT_OFF) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_decides_about_a_work_does_not_cover_it_on_a_phone(
    meet: Meet, places: dict[str, str]
) -> None:
    page = meet("tutor", width=375).go(places["review"])

    bar = page.locator(".bar-foot")
    assert not bar.evaluate("it => it.getBoundingClientRect().top < innerHeight")
    page.set_viewport_size({"width": 1280, "height": 900})
    box = bar.bounding_box()
    assert box is not None
    assert box["height"] < 80
    assert box["y"] + box["height"] <= 900


SCHEMES: tuple[tuple[Literal["light", "dark"], list[str]], ...] = (
    ("light", RULES),
    ("dark", COLOURS),
)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_accessible_and_fits(
    meet: Meet, places: dict[str, str], role: str | None
) -> None:
    """The server does not know of width and colours, so that one visit shows them all."""
    person = meet(role)
    person.page.emulate_media(reduced_motion="reduce")
    found: list[str] = []
    for pattern in PAGES[role]:
        page = person.go(pattern.format(**places))
        page.evaluate(AXE)
        for width in (1280, 375):
            page.set_viewport_size({"width": width, "height": 900})
            for scheme, rules in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found += faults(page, rules, seen=f"{width} px, {scheme}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{page.url}: {wide} px wide")

    assert found == []


@contextmanager
def carried_on(person: Person) -> Iterator[httpx.Client]:
    """Whoever sits at the browser, without it: what needs no look comes ten times as fast."""
    cookies = {c["name"]: c["value"] for c in person.page.context.cookies()}
    with httpx.Client(base_url=person.site, cookies=cookies, timeout=PATIENCE) as client:
        yield client


def read(client: httpx.Client, path: str) -> HtmlElement:
    """What a browser would show at ``path``, led on where it is."""
    answer = client.get(path, follow_redirects=True)
    page = document_fromstring(answer.content, base_url=str(answer.url))
    page.make_links_absolute()
    return page


@pytest.mark.parametrize("role", ROLES)
def test_every_page_speaks_every_language(
    meet: Meet, places: dict[str, str], role: str | None
) -> None:
    with carried_on(meet(role)) as client:
        for pattern in PAGES[role]:
            mark = "&" if "?" in pattern else "?"
            endings = set()
            for language in LANGUAGES:
                page = read(client, f"{pattern.format(**places)}{mark}lang={language}")
                assert page.get("lang") == language, pattern
                endings.add(str(page.xpath("string(.//footer)")))
            assert len(endings) == len(LANGUAGES), pattern


@pytest.mark.parametrize("role", ROLES)
def test_no_link_leads_nowhere(meet: Meet, places: dict[str, str], role: str | None) -> None:
    """Every address that a page names within the product answers with something."""
    person = meet(role)
    named: dict[str, str] = {}
    with carried_on(person) as client:
        for pattern in PAGES[role]:
            page = read(client, pattern.format(**places))
            if page.xpath("string(.//h1)") in REFUSALS:
                assert pattern in REFUSED
                continue
            for _link, attribute, address, _at in page.iterlinks():
                if attribute == "href" and address.startswith(f"{person.site}/"):
                    named.setdefault(urldefrag(address).url, pattern)
        assert len(named) > len(PAGES[role])
        broken = [
            f"{address} on {where}: {status}"
            for address, where in named.items()
            if (status := client.get(address).status_code) >= 400
        ]

    assert broken == []
