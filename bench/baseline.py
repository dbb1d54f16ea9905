"""The same page as FastAPI and Jinja2 alone make it: no database, no sign-in, no translation.

Everything that a page says is held in memory as plain dataclasses; header and footer are static
text of the template. ``/ready`` is FastAPI answering the finished string.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader

FOLDER = "BENCH_BASELINE"
DATA = "pages.json"
TEMPLATE = "page.html"


@dataclass(frozen=True, slots=True)
class Activity:
    number: str
    title: str
    language: str
    kind: str
    minutes: int
    address: str
    state: str


@dataclass(frozen=True, slots=True)
class Module:
    number: int
    title: str
    summary: str
    language: str
    opens: str
    is_done: bool
    is_present: bool
    activities: tuple[Activity, ...]


@dataclass(frozen=True, slots=True)
class Tab:
    address: str
    words: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Meeting:
    title: str
    language: str
    address: str
    instant: str
    moment: str
    minutes: int
    zone: str


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    weight: str
    address: str
    title: str
    language: str
    dates: str
    hours: int
    done: int
    total: int
    tabs: tuple[Tab, ...]
    next: Activity
    meeting: Meeting
    modules: tuple[Module, ...]

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        return cls(
            **told
            | {
                "tabs": tuple(Tab(**tab) for tab in told["tabs"]),
                "next": Activity(**told["next"]),
                "meeting": Meeting(**told["meeting"]),
                "modules": tuple(_module(module) for module in told["modules"]),
            }
        )


def _module(told: dict[str, Any]) -> Module:
    return Module(**told | {"activities": tuple(Activity(**line) for line in told["activities"])})


def create_app() -> FastAPI:
    folder = Path(os.environ[FOLDER])
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    template = environment.get_template(TEMPLATE)
    pages = [Page.read(told) for told in json.loads((folder / DATA).read_text(encoding="utf-8"))]
    finished = [template.render(page=page) for page in pages]
    app = FastAPI(openapi_url=None)

    @app.get("/rendered/{reader}")
    def rendered(reader: int) -> HTMLResponse:
        return HTMLResponse(template.render(page=pages[reader]))

    @app.get("/ready/{reader}")
    def ready(reader: int) -> HTMLResponse:
        return HTMLResponse(finished[reader])

    return app
