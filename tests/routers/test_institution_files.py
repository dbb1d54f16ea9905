"""The list as a file, and files that become the list."""

import csv
import re
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlmodel import Session, select

from app.core.i18n import LANGUAGES
from app.models import Account, AuditEvent, Institution, InstitutionAlias, InstitutionKind
from app.queries.institutions import institutions
from tests.conftest import Browser
from tests.make import Make


@pytest.fixture
def boss(make: Make, browser: Browser) -> Account:
    boss = make.coordinator()
    browser.sign_in(boss)
    return boss


@pytest.fixture
def sena(make: Make) -> Institution:
    return make.institution(acronym="SENA", country="CO", name="National Learning Service")


def rows_of(answer: Response) -> list[list[str]]:
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))


def preview(browser: Browser, content: bytes) -> Response:
    return browser.post("/institutions/import", files={"file": ("list.csv", content, "text/csv")})


def apply(browser: Browser, shown: Response) -> Response:
    page = BeautifulSoup(shown.text, "html.parser")
    form = page.select_one("form[action='/institutions/import/apply']")
    assert form is not None, page.select("main")[0].text
    hidden = {str(i["name"]): str(i["value"]) for i in form.select("input")}
    return browser.post("/institutions/import/apply", data=hidden)


def fates(shown: Response) -> list[tuple[str, str]]:
    """What happens, and the details, by line."""
    rows = BeautifulSoup(shown.text, "html.parser").select("tbody tr")
    return [(r.select("td")[2].text.strip(), r.select("td")[3].text.strip()) for r in rows]


@pytest.mark.usefixtures("boss")
def test_the_file_has_what_the_list_has(make: Make, browser: Browser, sena: Institution) -> None:
    make.alias(sena, "El Servicio")
    make.institution(acronym="=1+1", country="PE", name="@evil", is_example=True)
    make.crowd(make.edition(), 2, institution_id=sena.id)

    answer = browser.get("/institutions.csv?keys=1&lang=es")
    head, keys, *lines = rows_of(answer)

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert head[:4] == ["Sigla", "Nombre", "Tipo", "País"]
    assert keys == ["acronym", "name", "kind", "country", "aliases", "needs_review",
                    "is_example", "participants"]  # fmt: skip
    assert lines == [
        ["'=1+1", "'@evil", "Institución de formación", "Perú", "", "no", "sí", "0"],
        ["SENA", "National Learning Service", "Institución de formación", "Colombia",
         "El Servicio", "no", "no", "2"],
    ]  # fmt: skip
    assert rows_of(browser.get("/institutions.csv?country=PE&lang=en"))[1][0] == "'=1+1"


def test_a_focal_point_gets_the_own_line_only(
    make: Make, browser: Browser, sena: Institution
) -> None:
    make.institution(acronym="INA", country="CR")
    browser.sign_in(make.focal(sena))

    assert [row[0] for row in rows_of(browser.get("/institutions.csv"))[1:]] == ["SENA"]
    assert rows_of(browser.get("/institutions.csv?country=CR"))[1:] == []
    browser.sign_in(make.account())
    assert browser.get("/institutions.csv").status_code == 403


@pytest.mark.usefixtures("boss")
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exported_file_changes_nothing(make: Make, browser: Browser, language: str) -> None:
    for n, kind in enumerate(InstitutionKind):
        one = make.institution(acronym=f"-X{n}", country="CI", name=f"Ñandú, “{n}”", kind=kind)
        make.alias(one, f"+1 alias {n}")
        make.alias(one, f"Otro {n}")
    content = browser.get(f"/institutions.csv?keys=1&lang={language}").content

    shown = preview(browser, content)

    assert {fate for fate, _ in fates(shown)} == {fates(shown)[0][0]}
    assert "/institutions/import/apply" not in shown.text


@pytest.mark.usefixtures("boss")
def test_every_line_says_what_it_would_do_and_then_does_it(
    session: Session, browser: Browser, sena: Institution
) -> None:
    content = (
        "Siglas;Institución;País;Tipo;Otros nombres\r\n"
        "sena;Servicio Nacional;Colombia;Ministerio o servicio público;El Servicio|SNA\r\n"
        "SENNA;Otro;CO;;\r\n"
        "INA;Instituto Nacional;Costa Rica;;\r\n"
        "INA;Instituto Otra Vez;CR;;\r\n"
        ";Sin sigla;Perú;;\r\n"
        "ABC;Algo;Atlántida;;\r\n"
        "ABD;Algo;Perú;gremio;\r\n"
        "ABE;;Perú;;\r\n"
        f"{'A' * 41};Algo;Perú;;\r\n"
        "ABF;SNA;Colombia;;\r\n"
    ).encode("cp1252")

    shown = preview(browser, content)
    found = fates(shown)

    assert [fate for fate, _ in found] == ["Changed", "New", "New", *["Left out"] * 7]
    assert "Name: “National Learning Service” becomes “Servicio Nacional”." in found[0][1]
    assert "becomes “Ministry or public service”" in found[0][1]
    assert "El Servicio · SNA" in found[0][1]
    assert "It looks like SENA, Colombia" in found[1][1]
    for (_fate, details), sentence in zip(
        found[3:],
        ["Line 4 speaks", "acronym is missing", "“Atlántida” is no country", "“gremio” is no kind",
         "name is missing", "at most 40", "Line 2 speaks"],
        strict=True,
    ):  # fmt: skip
        assert sentence in details
    assert len(session.exec(select(Institution)).all()) == 1  # nothing yet

    assert apply(browser, shown).status_code == 303
    session.expire_all()
    known = {one.acronym: one for one in institutions(session)}
    assert set(known) == {"SENA", "SENNA", "INA"}
    assert known["SENA"].name == "Servicio Nacional"
    assert known["SENA"].aliases == ("El Servicio", "SNA")
    assert known["SENNA"].needs_review
    actions = [event.action for event in session.exec(select(AuditEvent)).all()]
    assert sorted(actions) == ["add institution"] * 2 + [
        "change institution",
        "import institutions",
    ]
    assert {fate for fate, _ in fates(preview(browser, content))} == {"Unchanged", "Left out"}
    assert sena.country == "CO"


@pytest.mark.usefixtures("boss")
def test_what_changed_since_the_preview_is_shown_anew(
    session: Session, browser: Browser, sena: Institution
) -> None:
    shown = preview(browser, b"acronym,name,country\nSENA,New name,CO\n")
    sena.name = "A human's"
    session.add(sena)
    session.flush()

    answer = apply(browser, shown)

    assert answer.status_code == 409
    assert "“A human&#39;s” becomes “New name”" in answer.text
    session.refresh(sena)
    assert sena.name == "A human's"
    assert apply(browser, answer).status_code == 303


@pytest.mark.usefixtures("boss")
def test_a_file_does_no_more_than_the_list_allows(
    session: Session, browser: Browser, sena: Institution
) -> None:
    """No column re-owns, merges or marks anything, and nothing is deleted."""
    content = (
        f"acronym,country,id,merged_into_id,is_example,needs_review\nSENA,CO,x,{sena.id},yes,yes\n"
    )

    shown = preview(browser, content.encode())

    assert fates(shown) == [("Unchanged", "")]
    session.refresh(sena)
    assert (sena.merged_into_id, sena.is_example, sena.needs_review) == (None, False, False)


@pytest.mark.usefixtures("boss")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04xlsx", "Save the sheet as CSV"),
        (b"", "The file is empty."),
        (b"one,two\n1,2\n", "Missing: Acronym, Country."),
        (b"acronym,name\nSENA,x\n", "Missing: Country."),
        (b'acronym,country\n"SENA,CO\n', "Line 2"),
        (b"acronym,country\n" + b"S,CO\n" * 2001, "more than 2000 lines"),
        (b"acronym,country\n" + b"S" * 300_001, "too large"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(
    browser: Browser, content: bytes, sentence: str
) -> None:
    answer = preview(browser, content)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Choose a file." in browser.post("/institutions/import").text


@pytest.mark.usefixtures("boss")
@pytest.mark.parametrize(
    "sent", [{}, {"content": "§", "shown": "x"}, {"content": "YWJj", "shown": ""}]
)
def test_a_request_without_its_preview_does_nothing(
    session: Session, browser: Browser, sent: dict[str, str]
) -> None:
    assert browser.post("/institutions/import/apply", data=sent).status_code == 422
    assert session.exec(select(Institution)).all() == []


def test_a_name_that_a_file_replaces_and_uses_stays_as_another_name(
    session: Session, browser: Browser, boss: Account, sena: Institution
) -> None:
    del boss
    line = f"{sena.name},Servicio Nuevo,CO,,"
    content = f"acronym,name,country,kind,aliases\n{line}\n".encode()

    assert apply(browser, preview(browser, content)).status_code == 303

    assert [fate for fate, _ in fates(preview(browser, content))] == ["Unchanged"]
    session.expire_all()
    assert sena.name == "Servicio Nuevo"


CELLS = some.sampled_from(
    ["", "SENA", "sena", "INA", "CO", "Colombia", "pe", "Ministry or public service", "=cmd|'x'!A1",
     "El Servicio", "A|B|A", "National Learning Service", "\u202eevil", "x" * 250, '"', ";"]
)  # fmt: skip


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=some.lists(some.lists(CELLS, min_size=5, max_size=5), max_size=6))
@pytest.mark.usefixtures("boss", "sena")
def test_whatever_a_file_says_twice_is_done_once(
    session: Session, browser: Browser, rows: list[list[str]]
) -> None:
    out = StringIO()
    csv.writer(out).writerows([["acronym", "name", "country", "kind", "aliases"], *rows])
    content = out.getvalue().encode()

    shown = preview(browser, content)
    if "/institutions/import/apply" in shown.text:
        assert apply(browser, shown).status_code == 303

    again = preview(browser, content)
    assert {fate for fate, _ in fates(again)} <= {"Unchanged", "Left out"}
    session.expire_all()
    keys = [(a.country, a.key) for a in session.exec(select(InstitutionAlias)).all()]
    assert len(keys) == len(set(keys))
    assert not re.search("\u202e", str([one.written for one in institutions(session)]))
