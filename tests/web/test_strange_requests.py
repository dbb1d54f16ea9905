"""Requests that no browser sends: refused in a moment, and never a failure of ours."""

import pytest

from app.core.markdown import to_html
from tests.conftest import Browser
from tests.make import Make

CHARSETS = ["punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7", "idna", "hex"]


def multipart(charset: str, value: bytes) -> dict[str, object]:
    return {
        "content": b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n'
        + value
        + b"\r\n--x--\r\n",
        "headers": {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"},
    }


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("address", ["/sign-in", "/register", "/sign-out"])
def test_a_form_in_a_charset_that_no_browser_sends_is_refused(
    browser: Browser, charset: str, address: str
) -> None:
    for value in (b"a-" + b"b9a" * 100_000, b"\\ud800", b"+2AA-"):
        answer = browser.post(address, **multipart(charset, value))  # type: ignore[arg-type]  # -- as told
        assert answer.status_code == 415


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
def test_a_form_that_says_how_browsers_write_is_read(browser: Browser, charset: str) -> None:
    answer = browser.post("/sign-in", **multipart(charset, b"ana@example.org"))  # type: ignore[arg-type]  # -- as told

    assert answer.status_code == 422
    assert "ana@example.org" in answer.text


@pytest.mark.parametrize(
    "origin", ["http://[", "null", "http://elsewhere.example", "//testserver", "http://", ""]
)
def test_an_origin_that_is_not_ours_is_refused_whatever_it_looks_like(
    browser: Browser, origin: str
) -> None:
    assert browser.post("/sign-out", headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("origin", ["http://testserver", "https://testserver", "HTTP://TESTSERVER"])
def test_our_own_origin_is_known_however_it_is_written(browser: Browser, origin: str) -> None:
    assert browser.post("/sign-out", headers={"Origin": origin}).status_code == 303


@pytest.mark.parametrize("address", ["/courses/a%00b", "/courses/a%00b/c", "/%00"])
def test_an_address_with_nothing_in_it_that_databases_take_is_not_found(
    browser: Browser, address: str
) -> None:
    assert browser.get(address).status_code == 404


def test_a_session_saved_without_what_the_form_sends_along_is_explained(
    make: Make, browser: Browser
) -> None:
    edition = make.edition()
    live = make.live_session(edition)
    browser.sign_in(make.tutor(edition))

    answer = browser.post(f"/editions/{edition.id}/sessions/{live.id}/edit", data={"a": "1"})

    assert answer.status_code == 422


def test_signing_out_takes_what_the_browser_kept_with_it(make: Make, browser: Browser) -> None:
    browser.sign_in(make.account())

    assert browser.post("/sign-out").headers["Clear-Site-Data"] == '"cache"'


@pytest.mark.parametrize("piece", ["https://a", "http://b.c:", "mailto:x@y.z:", "ftp://q.r/s:"])
def test_in_addresses_without_blanks_between_them_none_is_looked_for(piece: str) -> None:
    """That takes the square of their length."""
    assert "<a" not in to_html(piece * 100)


def test_addresses_in_ordinary_texts_become_links() -> None:
    assert '<a href="https://example.org/a:b"' in to_html("See https://example.org/a:b for more.")
