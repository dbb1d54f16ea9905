"""What a monitor asks of the server."""

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
