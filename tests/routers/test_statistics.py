"""The coordinators' figures: one set of numbers on the page and in every file."""

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from app.models import Account, Edition, Gender
from app.queries.figures import (
    Audience,
    Counting,
    Dimension,
    Figures,
    Group,
    Table,
    published,
)
from app.web.figures import table_of
from app.web.pages import environment
from tests.conftest import Browser
from tests.counting import statements
from tests.figures import edition_of_seven, facts, rows, table, text_of
from tests.make import Make

FILES = ("csv", "xlsx", "pdf", "json")
KEYS = ["women", "men", "other", "not_stated", "total", "women_percent"]


@pytest.fixture
def coordinator(make: Make, browser: Browser) -> Account:
    coordinator = make.coordinator()
    browser.sign_in(coordinator)
    return coordinator


@pytest.fixture
def edition(make: Make) -> Edition:
    return edition_of_seven(make)


@pytest.mark.usefixtures("coordinator", "edition")
class TestThePage:
    def test_it_shows_the_newest_year_that_has_participants(
        self, browser: Browser, make: Make
    ) -> None:
        make.edition(reporting_year=2027)
        older = make.edition(reporting_year=2021)
        make.crowd(older, 5)

        html = browser.get("/statistics").text

        assert "<h1" in html
        assert "Participants in 2022" in html
        assert facts(html) == {
            "Participants": "7",
            "Women": "4 67%",
            "Men": "2 33%",
            "Other": "0",
            "Not stated": "1",
            "Institutions": "2",
            "Countries": "2",
            "Editions": "1",
        }

    def test_it_has_a_line_for_each_edition_and_each_country(self, browser: Browser) -> None:
        html = browser.get("/statistics").text

        assert table(html, "by-edition") == [
            ["Leadership 8 Aug – 30 Sept 2022", "4", "2", "0", "1", "7", "67", "2", "2"],
            ["1 edition", "4", "2", "0", "1", "7", "67", "2", "2"],
        ]
        assert table(html, "by-country") == [
            ["Bolivia", "3", "2", "0", "0", "5", "1"],
            ["Peru", "1", "0", "0", "1", "2", "1"],
            ["2 countries", "4", "2", "0", "1", "7", "2"],
        ]

    def test_every_table_says_what_it_counts(self, browser: Browser) -> None:
        page = BeautifulSoup(browser.get("/statistics").text, "lxml")
        captions = [caption.get_text() for caption in page.select("table caption")]
        assert (
            captions == ["Enrolments are counted: a person in two editions is counted in each."] * 2
        )

        people = BeautifulSoup(browser.get("/statistics?count=people").text, "lxml")
        assert "once in the total" in people.select("table caption")[0].get_text()

    def test_links_sort_the_tables(self, browser: Browser) -> None:
        def countries(sort: str) -> list[str]:
            html = browser.get(f"/statistics?sort={sort}").text
            return [line[0] for line in table(html, "by-country")[:-1]]

        assert countries("-total") == ["Bolivia", "Peru"]
        assert countries("total") == ["Peru", "Bolivia"]
        assert countries("-name") == ["Peru", "Bolivia"]
        assert countries("no-such-column") == ["Bolivia", "Peru"]

        page = BeautifulSoup(browser.get("/statistics?year=2022&sort=total").text, "lxml")
        (head, _other) = page.select("th[aria-sort=ascending]")
        assert head.a is not None
        assert head.a["href"] == "/statistics?year=2022&sort=-total"

    def test_files_obey_the_same_address(self, browser: Browser) -> None:
        page = BeautifulSoup(browser.get("/statistics?year=2022&country=BO").text, "lxml")

        links = [link["href"] for link in page.select("[role=group] a")]

        assert links == [
            f"/statistics.{ending}?year=2022&country=BO" for ending in ("csv", "xlsx", "pdf")
        ]

    def test_where_nobody_is_counted_it_says_so(self, browser: Browser) -> None:
        answer = browser.get("/statistics?country=UY")

        assert answer.status_code == 200
        assert "Nobody is counted here" in answer.text

    @pytest.mark.parametrize("editions", [1, 3])
    def test_it_takes_few_statements_however_many_lines_there_are(
        self, browser: Browser, make: Make, editions: int
    ) -> None:
        for _ in range(editions):
            make.crowd(make.edition(reporting_year=2022))

        with statements() as sent:
            browser.get("/statistics")

        assert len(sent) <= 8


@pytest.mark.usefixtures("edition", "coordinator")
class TestWhatCanNotBeRead:
    @pytest.mark.parametrize(
        ("query", "field", "words"),
        [
            ("year=abc", "year", "Write a year, such as 2022."),
            ("year=99999999999999999999", "year", "Write a year, such as 2022."),
            ("country=XX", "country", "There is no country with this code."),
            ("edition=nonsense", "edition", "Choose one of the options."),
            (f"edition={UUID(int=1)}", "edition", "There is no such edition."),
            (f"course={UUID(int=1)}", "course", "There is no such course with editions."),
            (f"institution={UUID(int=1)}", "institution", "There is no such institution."),
            ("mode=other", "mode", "Choose one of the options."),
            ("gender=none", "gender", "Choose one of the options."),
            ("status=gone", "status", "Choose one of the options."),
            ("by=colour", "by", "Choose one of the options."),
            ("count=hands", "count", "Choose one of the options."),
            ("from=2022-13-01", "from", "Write a date, such as 2026-05-31."),
            ("from=2022-02-01&to=2022-01-01", "to", "This day comes before the first one."),
            ("country=BO&country=PE", "country", "Give this only once."),
        ],
    )
    def test_is_explained_beside_its_field_and_in_a_line_instead_of_files(
        self, browser: Browser, query: str, field: str, words: str
    ) -> None:
        answer = browser.get(f"/statistics?{query}")
        page = BeautifulSoup(answer.text, "lxml")

        assert answer.status_code == 422
        error = page.select_one(f"#{field}-error")
        assert error is not None
        assert error.get_text() == words
        assert page.select(".facts") == []
        for ending in ("csv", "xlsx", "pdf"):
            refused = browser.get(f"/statistics.{ending}?{query}")
            assert (refused.status_code, refused.text) == (422, f"{field}: {words}\n")
        refused = browser.get(f"/statistics.json?{query}")
        assert (refused.status_code, refused.json()) == (422, {"errors": {field: words}})

    def test_what_was_right_stays_in_the_form(self, browser: Browser) -> None:
        page = BeautifulSoup(browser.get("/statistics?year=abc&from=2022-03-01").text, "lxml")

        field = page.select_one("input[name=from]")
        assert field is not None
        assert field["value"] == "2022-03-01"

    @pytest.mark.parametrize(
        ("said", "part"), [("woman", "women"), ("man", "men"), ("another", "other")]
    )
    def test_scripts_may_say_gender_as_the_records_do(
        self, browser: Browser, said: str, part: str
    ) -> None:
        by_record = rows(browser, f"/statistics.csv?gender={said}")

        assert by_record == rows(browser, f"/statistics.csv?gender={part}")


@pytest.mark.usefixtures("coordinator", "edition")
class TestFiltersThatAreSeldomUsed:
    @pytest.mark.parametrize(
        ("query", "open_"),
        [
            ("", False),
            ("year=2022&country=BO&status=withdrawn&count=enrolments&mode=", False),
            ("mode=tutor_led", True),
            ("count=people", True),
            ("by=country", True),
            ("from=2022-01-01", True),
            ("to=yesterday", True),
        ],
    )
    def test_are_folded_until_one_is_used_or_wrong(
        self, browser: Browser, query: str, open_: bool
    ) -> None:
        page = BeautifulSoup(browser.get(f"/statistics?{query}").text, "lxml")

        [folded] = page.select("form.filters details")
        assert folded.has_attr("open") is open_
        names = {control["name"] for control in folded.select("[name]")}
        assert names == {"mode", "gender", "course", "edition", "from", "to", "count", "by"}
        assert folded.find_next("button", type="submit") is not None


@pytest.mark.usefixtures("coordinator")
class TestSmallGroups:
    WARNING = "not for publication"

    @pytest.mark.usefixtures("edition")
    def test_page_paper_and_workbook_say_that_they_are_exact(self, browser: Browser) -> None:
        page = BeautifulSoup(browser.get("/statistics").text, "lxml")
        book = load_workbook(BytesIO(browser.get("/statistics.xlsx").content))
        about = {str(row[0].value): str(row[1].value) for row in book.worksheets[1].iter_rows()}

        (group,) = page.select("[role=group][aria-describedby=care]")
        assert [link.get_text() for link in group.select("a")] == ["CSV", "XLSX", "PDF"]
        (care,) = page.select("#care")
        assert self.WARNING in care.get_text()
        assert self.WARNING in about["Take care"]
        assert self.WARNING in text_of(browser.get("/statistics.pdf").content)
        assert self.WARNING not in browser.get("/statistics.csv").text  # data alone

    def test_large_ones_come_without_a_warning(self, browser: Browser, make: Make) -> None:
        edition = make.edition(reporting_year=2022)
        for gender in (Gender.WOMAN, Gender.MAN):
            make.crowd(edition, 6, country="BO", gender=gender)

        assert self.WARNING not in browser.get("/statistics?by=country").text
        assert self.WARNING not in text_of(browser.get("/statistics.pdf?by=country").content)

    @pytest.mark.usefixtures("edition")
    def test_the_annual_report_says_so_too(self, browser: Browser) -> None:
        book = load_workbook(BytesIO(browser.get("/reports/annual/2022.xlsx").content))
        about = [str(row[1].value) for row in book.worksheets[1].iter_rows()]

        assert self.WARNING in browser.get("/reports/annual/2022").text
        assert any(self.WARNING in words for words in about)
        assert self.WARNING in text_of(browser.get("/reports/annual/2022.pdf").content)


class TestWhoSeesThem:
    @pytest.fixture(params=["", *(f".{ending}" for ending in FILES)])
    def address(self, request: pytest.FixtureRequest) -> str:
        return f"/statistics{request.param}"

    def test_strangers_are_led_to_sign_in(self, browser: Browser, address: str) -> None:
        answer = browser.get(f"{address}?year=2022")

        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/sign-in?next=")

    @pytest.mark.parametrize("role", ["participant", "tutor"])
    def test_those_who_learn_and_teach_do_not(
        self, browser: Browser, make: Make, edition: Edition, address: str, role: str
    ) -> None:
        browser.sign_in(make.tutor(edition) if role == "tutor" else make.participant(edition))

        assert browser.get(address).status_code == 403

    @pytest.mark.usefixtures("edition")
    def test_administrators_do(self, browser: Browser, make: Make, address: str) -> None:
        browser.sign_in(make.administrator())

        assert browser.get(address).status_code == 200


def test_what_is_withheld_says_so_in_a_table() -> None:
    """No page for the public yet, but the table that it will use is this one."""

    def country(code: str, women: int, men: int) -> Group:
        return Group((code,), women + men, women, men, 0, 0, 1, 1)

    exact = Figures(
        Counting.ENROLMENTS,
        Group((), 168, 84, 84, 0, 0, 3, 4),
        1,
        (
            Table(
                (Dimension.COUNTRY,),
                (
                    country("AR", 60, 60),
                    country("BO", 20, 20),
                    country("CL", 3, 1),
                    country("CU", 1, 3),
                ),
            ),
        ),
    )
    seen = published(exact, Audience.PUBLIC)
    macro: Any = environment.get_template("macros/figures.html").module

    html = str(macro.figures_table(table_of(seen, seen.tables[0], "")))

    page = BeautifulSoup(html, "lxml")
    lines = [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("th, td:not(.bar)")]
        for row in page.select("tbody tr")
    ]
    assert lines == [
        ["Argentina", "60", "60", "0", "120", "1"],
        ["Bolivia", "withheld: few people", "40", "1"],
        ["2 groups with few people", "withheld: few people", "8", "–"],
    ]
