"""Another site's page changes nothing here, at whichever address it tries."""

from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select
from sqlmodel import Session, SQLModel

from app.routers import ROUTERS
from tests.conftest import Browser
from tests.make import Make

#: What browsers say of a request that another site's page began.
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://testserver:8000"},
]
BODIES: list[dict[str, Any]] = [
    {"data": {"next": "/"}},
    {"content": b"next=/", "headers": {"Content-Type": "text/plain"}},
    {"files": {"letter": ("a.txt", b"x")}},
    {"json": {"next": "/"}},
]
#: A mail program ends messages with one POST from wherever it is (RFC 8058); it names no person.
FROM_ANYWHERE = "/unsubscribe/{token}"
CHANGES = sorted(
    route.path
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and not (route.methods or set()) <= {"GET", "HEAD"}
    if route.path != FROM_ANYWHERE
)


def rows(session: Session) -> dict[str, list[str]]:
    return {
        table.name: sorted(map(repr, session.execute(select(table)).all()))
        for table in SQLModel.metadata.sorted_tables
    }


def test_no_change_is_made_for_another_sites_page(
    session: Session, make: Make, browser: Browser
) -> None:
    browser.sign_in(make.administrator())
    before = rows(session)

    let_in = [
        (path, said, list(body))
        for path in CHANGES
        for n, said in enumerate(FOREIGN)
        for body in (BODIES[n % len(BODIES)],)
        if browser.post(path, **body | {"headers": body.get("headers", {}) | said}).status_code
        != 403
    ]

    print(f"{len(CHANGES) * len(FOREIGN)} cases run, {len(let_in)} violations")
    assert len(CHANGES) > 100
    assert let_in == []
    assert rows(session) == before


@pytest.mark.parametrize("said", FOREIGN, ids=lambda said: "-".join(said.values()))
def test_nobody_is_signed_in_or_out_by_another_sites_page(
    make: Make, browser: Browser, said: dict[str, str]
) -> None:
    browser.sign_in(make.account())

    assert browser.post("/sign-out", headers=said).status_code == 403
    assert browser.get("/home").status_code == 200
