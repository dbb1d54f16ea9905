"""What a monitor asks of the server."""

import pytest

from tests.conftest import Browser


def test_a_migrated_database_is_ready(browser: Browser) -> None:
    assert browser.get("/healthz").json() == {"status": "ok"}
    answer = browser.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_strangers_may_not_read_the_metrics(browser: Browser) -> None:
    assert browser.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404


def test_every_answer_forbids_foreign_scripts(browser: Browser) -> None:
    policy = browser.get("/healthz").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_a_change_asked_for_by_another_site_is_refused(browser: Browser) -> None:
    foreign = browser.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    older = browser.post("/sign-out", headers={"Origin": "https://elsewhere.example"})

    assert (foreign.status_code, older.status_code) == (403, 403)


def test_an_unknown_address_is_explained(browser: Browser) -> None:
    answer = browser.get("/no/such/thing")

    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text


@pytest.mark.parametrize("address", ["/", "/healthz", "/verify", "/static/nothing.css", "/nowhere"])
def test_head_says_what_get_would_without_a_body(browser: Browser, address: str) -> None:
    asked, told = browser.get(address), browser.head(address)

    assert told.status_code == asked.status_code
    assert told.content == b""
    assert told.headers.get("Content-Type") == asked.headers.get("Content-Type")


def test_head_changes_nothing_where_get_is_not_answered(browser: Browser) -> None:
    assert browser.head("/sign-out").status_code == 405


def test_more_questions_than_anybody_asks_are_no_failure_of_ours(browser: Browser) -> None:
    assert browser.get("/?lang=en" + "&a=1" * 60).status_code == 200


def test_a_form_with_more_fields_than_fit_is_refused_in_words(browser: Browser) -> None:
    answer = browser.post("/sign-in", data={f"field{n}": "1" for n in range(20_001)})

    assert answer.status_code == 400
    assert "too much for one form" in answer.text
