"""Files as people have them: from Excel in Spanish, from a Mac, from a database."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.core.csv_files import read_csv
from app.core.errors import RuleBroken

ROWS = [["Sigla", "País"], ["SENA", "Perú, ñandú"]]
COMMAS = 'Sigla,País\r\nSENA,"Perú, ñandú"\r\n'


@pytest.mark.parametrize(
    "content",
    [
        COMMAS.encode(),
        COMMAS.encode("utf-8-sig"),
        COMMAS.encode("cp1252"),
        COMMAS.encode("utf-16"),
        COMMAS.replace("\r\n", "\n").encode(),
        COMMAS.replace("\r\n", "\r").encode(),
        "Sigla;País\nSENA;Perú, ñandú\n".encode("cp1252"),
        "sep=;\r\nSigla;País\r\nSENA;Perú, ñandú\r\n".encode("utf-8-sig"),
        "Sigla\tPaís\nSENA\tPerú, ñandú".encode(),
        "\n\nSigla;País;;\n;;;\nSENA;  Perú,   ñandú ;;\n\n".encode(),
    ],
)
def test_a_file_is_read_from_whatever_program_it_comes(content: bytes) -> None:
    lines = read_csv(content, most_lines=10)

    assert [[cell for cell in line.cells if cell] for line in lines] == ROWS


def test_lines_keep_the_number_that_the_editor_shows() -> None:
    lines = read_csv(b'a,b\n"x\ny",1\n\nz,2\n', most_lines=10)

    assert [(line.number, line.cells[1]) for line in lines] == [(1, "b"), (2, "1"), (5, "2")]


def test_what_an_export_defused_inside_is_armed_again() -> None:
    [line] = read_csv(b'"A; \'-B";c', most_lines=5)

    assert line.cells == ["A; -B", "c"]


def test_what_an_export_defused_is_armed_again() -> None:
    (_head, line) = read_csv(b"a,b,c\n'=1+1,'-x,'tis\n", most_lines=10)

    assert line.cells == ["=1+1", "-x", "'tis"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b" \n;;\n", "empty"),
        (b"PK\x03\x04rest", "Save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "Save the sheet as CSV"),
        (b"a,b\n\x81\x8d,\xff\n", "can't be read"),
        (b"a,b\nx\x00y,1\n", "can't be read"),
        (b"\xff\xfea", "can't be read"),
        (b'a,b\nx,"y\nz,1\n', "Line 2"),
        (b"a\n" + b"x\n" * 11, "more than 10 lines"),
        (b"sep=%\na%b\n", "commas or semicolons"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "Line 2"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content: bytes, sentence: str) -> None:
    with pytest.raises(RuleBroken, match=sentence):
        read_csv(content, most_lines=10)


@settings(max_examples=200, deadline=None)
@given(some.binary(max_size=200) | some.text(alphabet='a;,"\n\r\té=', max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        lines = read_csv(content, most_lines=20)
    except RuleBroken:
        return
    assert lines
    assert all(line.number >= 1 for line in lines)
