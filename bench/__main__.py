"""``python -m bench``: measure, print a table, and keep it in bench/results.json."""

import argparse
from collections.abc import Callable, Iterable

from rich.console import Console

from bench.alike import measure_alike
from bench.course import QUICK, USUAL, measure_course
from bench.drawing import measure_certificates
from bench.figures import measure_figures
from bench.hostile import measure_hostile_texts
from bench.quiz import measure_quiz
from bench.report import RESULTS, Row, save, show
from bench.sign_ins import measure_sign_ins
from bench.weight import measure_weight

Part = Callable[[], Iterable[Row]]

A_MILLION = 1_000_000
FEW = 20_000


def main() -> None:
    given = _options()
    pace = QUICK if given.quick else USUAL
    parts: dict[str, list[Part]] = {
        "course": [lambda: measure_course(pace), measure_weight],
        "sign-ins": [lambda: measure_sign_ins(pace)],
        "quiz": [lambda: measure_quiz(pace)],
        "alike": [lambda: measure_alike(pace)],
        "statistics": [lambda: measure_figures(given.scale or (FEW if given.quick else A_MILLION))],
        "hostile": [measure_hostile_texts],
        "certificates": [lambda: measure_certificates(5 if given.quick else 40)],
    }
    rows: list[Row] = []
    for name in given.only or parts:
        for measure in parts[name]:
            for row in measure():
                Console(stderr=True).print(f"[dim]{row.measure}: {row.ours}")
                rows.append(row)
    show(rows)
    save(rows, vars(given))
    print(f"Kept in {RESULTS}.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="in a minute, less exactly")
    parser.add_argument(
        "--only",
        action="append",
        choices=("course", "sign-ins", "quiz", "alike", "statistics", "hostile", "certificates"),
        help="measure only this; can be given several times",
    )
    parser.add_argument(
        "--scale", type=int, metavar="N", help="enrolments for the statistics (1000000)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
