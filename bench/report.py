"""What was measured, as a table for people and as a file for programs."""

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).with_name("results.json")
WIDTH = 120


@dataclass(frozen=True)
class Row:
    """One measure, and what it is compared with; ``met`` is None where nothing is aimed at."""

    measure: str
    ours: str
    other: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None


def at_least(
    measure: str, ours: float, other: float, ratio: float, *, aim: float | None, unit: str
) -> Row:
    """More is better: ``ratio`` of ours to the other's."""
    return Row(
        measure,
        f"{ours:,.0f} {unit}",
        f"{other:,.0f} {unit}",
        round(ratio, 2),
        f"≥ {aim:.2f}" if aim else "",
        ratio >= aim if aim else None,
    )


def at_most(measure: str, ours: float, *, aim: float | None, unit: str, other: str = "") -> Row:
    """Less is better."""
    shown = f"{ours:,.1f}" if ours < 100 else f"{ours:,.0f}"  # noqa: PLR2004 -- three digits
    if aim is None:
        return Row(measure, f"{shown} {unit}", other)
    return Row(measure, f"{shown} {unit}", other, None, f"≤ {aim:g} {unit}", ours <= aim)


def show(rows: Iterable[Row]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("Measure", "Ours", "Other", "Ratio", "Target", ""):
        table.add_column(name, justify="left" if name in {"Measure", ""} else "right")
    words = {True: "met", False: "missed", None: ""}
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        table.add_row(row.measure, row.ours, row.other, ratio, row.target, words[row.met])
    Console(width=WIDTH).print(table)


def save(rows: Iterable[Row], options: dict[str, object]) -> None:
    told = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "options": options,
        "rows": [asdict(row) for row in rows],
    }
    RESULTS.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
