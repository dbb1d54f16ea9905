"""The course page beside FastAPI and Jinja2 alone, which make the same bytes from memory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from app.web.cookie import cookie_name
from bench.baseline import FOLDER
from bench.load import ask, get, load
from bench.places import Database, Place, installation
from bench.programme import Programme, Reader, make_programme
from bench.report import Row, at_least
from bench.servers import Server, server
from bench.statements import statements_of
from bench.told import compare, tell_baseline

AIMS = {Database.SQLITE: 0.60, Database.POSTGRESQL: 0.40}
#: What browsers send besides; encodings are left out, so that both servers send the same bytes.
BROWSER = {
    "User_Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept_Language": "en",
}
SCATTER = 0.25


@dataclass(frozen=True)
class Pace:
    """How long and how often to measure."""

    seconds: float
    rounds: int


USUAL = Pace(seconds=3, rounds=5)
QUICK = Pace(seconds=0.8, rounds=3)


@dataclass(frozen=True)
class Rate:
    per_second: float
    milliseconds: float  # of the server's processor, a request


@dataclass(frozen=True)
class Pair:
    """Ours and the other, measured one right after the other."""

    ours: Rate
    other: Rate

    @property
    def ratio(self) -> float:
        return self.ours.per_second / self.other.per_second


@dataclass(frozen=True)
class Both:
    """Our server and the baseline's, and the questions that make them say the same."""

    ours: Server
    baseline: Server
    pages: list[bytes]
    rendered: list[bytes]
    ready: list[bytes]


def measure_course(pace: Pace) -> Iterator[Row]:
    for database in Database:
        with installation(database) as place:
            programme = make_programme()
            with _both(place, programme) as both:
                yield from _beside_jinja(both, database, pace)
                yield from _unchanged(both, programme, database, pace)


def check_course() -> dict[str, int]:
    """Without measuring: whether the baseline says what the page says; and its statements."""
    with installation(Database.SQLITE) as place:
        programme = make_programme()
        with _both(place, programme) as both:
            return {"pages": len(both.pages), **statements_of(place, programme)}


def page_of(programme: Programme, reader: Reader, **more: str) -> bytes:
    return get(programme.address, Cookie=f"{cookie_name()}={reader.secret}", **BROWSER, **more)


@contextmanager
def _both(place: Place, programme: Programme) -> Iterator[Both]:
    """Start both servers; each reader's page must be the same on both, byte for byte."""
    people = range(len(programme.readers))
    with server("app.main:app", place.environment, place.folder) as ours:
        pages = [page_of(programme, reader) for reader in programme.readers]
        texts = [ask(ours.port, page).body.decode() for page in pages]
        tell_baseline(place.folder, programme, texts)
        with server(
            "bench.baseline:create_app", {FOLDER: str(place.folder)}, place.folder, "--factory"
        ) as baseline:
            rendered = [get(f"/rendered/{n}", **BROWSER) for n in people]
            ready = [get(f"/ready/{n}", **BROWSER) for n in people]
            for n, text in enumerate(texts):
                compare(text, ask(baseline.port, rendered[n]).body.decode())
                compare(text, ask(baseline.port, ready[n]).body.decode())
            yield Both(ours, baseline, pages, rendered, ready)


def _beside_jinja(both: Both, database: Database, pace: Pace) -> Iterator[Row]:
    everybody = f"Course page, {len(both.pages)} people, {database}"
    _rate(both.ours, both.pages, pace.seconds)
    pairs = _pairs(both, both.pages, both.rendered, pace)
    yield _in_requests(f"{everybody}: beside Jinja2", pairs, AIMS[database])
    yield _in_processor_time(f"{everybody}: processor time", pairs)
    pairs = _pairs(both, both.pages[:1], both.rendered[:1], pace)
    yield _in_requests(f"Course page, one person, {database}: beside Jinja2", pairs, AIMS[database])
    pairs = _pairs(both, both.pages, both.ready, Pace(pace.seconds, (pace.rounds + 1) // 2))
    yield _in_requests(f"{everybody}: beside a finished string", pairs, None)


def _unchanged(both: Both, programme: Programme, database: Database, pace: Pace) -> Iterator[Row]:
    known = [
        page_of(programme, reader, If_None_Match=ask(both.ours.port, page).header("ETag"))
        for reader, page in zip(programme.readers, both.pages, strict=True)
    ]
    rate = _rate(both.ours, known, pace.seconds, expected=304)
    yield Row(
        f"Course page, unchanged (304), {database}",
        f"{rate.per_second:,.0f} req/s",
        f"{rate.milliseconds:.2f} ms each",
    )


def _pairs(both: Both, ours: Sequence[bytes], other: Sequence[bytes], pace: Pace) -> list[Pair]:
    """Alternating rounds; as many again where the pairs scatter, because something else ran."""
    found: list[Pair] = []
    for _twice in range(2):
        found += [
            Pair(
                _rate(both.ours, ours, pace.seconds),
                _rate(both.baseline, other, pace.seconds),
            )
            for _round in range(pace.rounds)
        ]
        ratios = sorted(pair.ratio for pair in found)
        if ratios[-1] - ratios[0] < SCATTER * median(ratios):
            break
    return found


def _rate(
    server: Server, requests: Sequence[bytes], seconds: float, *, expected: int = 200
) -> Rate:
    before = server.cpu_seconds()
    count = load(server.port, requests, seconds=seconds, expected=expected)
    used = server.cpu_seconds() - before
    return Rate(count.per_second, used / count.answers * 1000)


def _in_requests(measure: str, pairs: list[Pair], aim: float | None) -> Row:
    return at_least(
        measure,
        median(pair.ours.per_second for pair in pairs),
        median(pair.other.per_second for pair in pairs),
        median(pair.ratio for pair in pairs),
        aim=aim,
        unit="req/s",
    )


def _in_processor_time(measure: str, pairs: list[Pair]) -> Row:
    ratio = median(pair.ours.milliseconds / pair.other.milliseconds for pair in pairs)
    return Row(
        measure,
        f"{median(pair.ours.milliseconds for pair in pairs):.2f} ms",
        f"{median(pair.other.milliseconds for pair in pairs):.2f} ms",
        round(ratio, 2),
    )
