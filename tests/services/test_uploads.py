"""How an uploaded file is called once it is kept."""

import pytest

from app.services.uploads import ending_in_pdf, plain_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("plan.pdf", "plan.pdf"),
        ("C:\\Mis documentos\\plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("año\r\nX: 1.pdf", "añoX: 1.pdf"),
        ("", "file"),
        ("/", "file"),
        ("n" * 300, "n" * 200),
        ("n" * 300 + ".pdf", "n" * 196 + ".pdf"),
    ],
)
def test_a_name_is_kept_without_folders_and_not_too_long(typed: str, name: str) -> None:
    assert plain_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Presentación.PDF", "Presentación.pdf"),
        ("x.pdf.html", "x pdf html.pdf"),
        ("x.bat", "x bat.pdf"),
        (".pdf", "slides.pdf"),
    ],
)
def test_slides_are_named_as_what_they_are(typed: str, kept: str) -> None:
    assert ending_in_pdf(typed) == kept
