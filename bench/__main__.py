"""What Taller costs, as ratios measured side by side in one run; see docs/performance.md."""

import json
import statistics
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from app.web.cookie import cookie_name
from bench.baseline import FOLDER
from bench.load import ask, get, load
from bench.places import Database, installation
from bench.programme import Programme, make_programme
from bench.servers import Server, server
from bench.told import compare, tell_baseline

RESULTS = Path(__file__).with_name("results.json")
#: The least share of the baseline's throughput that the course page keeps.
TARGETS = {Database.SQLITE: 0.6, Database.POSTGRESQL: 0.4}


@dataclass(frozen=True)
class Measure:
    name: str
    ours: str
    other: str
    ratio: float
    target: float

    @property
    def met(self) -> bool:
        return self.ratio >= self.target


def main() -> None:
    quick = "--quick" in sys.argv
    measures = [course_page(database, quick=quick) for database in Database]
    for m in measures:
        verdict = "met" if m.met else "MISSED"
        print(f"{m.name}: {m.ours}; {m.other}; ratio {m.ratio:.2f}, target {m.target}: {verdict}")
    told = [asdict(m) | {"met": m.met} for m in measures]
    RESULTS.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def requests(programme: Programme) -> list[bytes]:
    """The course page, as each of the participants asks for it."""
    name = cookie_name()
    return [
        get(programme.address, Cookie=f"{name}={reader.secret}; lang=en")
        for reader in programme.readers
    ]


def course_page(database: Database, *, quick: bool) -> Measure:
    """Our course page against FastAPI and Jinja that render the same bytes from memory."""
    seconds, rounds = (1.0, 3) if quick else (3.0, 5)
    with installation(database) as place:
        programme = make_programme()
        asked = requests(programme)
        with server("app.main:app", place.environment, place.folder) as ours:
            pages = [ask(ours.port, request).body.decode() for request in asked]
            tell_baseline(place.folder, programme, pages)
            told = {**place.environment, FOLDER: str(place.folder)}
            with server("bench.baseline:create_app", told, place.folder, "--factory") as other:
                same = [get(f"/rendered/{n}") for n in range(len(pages))]
                for page, request in zip(pages, same, strict=True):
                    compare(page, ask(other.port, request).body.decode())
                return _side_by_side(database, ours, asked, other, same, seconds, rounds)


def _side_by_side(
    database: Database,
    ours: Server,
    asked: list[bytes],
    other: Server,
    same: list[bytes],
    seconds: float,
    rounds: int,
) -> Measure:
    pairs = []
    for _ in range(rounds):
        a, b = _round(ours, asked, seconds), _round(other, same, seconds)
        pairs.append((a[0] / b[0], a, b))
    ratio, a, b = sorted(pairs)[len(pairs) // 2]
    assert ratio == statistics.median_low([pair[0] for pair in pairs])  # noqa: S101 -- the middle pair
    return Measure(
        name=f"course page on {database}",
        ours=f"ours {a[0]:.0f}/s, {a[1]:.2f} ms of processor each",
        other=f"baseline {b[0]:.0f}/s, {b[1]:.2f} ms",
        ratio=ratio,
        target=TARGETS[database],
    )


def _round(to: Server, asked: list[bytes], seconds: float) -> tuple[float, float]:
    """Answers a second, and milliseconds of processor time for each."""
    before = to.cpu_seconds()
    count = load(to.port, asked, seconds=seconds)
    return count.per_second, (to.cpu_seconds() - before) / count.answers * 1000


if __name__ == "__main__":
    main()
