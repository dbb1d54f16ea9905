"""Every page as people may find it: wide and narrow, light and dark, in four languages."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import httpx
import pytest
from playwright.sync_api import Browser, Page

from app.core.i18n import LANGUAGES
from tests.journeys.conftest import Meet, served

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

COURSE = "/courses/the-digitalization-of-vocational-training"
#: Where each role begins; what their pages link to is found from there.
PAGES = {
    None: ["/", COURSE, "/sign-in", "/register", "/verify", "/videoconferences", "/help",
           "/nowhere"],
    "participant": ["/home", "/account", "/sessions", "{edition}", "{edition}/capstone",
                    "{edition}/capstone?edit=problem", "{edition}/sessions", "{edition}/results",
                    "{activity}", "{quiz}", "/statistics"],
    "tutor": ["/home", "/reviews", "{edition}", "{edition}/people", "{edition}/capstones",
              "{review}", "{edition}/sessions/new"],
    "coordinator": ["/editions", "/statistics?year=2022", "/reports/annual/2022", "/certificates",
                    "/institutions", "{edition}/people", "{edition}/people/import",
                    "{edition}/settings", "{session}"],
    "admin": ["/outbox", "/audit"],
}  # fmt: skip
#: Pages that are visited to see how they refuse.
REFUSALS = {"There is nothing at this address", "This page is not open to you"}
ROLES = [pytest.param(role, id=role or "visitor") for role in PAGES]


@pytest.fixture(scope="module")
def javascript() -> bool:
    """These tests look at pages; the journeys are what is made twice."""
    return True


@pytest.fixture(scope="module")
def site(programme: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from served(programme, tmp_path_factory.mktemp("pages") / "var")


@pytest.fixture(scope="module")
def places(site: str, chromium: Browser) -> dict[str, str]:
    """The addresses of things whose ids the demonstration chose."""
    found: dict[str, str] = {}
    for who, start, name, pattern in (
        ("participant", "/home", "edition", r"^/editions/[0-9a-f-]{36}$"),
        ("participant", "{edition}", "activity", r"/activities/[0-9a-f-]{36}$"),
        ("participant", "{edition}", "quiz", r"/activities/[0-9a-f-]{36}$"),
        ("tutor", "/reviews", "review", r"/capstones/[0-9a-f-]{36}/review$"),
        ("coordinator", "{edition}/sessions", "session", r"/sessions/[0-9a-f-]{36}$"),
    ):
        page = signed_in(chromium, site, who)
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
    return found


def signed_in(chromium: Browser, site: str, who: str) -> Page:
    context = chromium.new_context(locale="en")
    context.add_cookies([{"name": "lang", "value": "en", "url": site}])
    page = context.new_page()
    page.goto(f"{site}/sign-in")
    page.locator("[name=email]").fill(f"{who}@taller.example")
    page.locator("[name=password]").fill("taller-demo")
    page.locator("main form button.main").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
    return page


def faults(page: Page) -> list[str]:
    page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{page.url}: {violation['id']}: {node['html'][:200]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_accessible_and_fits(
    meet: Meet, places: dict[str, str], role: str | None, width: int, dark: bool
) -> None:
    person = meet(role, width=width, dark=dark)
    found: list[str] = []
    for pattern in PAGES[role]:
        page = person.go(pattern.format(**places))
        found += faults(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{page.url}: {wide} px wide")

    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
def test_every_page_speaks_every_language(
    meet: Meet, places: dict[str, str], role: str | None, language: str
) -> None:
    person = meet(role)
    titles = {}
    for pattern in PAGES[role]:
        page = person.go(pattern.format(**places))
        english = page.get_by_role("contentinfo").inner_text()
        mark = "&" if "?" in pattern else "?"
        page = person.go(f"{pattern.format(**places)}{mark}lang={language}")
        spoken = page.locator("html").get_attribute("lang")
        titles[pattern] = spoken
        if language != "en":
            assert page.get_by_role("contentinfo").inner_text() != english, pattern
        person.page.context.add_cookies([{"name": "lang", "value": "en", "url": person.site}])

    assert set(titles.values()) == {language}


@pytest.mark.parametrize("role", ROLES)
def test_no_link_leads_nowhere(meet: Meet, places: dict[str, str], role: str | None) -> None:
    """Every address that a page names within the product answers with something."""
    person = meet(role)
    named: dict[str, str] = {}
    for pattern in PAGES[role]:
        page = person.go(pattern.format(**places))
        if page.get_by_role("heading", level=1).inner_text() in REFUSALS:
            continue
        for address in page.evaluate("[...document.links].map(link => link.href)"):
            if address.startswith(f"{person.site}/"):
                named.setdefault(urldefrag(address).url, page.url)
    cookies = {c["name"]: c["value"] for c in person.page.context.cookies()}
    broken = [
        f"{address} on {where}: {status}"
        for address, where in named.items()
        if (status := httpx.get(address, cookies=cookies).status_code) >= 400
    ]

    assert broken == []
