"""What the log says of errors: where they came from, and nothing of whom they were about."""

import logging

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from starlette.requests import Request
from starlette.routing import Route

from app.core.logging import named, set_up
from app.models import Account
from tests.conftest import Browser
from tests.make import Make


def test_an_error_is_named_with_its_causes_and_without_its_words() -> None:
    error = ValueError("Ana Pérez")
    error.__cause__ = LookupError("ana@example.org")

    assert named(error) == "ValueError from LookupError"


def test_a_row_that_the_database_refused_is_not_in_the_log(
    make: Make, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    from app.main import create_app  # noqa: PLC0415 -- the product reads its settings when imported

    ana = make.account(email="ana.secret@example.org")
    app = create_app()

    def clash(_request: Request) -> None:
        session.add(Account(email=ana.email, name="Ana Secreta", country="CO", password_hash="$a"))
        session.flush()

    app.router.routes.insert(0, Route("/clash", clash))
    with Browser(app, raise_server_exceptions=False) as browser:
        answer = browser.get("/clash")
    session.rollback()
    written = "".join(capsys.readouterr())

    assert answer.status_code == 500
    assert "IntegrityError" in written
    assert "in clash" in written
    for secret in ("ana.secret@example.org", "Ana Secreta", "$a"):
        assert secret not in written
    for header in ("Content-Security-Policy", "X-Content-Type-Options"):
        assert header in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("other", ["uvicorn.error", "huey"])
def test_the_server_and_the_queue_say_no_more_of_an_error_than_we_do(
    other: str, caplog: pytest.LogCaptureFixture
) -> None:
    """They log what went wrong once more, and with all that the database said of it."""
    set_up()
    error = ValueError("Key (email)=(ana.secret@example.org) already exists.")

    logging.getLogger(other).error("Exception in %s", "application", exc_info=error)

    assert "ana.secret" not in caplog.text
    assert "Exception in application: ValueError" in caplog.text


def test_a_statement_is_told_without_its_values(make: Make, session: Session) -> None:
    ana = make.account(email="ana.secret@example.org")
    session.add(Account(email=ana.email, name="Ana Secreta", country="CO"))

    with pytest.raises(IntegrityError) as raised:
        session.flush()
    session.rollback()

    assert "Ana Secreta" not in str(raised.value)
