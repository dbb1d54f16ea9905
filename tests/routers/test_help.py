"""Pages that explain: open to everybody, in every language, and true about what there is."""

import pytest

from app.core.i18n import LANGUAGES
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ["/help", "/accessibility", "/your-data"])
def test_everybody_reads_them(browser: Browser, address: str, language: str) -> None:
    with statements() as sent:
        page = browser.get(f"{address}?lang={language}")

    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert page.text.count("<h1") == 1
    assert sent == []


def test_a_signed_in_person_keeps_their_menu(make: Make, browser: Browser) -> None:
    browser.sign_in(make.account())

    assert "My learning" in browser.get("/help").text
