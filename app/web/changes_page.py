"""What changed in an earlier edition, in words and with the differences of its texts."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import Request, Response

from app.core import differences
from app.core.differences import Difference
from app.core.i18n import LANGUAGES, choose, language_name
from app.core.i18n import gettext as _
from app.models import ActivityKind
from app.queries.changes import Change, PartChanged, What, changes
from app.queries.next_editions import source_of
from app.queries.says import FACTS, FILES, SUMMARY, TEXT, TITLE, Piece
from app.web.edition_place import edition_place
from app.web.guards import EditionVisit
from app.web.labels import label
from app.web.pages import render


@dataclass(frozen=True, slots=True)
class PartShown:
    """A part that changed: what it is called, and the difference, or a sentence."""

    name: str
    here_too: bool
    language: str = ""
    difference: Difference | None = None
    is_text: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class ChangeShown:
    source_id: UUID
    what: What
    title: str
    language: str
    kind: str
    here_too: bool
    beside: bool
    parts: list[PartShown]
    address: str  # of the piece here, where it is written


def changes_page(request: Request, visit: EditionVisit) -> Response:
    place = edition_place(visit)
    return render(
        request,
        visit,
        "changes/show.html",
        **place,
        source=source_of(visit.session, visit.edition.id),
        changes=[_shown(one, place["address"]) for one in changes(visit.session, visit.edition.id)],
        What=What,
    )


def _shown(change: Change, address: str) -> ChangeShown:
    piece = change.there or change.here
    assert piece is not None  # noqa: S101 -- it is in one of them
    return ChangeShown(
        change.source_id,
        change.what,
        choose(piece.title),
        next((code for code, words in piece.title.items() if words == choose(piece.title)), ""),
        label(piece.kind) if piece.kind else _("module"),
        change.here_too,
        change.would_write_over,
        [line for part in change.parts for line in _lines(part, piece)],
        _written_at(change.here, address),
    )


def _written_at(here: Piece | None, address: str) -> str:
    if here is None:
        return ""
    kind = "activities" if here.module_id else "modules"
    return f"{address}/content/{kind}/{here.id}" + ("/settings" if here.module_id else "")


def _lines(part: PartChanged, piece: Piece) -> list[PartShown]:
    if part.name in {TITLE, SUMMARY}:
        return list(_by_language(part))
    if part.name.startswith(TEXT):
        return list(_of_text(part))
    words = {FACTS: _facts, FILES: _files}.get(part.name, _rest)(part, piece)
    names = {FACTS: _("Settings"), FILES: _("Files")}
    return [PartShown(names.get(part.name, _kind(piece.kind)), part.here_too, words=words)]


def _by_language(part: PartChanged) -> list[PartShown]:
    name = _("Title") if part.name == TITLE else _("Summary")
    here, there = part.here or {}, part.there or {}
    return [
        PartShown(
            _("%(what)s, in %(language)s") % {"what": name, "language": language_name(code)},
            part.here_too,
            code,
            differences.words(here.get(code, ""), there.get(code, "")),
        )
        for code in LANGUAGES
        if here.get(code, "") != there.get(code, "")
    ]


def _of_text(part: PartChanged) -> list[PartShown]:
    code = part.name.removeprefix(TEXT)
    here, there = part.here or {}, part.there or {}
    both = (("body", _("Text")), ("transcript", _("Transcript")))
    return [
        PartShown(
            _("%(what)s, in %(language)s") % {"what": name, "language": language_name(code)},
            part.here_too,
            code,
            differences.texts(here.get(key, ""), there.get(key, "")),
            is_text=True,
        )
        for key, name in both
        if here.get(key, "") != there.get(key, "")
    ]


def _facts(part: PartChanged, _piece: Piece) -> str:
    here, there = part.here or {}, part.there or {}
    said = []
    if here.get("minutes") != there.get("minutes"):
        told = {"here": here.get("minutes", 0), "there": there.get("minutes", 0)}
        said.append(_("%(there)s minutes instead of %(here)s.") % told)
    if here.get("counts") != there.get("counts"):
        counts = there.get("counts")
        said.append(
            _("It counts for the certificate.")
            if counts
            else _("It does not count for the certificate.")
        )
    return " ".join(said)


def _files(part: PartChanged, _piece: Piece) -> str:
    here = {one["name"]: one for one in part.here or []}
    there = {one["name"]: one for one in part.there or []}
    told = (
        (_("New: %(files)s."), [n for n in there if n not in here]),
        (_("Gone: %(files)s."), [n for n in here if n not in there]),
        (_("Changed: %(files)s."), [n for n in there if n in here and here[n] != there[n]]),
    )
    said = [words % {"files": ", ".join(str(n) for n in names)} for words, names in told if names]
    return " ".join(said) or _("They stand in another order.")


def _rest(_part: PartChanged, _piece: Piece) -> str:
    return _("It is not the same there any more.")


def _kind(kind: ActivityKind | None) -> str:
    return {
        ActivityKind.QUIZ: _("Rules and questions"),
        ActivityKind.PANORAMA: _("Scenes and points"),
        ActivityKind.FORUM: _("How people talk in it"),
    }.get(kind or ActivityKind.PAGE, _("Where it leads"))
