"""What every part of a load needs at hand."""

from dataclasses import dataclass
from datetime import date, datetime

from app.demo.materials import Materials
from app.demo.rows import Rows
from app.demo.shelf import Shelf


@dataclass(frozen=True)
class Stage:
    rows: Rows
    shelf: Shelf
    materials: Materials
    today: date
    now: datetime
