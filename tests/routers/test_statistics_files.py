"""The same figures as files: the same numbers, filters, order and limits as on the page."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlmodel import Session

from app.models import Account, Edition, EnrolmentStatus, Gender, Mode
from app.services.institution_merges import merge
from tests.conftest import Browser
from tests.figures import edition_of_seven, facts, rows, text_of
from tests.make import Make

KEYS = ["women", "men", "other", "not_stated", "total", "women_percent"]


@pytest.fixture
def coordinator(make: Make, browser: Browser) -> Account:
    coordinator = make.coordinator()
    browser.sign_in(coordinator)
    return coordinator


@pytest.fixture
def edition(make: Make) -> Edition:
    return edition_of_seven(make)


def numbers(row: dict[str, str]) -> list[str]:
    return [row[key] for key in KEYS]


ALIKE = (
    "",
    "?year=all",
    "?year=2022&country=BO",
    "?from=2022-01-01&to=2022-12-31&mode=tutor_led&gender=women",
    "?by=country&by=gender&count=people",
    "?status=withdrawn",
)


@pytest.mark.usefixtures("coordinator")
class TestFiles:
    @pytest.fixture(autouse=True)
    def more_people(self, make: Make, edition: Edition) -> None:
        alone = make.course(mode=Mode.SELF_ADMINISTERED)
        make.crowd(make.edition(alone, reporting_year=2021, starts_on=None), 2, country="BO")
        gone = make.account(country="PE", gender=Gender.MAN)
        make.counted(make.enrolment(gone, edition, status=EnrolmentStatus.WITHDRAWN))

    @pytest.mark.parametrize("query", ALIKE)
    def test_page_csv_xlsx_pdf_and_json_tell_the_same(self, browser: Browser, query: str) -> None:
        html = browser.get(f"/statistics{query}").text
        in_csv = rows(browser, f"/statistics.csv{query}")
        as_json = browser.get(f"/statistics.json{query}").json()
        book = load_workbook(
            BytesIO(browser.get(f"/statistics.xlsx{query}").content), data_only=True
        )
        sheet = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
        pdf = text_of(browser.get(f"/statistics.pdf{query}").content)

        total = facts(html)
        assert in_csv[-1]["kind"] == "total"
        shown = [total[n].split()[0] for n in ("Women", "Men", "Other", "Not stated")]
        assert numbers(in_csv[-1])[:4] == shown
        assert [str(as_json["total"][key]) for key in KEYS[:5]] == numbers(in_csv[-1])[:5]
        assert [str(row["total"]) for row in as_json["rows"]] == [r["total"] for r in in_csv[:-1]]
        written = [[str(v) if v is not None else "" for v in line][-8:] for line in sheet[1:]]
        assert written == [list(row.values())[-8:] for row in in_csv]
        assert f"{next(iter(total))} {next(iter(total.values()))}" in pdf

    def test_the_csv_without_dimensions_is_by_edition(self, browser: Browser) -> None:
        assert rows(browser, "/statistics.csv?year=2022") == [
            {
                "kind": "edition",
                "edition": "Leadership",
                "starts": "2022-08-08",
                "ends": "2022-09-30",
                "women": "4",
                "men": "2",
                "other": "0",
                "not_stated": "1",
                "total": "7",
                "women_percent": "67",
                "institutions": "2",
                "countries": "2",
            },
            {
                "kind": "total",
                "edition": "Total",
                "starts": "",
                "ends": "",
                "women": "4",
                "men": "2",
                "other": "0",
                "not_stated": "1",
                "total": "7",
                "women_percent": "67",
                "institutions": "2",
                "countries": "2",
            },
        ]

    def test_dimensions_cross_in_the_order_of_the_address(self, browser: Browser) -> None:
        found = rows(browser, "/statistics.csv?year=2022&by=country&by=gender")

        assert [(r["kind"], r["country"], r["gender"], r["total"]) for r in found] == [
            ("country+gender", "BO", "women", "3"),
            ("country+gender", "BO", "men", "2"),
            ("country+gender", "BO", "other", "0"),
            ("country+gender", "BO", "not_stated", "0"),
            ("country+gender", "PE", "women", "1"),
            ("country+gender", "PE", "men", "0"),
            ("country+gender", "PE", "other", "0"),
            ("country+gender", "PE", "not_stated", "1"),
            ("total", "", "", "7"),
        ]
        turned = rows(browser, "/statistics.csv?year=2022&by=gender&by=country")
        assert list(turned[0])[1:5] == ["gender_name", "gender", "country_name", "country"]

    def test_years_are_compared_when_they_are_the_lines(self, browser: Browser) -> None:
        found = rows(browser, "/statistics.csv?by=year")

        assert [(r["kind"], r["year"], r["total"]) for r in found] == [
            ("year", "2021", "2"),
            ("year", "2022", "7"),
            ("total", "Total", "9"),
        ]

    def test_the_header_is_in_the_readers_language_and_the_keys_are_not(
        self, browser: Browser
    ) -> None:
        words, keys, *_lines = browser.get("/statistics.csv?keys=1&lang=es").text.splitlines()
        plain = browser.get("/statistics.csv?lang=es").text.splitlines()

        assert keys.startswith("kind,edition,starts,ends,women,men,other,not_stated,total")
        assert plain[0] == words
        assert "kind" not in plain[0]
        assert "Liderazgo" in plain[1]

    def test_totals_in_the_workbook_are_live(self, browser: Browser) -> None:
        book = load_workbook(BytesIO(browser.get("/statistics.xlsx?year=2022").content))

        sheet = book.worksheets[0]
        keys = [cell.value for cell in sheet[1]]
        last = {key: cell.value for key, cell in zip(keys, sheet[sheet.max_row], strict=True)}
        assert last["Women"] == "=SUM(E2:E2)"
        assert last["Total"] == "=SUM(I2:I2)"
        assert last["Institutions"] == 2
        assert book.sheetnames == ["By course edition", "What is counted", "By country and gender"]

    def test_people_are_not_summed_in_the_workbook(self, browser: Browser) -> None:
        """Once in each line and once in the total: the sum would be too large."""
        answer = browser.get("/statistics.xlsx?year=2022&count=people")

        sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
        assert [c.value for c in sheet[sheet.max_row] if c.data_type == "f"] == []

    def test_workbook_and_paper_repeat_the_filters_in_words(self, browser: Browser) -> None:
        query = "?year=2022&country=BO&gender=women&status=completed&count=people"
        book = load_workbook(BytesIO(browser.get(f"/statistics.xlsx{query}").content))
        about = {row[0].value: row[1].value for row in book.worksheets[1].iter_rows()}
        paper = text_of(browser.get(f"/statistics.pdf{query}").content)

        for name, words in (
            ("Reporting year", "2022"),
            ("Country", "Bolivia"),
            ("Gender", "Women"),
            ("Counted", "People who completed"),
        ):
            assert about[name] == words
            assert f"{name}: {words}" in paper

    def test_file_names_say_what_is_in_them(self, browser: Browser) -> None:
        answer = browser.get("/statistics.csv?year=2022&mode=tutor_led&country=BO&by=course")

        assert answer.headers["Content-Disposition"] == (
            'attachment; filename="statistics-2022-tutor-led-bo-course.csv"'
        )

    def test_names_that_look_like_formulas_do_not_run(self, browser: Browser, make: Make) -> None:
        course = make.course(title={"en": "=cmd|' /C calc'!A0"})
        make.crowd(make.edition(course, reporting_year=2022), 9)

        assert rows(browser, "/statistics.csv?year=2022")[0]["edition"] == "'=cmd|' /C calc'!A0"

    def test_a_table_too_long_for_paper_is_refused_in_words(
        self, browser: Browser, make: Make, edition: Edition
    ) -> None:
        for number in range(501):
            institution = make.institution(country="BO", acronym=f"N{number}")
            make.crowd(edition, institution_id=institution.id)

        answer = browser.get("/statistics.pdf?by=institution")

        assert answer.status_code == 422
        assert "A PDF holds up to 500 lines" in answer.text
        shown = BeautifulSoup(browser.get("/statistics?by=institution").text, "lxml")
        assert len(shown.select("tbody tr")) == 200
        assert "The first 200 of 503 lines." in shown.get_text()


@pytest.mark.usefixtures("edition")
class TestAFocalCoordinator:
    @pytest.fixture(autouse=True)
    def focal(self, browser: Browser, make: Make, edition: Edition) -> Account:
        """Of an institution with one woman in the edition, beside the seven others."""
        own = make.institution(acronym="OWN", country="CL")
        make.crowd(edition, 1, gender=Gender.WOMAN, country="CL", institution_id=own.id)
        self.other = make.institution(acronym="OTHER", country="UY")
        make.crowd(edition, 4, country="UY", institution_id=self.other.id)
        focal = make.focal(own)
        browser.sign_in(focal)
        return focal

    @pytest.mark.parametrize("asked", ["", "&by=institution", "&by=country&count=people"])
    def test_sees_own_people_only_in_every_file(self, browser: Browser, asked: str) -> None:
        for query in (f"?year=2022{asked}", f"?year=2022{asked}&institution={self.other.id}"):
            html = browser.get(f"/statistics{query}").text
            as_json = browser.get(f"/statistics.json{query}")
            as_csv = browser.get(f"/statistics.csv{query}")
            book = load_workbook(BytesIO(browser.get(f"/statistics.xlsx{query}").content))
            in_book = " ".join(
                str(cell.value) for sheet in book.worksheets for row in sheet for cell in row
            )
            paper = text_of(browser.get(f"/statistics.pdf{query}").content)

            assert next(iter(facts(html).values())) == "1"
            assert as_json.json()["total"]["total"] == 1
            assert as_csv.text.splitlines()[-1].split(",")[-8:-3] == ["1", "0", "0", "0", "1"]
            everything = f"{html} {as_json.text} {as_csv.text} {in_book} {paper}"
            for foreign in ("OTHER", "INFOCAL", "SENATI", "Uruguay", "Bolivia"):
                assert foreign not in everything

    def test_is_told_so(self, browser: Browser) -> None:
        words = "OWN, Chile; you see the figures of its people only"

        assert words in browser.get("/statistics").text
        assert words in text_of(browser.get("/statistics.pdf").content)
        assert words in browser.get("/statistics.json").text
        name = browser.get("/statistics.csv").headers["Content-Disposition"]
        assert name == 'attachment; filename="statistics-2022-own.csv"'

    def test_learns_of_no_edition_without_own_people(self, browser: Browser, make: Make) -> None:
        foreign = make.edition(make.course(title={"en": "Secret"}), reporting_year=2022)
        make.crowd(foreign, 3, institution_id=self.other.id)

        answer = browser.get(f"/statistics?edition={foreign.id}")

        assert answer.status_code == 422
        assert "There is no such edition." in answer.text
        assert "Secret" not in answer.text


def test_a_focal_coordinators_figures_say_whose_they_are_whatever_was_asked(
    make: Make, browser: Browser
) -> None:
    own, others = make.institution(), make.institution()
    browser.sign_in(make.focal(own))

    told = browser.get(f"/statistics.json?year=all&institution={others.id}").json()

    assert told["filters"]["institution"] == str(own.id)


def test_a_merged_institution_keeps_its_line_and_says_what_it_is_now(
    make: Make, session: Session, browser: Browser
) -> None:
    gone = make.institution(acronym="INTECAP", name="The old house", country="GT")
    stays = make.institution(acronym="INCAP", name="The new house", country="GT")
    make.crowd(make.edition(reporting_year=2022), 12, country="GT", institution_id=gone.id)
    boss = make.coordinator()
    browser.sign_in(boss)
    query = "?year=2022&by=institution"
    before = rows(browser, f"/statistics.csv{query}")
    facts_before = facts(browser.get(f"/statistics{query}").text)

    merge(session, gone.id, stays.id, by=boss.id)
    page = browser.get(f"/statistics{query}").text
    lines = rows(browser, f"/statistics.csv{query}")
    [of_program] = browser.get(f"/statistics.json{query}").json()["rows"]
    book = load_workbook(BytesIO(browser.get(f"/statistics.xlsx{query}").content))
    sheet = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    pdf = " ".join(text_of(browser.get(f"/statistics.pdf{query}").content).split())
    chosen = browser.get(f"/statistics{query}&institution={gone.id}").text

    said = "INTECAP, Guatemala (merged into INCAP)"
    assert said in page
    assert said in pdf
    assert f"Institution: {said}" in " ".join(BeautifulSoup(chosen, "lxml").get_text(" ").split())
    assert lines[0] == before[0] | {"institution_merged_into": "INCAP"}
    assert lines[1:] == before[1:]
    assert of_program["institution_merged_into"] == "INCAP"
    assert [line[4] for line in sheet[:2]] == ["Merged into", "INCAP"]
    assert facts(page) == facts_before
