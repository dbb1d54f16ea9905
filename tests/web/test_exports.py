"""Files of tables: what a spreadsheet, a script and a person find in them."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from fastapi import FastAPI, Response
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from starlette.testclient import TestClient

from app.web.exports import (
    LINES_AT_ONCE,
    Cell,
    Column,
    Sheet,
    csv_response,
    defused,
    file_name,
    xlsx_response,
)

COLUMNS = [Column("name", "Nombre"), Column("women", "Mujeres"), Column("on", "Día")]


def body_of(response: Response) -> bytes:
    """What a browser receives."""
    app = FastAPI()
    app.add_api_route("/file", lambda: response, response_model=None)
    return TestClient(app).get("/file").content


def written(columns: list[Column], *rows: list[Cell], total: list[Cell] | None = None) -> Workbook:
    sheet = Sheet("Figures", columns, rows, total)
    return load_workbook(BytesIO(body_of(xlsx_response("figures", sheet))))


class TestCsv:
    def test_it_is_utf_8_with_a_mark_commas_and_a_header_in_words(self) -> None:
        response = csv_response("f", COLUMNS, [["Peñas, Ana", 3, date(2022, 4, 6)]])

        assert body_of(response) == (
            '\ufeffNombre,Mujeres,Día\r\n"Peñas, Ana",3,2022-04-06\r\n'.encode()
        )
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert response.headers["Content-Disposition"] == 'attachment; filename="f.csv"'

    def test_scripts_can_ask_for_a_row_of_keys_below_the_header(self) -> None:
        lines = body_of(csv_response("f", COLUMNS, [["Ana", 3, None]], keys=True)).decode()

        assert lines.splitlines()[1:] == ["name,women,on", "Ana,3,"]

    def test_instants_are_in_utc(self) -> None:
        moment = datetime(2022, 4, 6, 15, 30, tzinfo=UTC)

        assert b"2022-04-06T15:30:00Z" in body_of(csv_response("f", COLUMNS, [["", 0, moment]]))

    def test_long_tables_are_written_while_they_are_sent(self) -> None:
        asked_for = []

        def endless() -> Iterator[list[Cell]]:
            for number in range(LINES_AT_ONCE * 3):
                asked_for.append(number)
                yield ["x", number, None]

        from_the_start = csv_response("f", COLUMNS, endless())
        assert asked_for == []
        assert body_of(from_the_start).count(b"\r\n") == LINES_AT_ONCE * 3 + 1


class TestDefusing:
    @pytest.mark.parametrize(
        "text",
        [
            '=HYPERLINK("http://evil.example")',
            "+1",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            " =1",
            "\N{FULLWIDTH EQUALS SIGN}1",
        ],
    )
    def test_a_text_that_would_run_does_not(self, text: str) -> None:
        assert defused(text) == f"'{text}"

    @pytest.mark.parametrize("cell", ["Ana", "a=b", "", "   ", 0, -3, None, date(2022, 1, 1)])
    def test_everything_else_stays_as_it_is(self, cell: Cell) -> None:
        assert defused(cell) == cell

    @given(st.text())
    def test_no_text_begins_a_formula_any_more(self, text: str) -> None:
        result = str(defused(text))

        assert result.strip()[:1] not in {"=", "+", "-", "@"}
        assert result.replace("'", "") == text.replace("'", "")

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ('Ana;=HYPERLINK("http://evil.example")', 'Ana;\'=HYPERLINK("http://evil.example")'),
            ("Ana; +1;ok;@SUM(A1)", "Ana; '+1;ok;'@SUM(A1)"),
            ("=1;-1", "'=1;'-1"),
            ("one\n=1", "one\n'=1"),
            (';"=1"', ';"\'=1"'),
            ("A; B-C; d=e", "A; B-C; d=e"),
        ],
    )
    def test_nor_where_the_semicolon_parts_cells(self, text: str, written: str) -> None:
        assert defused(text) == written

    def test_files_are_written_with_it(self) -> None:
        content = body_of(csv_response("f", COLUMNS, [["=1+1", 1, None]])).decode("utf-8-sig")

        assert list(csv.reader(StringIO(content)))[1][0] == "'=1+1"


class TestXlsx:
    def test_numbers_and_dates_are_numbers_and_dates(self) -> None:
        sheet = written(COLUMNS, ["Ana", 3, date(2022, 4, 6)]).active

        assert sheet is not None
        assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
            ["Nombre", "Mujeres", "Día"],
            ["Ana", 3, datetime(2022, 4, 6)],  # noqa: DTZ001 -- spreadsheets know no zones
        ]
        assert sheet["C2"].number_format == "yyyy-mm-dd"

    def test_what_people_wrote_is_text_even_if_it_looks_like_a_formula(self) -> None:
        sheet = written(COLUMNS, ["=1+1", 3, None], ["http://x.example", 1, None]).active

        assert sheet is not None
        assert sheet["A2"].value == "=1+1"
        assert sheet["A2"].data_type != "f"
        assert sheet["A3"].hyperlink is None

    def test_totals_are_live_and_carry_their_values(self) -> None:
        columns = [
            Column("women", "Women", summed=True),
            Column("men", "Men", summed=True),
            Column("total", "Total", formula="{women}+{men}", summed=True),
        ]
        file = body_of(xlsx_response("f", Sheet("T", columns, [[1, 2, 3], [4, 5, 9]], [5, 7, 12])))

        live = load_workbook(BytesIO(file)).active
        values = load_workbook(BytesIO(file), data_only=True).active
        assert live is not None
        assert values is not None
        assert live["C2"].value == "=A2+B2"
        assert live["A4"].value == "=SUM(A2:A3)"
        assert live["C4"].value == "=SUM(C2:C3)"
        assert [cell.value for cell in values[4]] == [5, 7, 12]

    def test_an_empty_table_has_a_total_without_formulas(self) -> None:
        columns = [Column("women", "Women", summed=True)]

        sheet = written(columns, total=[0]).active

        assert sheet is not None
        assert sheet["A2"].value == 0

    def test_the_second_sheet_says_what_is_counted(self) -> None:
        first, second = (Sheet(title, COLUMNS, []) for title in ("By edition", "By country"))
        file = body_of(xlsx_response("f", first, second, about=[("Counted", "All"), ("Year", "1")]))

        book = load_workbook(BytesIO(file))

        assert book.sheetnames == ["By edition", "Counted", "By country"]
        assert [[cell.value for cell in row] for row in book["Counted"].iter_rows()] == [
            ["Counted", "All"],
            ["Year", "1"],
        ]

    def test_titles_that_excel_refuses_are_made_to_fit(self) -> None:
        long = "Country / institution: " + "x" * 40
        file = body_of(xlsx_response("f", Sheet(long, COLUMNS, []), Sheet(long, COLUMNS, [])))

        names = load_workbook(BytesIO(file)).sheetnames
        assert len(set(names)) == 2
        assert all(len(name) <= 31 and not set("[]:*?/\\") & set(name) for name in names)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("Statistics", "2022", "tutor_led"), "statistics-2022-tutor-led"),
        (("a", "", "Año / ünter"), "a-ano-unter"),
        (("../etc/passwd", '"x'), "etc-passwd-x"),
        (("x" * 200,), "x" * 80),
    ],
)
def test_file_names_are_plain(parts: tuple[str, ...], name: str) -> None:
    assert file_name(*parts) == name
    assert Path(name).name == name
