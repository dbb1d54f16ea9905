"""Statistics by country and gender over very many enrolments."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from statistics import median

from rich.console import Console
from sqlmodel import Session

from app.core import clock, db
from app.core.ids import token, token_hash
from app.demo.scale import grow
from app.models import Account, PlatformRole, SignIn
from app.queries import statistics
from app.queries.figures import Dimension
from app.queries.statistics import Filters
from app.web.cookie import cookie_name
from bench.load import ask, get
from bench.places import Database, installation
from bench.report import Row, at_most
from bench.servers import server

TIMES = 20
AIM = 50.0
BY = (Dimension.COUNTRY, Dimension.GENDER)
PAGE = "/statistics?year={year}&by=country&by=gender"


def measure_figures(scale: int) -> Iterator[Row]:
    # In production nobody can load people who were made up, nor start with them.
    for database in Database:
        with installation(database, env="development") as place:
            _fill(database, scale)
            yield from _queries(database)
            cookie = f"{cookie_name()}={_coordinator()}"
            with server("app.main:app", place.environment, place.folder) as ours:
                for year in ("all", str(clock.today().year)):
                    request = get(PAGE.format(year=year), Cookie=cookie, Accept_Language="en")
                    yield _row(
                        f"Statistics page, {_years(year)}, {database}",
                        partial(_asked, ours.port, request),
                        aim=None,
                    )


def _fill(database: Database, scale: int) -> None:
    console = Console(stderr=True)
    with console.status(f"{database}: writing {scale:,} enrolments"):
        began = time.perf_counter()
        grown = grow(scale, today=clock.today())
    took = time.perf_counter() - began
    console.print(f"{database}: {grown.enrolments:,} enrolments written in {took:,.0f} s")


def _queries(database: Database) -> Iterator[Row]:
    with db.reading() as session:
        for year in (None, clock.today().year):
            yield _row(
                f"Figures by country and gender, {_years(year or 'all')}, {database}",
                partial(_figures, session, year),
                aim=AIM,
            )


def _years(year: int | str) -> str:
    return "all years" if year == "all" else "one year"


def _figures(session: Session, year: int | None) -> None:
    found = statistics.figures(session, Filters(year=year), BY, only_institution=None)
    if not found.total.total:
        raise RuntimeError("There is nothing to count.")


def _asked(port: int, request: bytes) -> None:
    answer = ask(port, request)
    if answer.status != 200 or b"<table" not in answer.body:  # noqa: PLR2004 -- found
        raise RuntimeError(f"The statistics page was not sent, but {answer.status}.")


def _row(measure: str, deed: Callable[[], None], *, aim: float | None) -> Row:
    for _warm_up in range(3):
        deed()
    taken = []
    for _time in range(TIMES):
        began = time.perf_counter()
        deed()
        taken.append((time.perf_counter() - began) * 1000)
    late = sorted(taken)[int(TIMES * 0.95) - 1]
    return at_most(measure, median(taken), aim=aim, unit="ms", other=f"p95 {late:,.1f} ms")


def _coordinator() -> str:
    """Somebody who may see all figures, signed in: the secret of their browser."""
    secret, now = token(), clock.now()
    with db.changing() as session:
        account = Account(
            email="coordinator@example.org",
            name="Carla Coordinator",
            country="UY",
            language="en",
            platform_role=PlatformRole.COORDINATOR,
        )
        session.add(account)
        session.flush()
        session.add(
            SignIn(
                account_id=account.id,
                token_hash=token_hash(secret),
                expires_at=now + timedelta(days=1),
            )
        )
    return secret
