"""Promises that the whole code base keeps."""

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator
from inspect import isgeneratorfunction
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.core.settings import Settings
from app.core.work import Work
from app.jobs import HANDLERS
from app.routers import ROUTERS
from app.web.guards import GUARDS
from app.web.labels import LABELS
from app.web.one_hop import OneHopRoute
from app.web.pages import environment

HOUSE = Path(__file__).parents[1]
ROUTES = [r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute)]


def called_by(dependant: Dependant) -> Iterator[Callable[..., object] | None]:
    yield dependant.call
    for child in dependant.dependencies:
        yield from called_by(child)


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{min(r.methods)} {r.path}")
def test_every_route_says_who_may_use_it(route: APIRoute) -> None:
    assert len(GUARDS.intersection(called_by(route.dependant))) == 1


def test_every_page_keeps_its_changes_before_the_answer_leaves() -> None:
    """`OneHopRoute` opens, handles and commits in one place; nothing is left to a dependency."""
    elsewhere = [r.path for r in ROUTES if not isinstance(r, OneHopRoute)]
    late = [r.path for r in ROUTES for d in r.dependant.dependencies if isgeneratorfunction(d.call)]

    assert elsewhere == []
    assert late == []


def test_no_two_routes_have_the_same_name_or_address() -> None:
    addresses = [(r.path, method) for r in ROUTES for method in r.methods or ()]
    names = [r.name for r in ROUTES]

    assert len(set(addresses)) == len(addresses)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", environment.list_templates())
def test_every_template_compiles(name: str) -> None:
    environment.get_template(name)


@pytest.mark.parametrize("name", environment.list_templates(["html"]))
def test_no_template_holds_script_or_style_inline(name: str) -> None:
    source = (HOUSE / "app/templates" / name).read_text()

    assert (
        re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", source) == []
    )


def test_every_kind_of_work_has_a_handler() -> None:
    assert set(HANDLERS) == set(Work)


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"`TALLER_(\w+)`", (HOUSE / "docs/running.md").read_text()))

    assert {name.upper() for name in Settings.model_fields} == documented


@pytest.mark.parametrize("folder", ["app/static/vendor", "tests/vendor"])
def test_every_vendored_file_is_the_one_that_was_taken_over(folder: str) -> None:
    listed = tomllib.loads((HOUSE / folder / "vendored.toml").read_text())["files"]
    for entry in listed:
        content = (HOUSE / folder / entry["file"]).resolve().read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["files"]
        assert entry["name"]
        assert entry["version"]
        assert entry["licence"]
    here = {f.name for f in (HOUSE / folder).iterdir() if f.suffix != ".toml"}

    assert here <= {Path(entry["file"]).name for entry in listed}


def test_every_label_is_a_sentence_of_the_catalogue() -> None:
    catalogue = (HOUSE / "app/locale/messages.pot").read_text()

    assert [words for words in LABELS.values() if f'"{words}"' not in catalogue] == []


def test_the_product_does_not_name_the_house_next_door() -> None:
    """What users get needs nothing that lies beside the project."""
    found = [
        str(file.relative_to(HOUSE))
        for folder in ("app", "certificates", "migrations", "docs", "bench", "deploy")
        for file in (HOUSE / folder).rglob("*")
        if file.suffix in {".py", ".html", ".md", ".toml", ".css", ".js"}
        and "../shared" in file.read_text()
    ]

    assert found == []


def test_whoever_shows_who_they_are_comes_in_by_one_door() -> None:
    """What more it takes to be signed in can be asked there, and is asked of everybody."""
    callers = {
        str(file.relative_to(HOUSE))
        for file in (HOUSE / "app").rglob("*.py")
        if re.search(r"\bbegin_sign_in\(", file.read_text())
    }

    assert callers == {"app/services/sign_ins.py", "app/web/entering.py"}
