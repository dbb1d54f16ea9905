"""Refusals, told to people as pages and to programs as problems."""

import json

import pytest
from fastapi import Request

from app.core.errors import TooMany
from app.web.explain import explain


def asking_for(path: str) -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": [],
            "server": ("testserver", 80),
            "scheme": "http",
        }
    )


@pytest.mark.parametrize("path", ["/verify/T7K4-9WQX-3HMR", "/api/v1/me"])
def test_who_tries_too_often_is_told_how_long_to_wait(path: str) -> None:
    answer = explain(asking_for(path), TooMany("Wait a little.", wait=90))

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "90")
    assert b"Wait a little." in answer.body


def test_a_program_gets_no_page() -> None:
    told = json.loads(bytes(explain(asking_for("/api/v1/x"), ValueError("secret")).body))

    assert told["status"] == 500
    assert "secret" not in json.dumps(told)
