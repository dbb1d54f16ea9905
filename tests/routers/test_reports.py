"""The annual report as a page and as files."""

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from app.models import Account, CapstoneKind, CapstoneStatus, Gender, Mode
from tests.conftest import Browser
from tests.counting import statements
from tests.figures import facts, table, text_of
from tests.make import Make

REPORT = "/reports/annual/2022"
HELD = datetime(2022, 6, 8, 15, 0, tzinfo=UTC)
KEYS = "kind,title,starts,ends,participants,women,men,other,not_stated,institutions,countries"


def cells(line: str) -> list[str]:
    """The numbers of a line, set apart by spaces."""
    return line.split()


@pytest.fixture
def coordinator(make: Make, browser: Browser) -> Account:
    coordinator = make.coordinator()
    browser.sign_in(coordinator)
    return coordinator


@pytest.fixture
def editions(make: Make) -> None:
    """One in the Caribbean that began second, and one whose people's institutions nobody knows."""
    later = make.edition(
        make.course(title={"en": "Quality Apprenticeship"}),
        reporting_year=2022,
        starts_on=date(2022, 4, 11),
        ends_on=date(2022, 5, 20),
        capstone=CapstoneKind.ROADMAP,
    )
    for country in ("BB", "JM"):
        home = make.institution(country=country).id
        make.crowd(later, 2, gender=Gender.WOMAN, country=country, institution_id=home)
    make.crowd(later, 1, gender=Gender.PREFERS_NOT_TO_SAY, country="JM")
    earlier = make.edition(
        make.course(title={"en": "Big Data"}),
        reporting_year=2022,
        starts_on=date(2021, 10, 4),
        ends_on=date(2021, 11, 30),
        capstone=CapstoneKind.PROJECT,
    )
    make.crowd(earlier, 3, gender=Gender.MAN, country="UY")
    make.crowd(earlier, 2, gender=Gender.NOT_ANSWERED, country="UY")
    make.live_session(later, HELD, minutes=90)
    make.live_session(earlier, HELD, minutes=60)
    make.capstone(make.team(later), status=CapstoneStatus.ACCEPTED)
    make.capstone(make.team(earlier), status=CapstoneStatus.DRAFT)


LINES = [
    ["edition", "Big Data", "2021-10-04", "2021-11-30", *cells("5 0 3 0 2"), "", "1"],
    ["edition", "Quality Apprenticeship", "2022-04-11", "2022-05-20", *cells("5 4 0 0 1 2 2")],
    ["total", "Total", "", "", *cells("10 4 3 0 3 2 3")],
]


@pytest.mark.usefixtures("coordinator", "editions")
class TestTheReport:
    def test_it_lists_the_editions_in_the_order_in_which_they_began(self, browser: Browser) -> None:
        html = browser.get(REPORT).text

        assert table(html, "by-edition") == [
            ["Big Data 4 Oct – 30 Nov 2021; note 1", *cells("0 3 0 2 5 0 – 1")],
            ["Quality Apprenticeship 11 Apr – 20 May 2022; note 2", *cells("4 0 0 1 5 100 2 2")],
            ["2 editions", *cells("4 3 0 3 10 57 2 3")],
        ]
        assert table(html, "by-country") == [
            ["Uruguay", *cells("0 3 0 2 5 –")],
            ["Jamaica", *cells("2 0 0 1 3 1")],
            ["Barbados", *cells("2 0 0 0 2 1")],
            ["3 countries", *cells("4 3 0 3 10 2")],
        ]

    def test_it_opens_with_the_totals(self, browser: Browser) -> None:
        assert facts(browser.get(REPORT).text) == {
            "Participants": "10",
            "Women": "4 57%",
            "Men": "3 43%",
            "Other": "0",
            "Not stated": "3",
            "Institutions": "2",
            "Countries": "3",
            "Editions": "2",
            "Live sessions": "2",
            "Hours of live sessions": "2.5",
            "Capstones handed in": "1",
        }

    def test_notes_explain_by_rule_what_the_numbers_hide(self, browser: Browser) -> None:
        page = BeautifulSoup(browser.get(REPORT).text, "lxml")

        first, second = [" ".join(n.get_text(" ").split()) for n in page.select("section ol li")]
        assert first == (
            "Big Data 2 participants did not state their gender. Institutions were not recorded."
        )
        assert second == (
            "Quality Apprenticeship 1 participant did not state their gender. "
            "The institution of 1 participant was not recorded."
        )

    def test_it_counts_capstones_by_how_far_they_are(self, browser: Browser) -> None:
        assert table(browser.get(REPORT).text, "capstones") == [
            ["Project", *cells("1 0 0 0 1")],
            ["Roadmap", *cells("0 0 0 1 1")],
        ]

    def test_scripts_find_the_agreed_keys_in_the_csv(self, browser: Browser) -> None:
        content = browser.get(f"{REPORT}.csv?keys=1").content.decode("utf-8-sig")
        words, keys, *lines = csv.reader(StringIO(content))

        assert ",".join(keys) == KEYS
        assert words[1] == "Course"
        assert lines == LINES
        assert len(browser.get(f"{REPORT}.csv").text.splitlines()) == 1 + len(LINES)

    def test_the_header_is_in_the_readers_language(self, browser: Browser) -> None:
        words, keys, *_lines = browser.get(f"{REPORT}.csv?keys=1&lang=fr").text.splitlines()

        assert keys == KEYS
        assert words != keys

    def test_the_workbook_has_live_totals_and_all_tables(self, browser: Browser) -> None:
        content = browser.get(f"{REPORT}.xlsx").content
        live, values = (load_workbook(BytesIO(content), data_only=only) for only in (False, True))

        assert live.sheetnames == [
            "Editions",
            "What is counted",
            "By country and gender",
            "By institution",
            "Capstones",
        ]
        total = [cell.value for cell in live["Editions"][4]]
        assert total[4:7] == ["=SUM(E2:E3)", "=SUM(F2:F3)", "=SUM(G2:G3)"]
        assert [cell.value for cell in values["Editions"][4]][4:] == [10, 4, 3, 0, 3, 2, 3]
        about = {row[0].value: row[1].value for row in live["What is counted"].iter_rows()}
        assert about["Hours of live sessions"] == "2.5"
        assert about["Courses"] == "Courses with a tutor, as the printed reports count them."

    def test_paper_tells_the_same(self, browser: Browser) -> None:
        paper = text_of(browser.get(f"{REPORT}.pdf").content)

        assert "Annual report 2022" in paper
        assert "Courses with a tutor, as the printed reports count them." in paper
        for line in (
            "Quality Apprenticeship 11 Apr – 20 May 2022; note 2 4 0 0 1 5 100 2 2",
            "2 editions 4 3 0 3 10 57 2 3",
            "1 participant did not state their gender.",
        ):
            assert line in paper

    def test_it_leads_to_the_other_years_and_courses(self, browser: Browser, make: Make) -> None:
        alone = make.course(mode=Mode.SELF_ADMINISTERED, title={"en": "Green Jobs"})
        make.crowd(make.edition(alone, reporting_year=2022), 4)

        with_all = browser.get("/reports/annual?year=2022&mode=all").headers["Location"]

        assert with_all == f"{REPORT}?mode=all"
        assert "Green Jobs" not in browser.get(REPORT).text
        assert "Green Jobs" in browser.get(with_all).text
        files = BeautifulSoup(browser.get(with_all).text, "lxml").select("[role=group] a")
        assert [link["href"] for link in files] == [
            f"{REPORT}.{ending}?mode=all" for ending in ("csv", "xlsx", "pdf")
        ]
        assert facts(browser.get(f"{REPORT}?mode=self_administered").text)["Participants"] == "4"

    def test_without_a_year_it_is_that_of_the_newest(self, browser: Browser, make: Make) -> None:
        make.crowd(make.edition(reporting_year=2021))
        make.edition(reporting_year=2027)

        answer = browser.get("/reports/annual")

        assert (answer.status_code, answer.headers["Location"]) == (303, REPORT)

    @pytest.mark.parametrize("editions_more", [1, 3])
    def test_it_takes_few_statements_however_many_lines_there_are(
        self, browser: Browser, make: Make, editions_more: int
    ) -> None:
        for _ in range(editions_more):
            make.crowd(make.edition(reporting_year=2022))

        with statements() as sent:
            browser.get(REPORT)

        assert len(sent) <= 8


@pytest.mark.usefixtures("coordinator", "editions")
class TestWhatIsNotThere:
    @pytest.mark.parametrize("ending", ["", ".csv", ".xlsx", ".pdf"])
    @pytest.mark.parametrize("year", ["1999", "abc", "1", "99999999999999999999"])
    def test_a_year_without_editions_is_not_found(
        self, browser: Browser, year: str, ending: str
    ) -> None:
        assert browser.get(f"/reports/annual/{year}{ending}").status_code == 404

    def test_courses_that_did_not_run_leave_an_empty_report(self, browser: Browser) -> None:
        answer = browser.get(f"{REPORT}?mode=self_administered")

        assert answer.status_code == 200
        assert "No such editions" in answer.text

    def test_a_mode_that_does_not_exist_is_refused(self, browser: Browser) -> None:
        assert browser.get(f"{REPORT}?mode=other").status_code == 422
        assert browser.get(f"{REPORT}.csv?mode=other").status_code == 422
        assert browser.get("/reports/annual?year=٢٠٢٢&mode=x").headers["Location"] == REPORT


@pytest.mark.usefixtures("editions")
class TestWhoSeesIt:
    @pytest.fixture(params=["", "/2022", "/2022.csv", "/2022.xlsx", "/2022.pdf"])
    def address(self, request: pytest.FixtureRequest) -> str:
        return f"/reports/annual{request.param}"

    def test_strangers_are_led_to_sign_in(self, browser: Browser, address: str) -> None:
        answer = browser.get(address)

        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/sign-in")

    @pytest.mark.parametrize("role", ["participant", "tutor", "focal"])
    def test_those_who_do_not_run_the_programme_do_not(
        self, browser: Browser, make: Make, address: str, role: str
    ) -> None:
        people = {
            "participant": lambda: make.participant(make.edition()),
            "tutor": lambda: make.tutor(make.edition()),
            "focal": lambda: make.focal(make.institution()),
        }
        browser.sign_in(people[role]())

        assert browser.get(address).status_code == 403

    def test_administrators_do(self, browser: Browser, make: Make, address: str) -> None:
        browser.sign_in(make.administrator())

        assert browser.get(address, follow_redirects=True).status_code == 200
