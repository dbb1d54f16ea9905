#!/usr/bin/env python3
"""The catalogues of words: collected from the code, handed to the translators, checked.

``update`` brings messages.pot and every language up to date and keeps, at the end of each file,
what is no longer said; ``prune`` forgets that; ``check`` changes nothing and names what is missing;
``missing LANGUAGE`` lists what that language does not say yet.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po, write_po

from app.core.i18n import CATALOGUES, LANGUAGES

ROOT = Path(__file__).parent.parent
#: The language the code is written in: its catalogue says every sentence as it stands.
SOURCE = "en"
SHOWN = 20
#: Lines of a header that would differ at every run and tell nothing that git does not.
RESTLESS = re.compile(
    r'^"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator'
    r"|Language-Team|Generated-By): .*\n",
    re.MULTILINE,
)


def main() -> None:
    os.chdir(ROOT)
    match sys.argv[1:]:
        case ["update"]:
            update(CATALOGUES)
        case ["prune"]:
            update(CATALOGUES, keep_unsaid=False)
        case ["check"]:
            sys.exit("\n".join(faults(CATALOGUES)) or None)
        case ["missing", language] if language in LANGUAGES:
            for message in unsaid(read(path_of(CATALOGUES, language), language)):
                print(message.id)
        case _:
            sys.exit(f"Usage: messages.py update | prune | check | missing {'|'.join(LANGUAGES)}")


def update(folder: Path, *, keep_unsaid: bool = True) -> None:
    """Write the template and every language anew from what the code says."""
    template = extract()
    write(folder / "messages.pot", template)
    for language in LANGUAGES:
        path = path_of(folder, language)
        catalogue = read(path, language)
        recall(catalogue, template)
        # A copy: Babel hands the template's own messages over, and English changes them.
        catalogue.update(deepcopy(template), no_fuzzy_matching=True)
        if language == SOURCE:
            say_as_written(catalogue)
        if not keep_unsaid:
            catalogue.obsolete.clear()
        write(path, catalogue)


def faults(folder: Path) -> Iterator[str]:
    """Say what keeps the catalogues from speaking every sentence in every language."""
    if not is_fresh(folder):
        yield "The catalogues are not up to date with the code: run `make messages`."
    for language in LANGUAGES:
        catalogue = read(path_of(folder, language), language)
        yield from told(language, "not translated", unsaid(catalogue))
        yield from told(language, "marked as fuzzy", (said for said in catalogue if said.fuzzy))
        for message, errors in catalogue.check():
            yield f"{language}: {message.id!r}: {'; '.join(map(str, errors))}"


def told(language: str, fault: str, messages: Iterable[Message]) -> Iterator[str]:
    found = [message.id for message in messages if message.id]
    yield from (f"{language}: {fault}: {sentence!r}" for sentence in found[:SHOWN])
    if len(found) > SHOWN:
        yield f"{language}: {fault}: and {len(found) - SHOWN} more"


def is_fresh(folder: Path) -> bool:
    with tempfile.TemporaryDirectory() as other:
        anew = Path(shutil.copytree(folder, Path(other) / "locale"))
        update(anew)
        names = [Path("messages.pot"), *(path_of(Path(), language) for language in LANGUAGES)]
        return all(text_of(folder / name) == text_of(anew / name) for name in names)


def text_of(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def extract() -> Catalog:
    """Collect what the code says, by the settings in pyproject.toml."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.pot"
        CommandLineInterface().run(  # type: ignore[no-untyped-call]
            [
                *("pybabel", "--quiet", "extract", "--mapping-file", str(ROOT / "pyproject.toml")),
                *("--add-comments", "Translators:", "--output-file", str(found)),
                "app",
            ]
        )
        with found.open("rb") as file:
            return read_po(file)


def unsaid(catalogue: Catalog) -> Iterator[Message]:
    return (
        message
        for message in catalogue
        if message.id and not all(forms(message.string, catalogue.num_plurals))
    )


def forms(string: str | tuple[str, ...] | list[str] | None, plurals: int) -> list[str]:
    """Give the sentence, or each of its plural forms with an empty one for what is missing."""
    if string is None or isinstance(string, str):
        return [string or ""]
    return [*string, *[""] * (plurals - len(string))]


def recall(catalogue: Catalog, template: Catalog) -> None:
    """Let a sentence that is said again find the translation it had."""
    for key, message in list(catalogue.obsolete.items()):
        if template.get(message.id, message.context) and not catalogue.get(
            message.id, message.context
        ):
            catalogue[message.id] = message
            del catalogue.obsolete[key]


def say_as_written(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            message.string = message.id


def path_of(folder: Path, language: str) -> Path:
    return folder / language / "LC_MESSAGES" / "messages.po"


def read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write(path: Path, catalogue: Catalog) -> None:
    catalogue.header_comment = "# What Taller says. Written by `make messages`."
    catalogue.fuzzy = False
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile() as file:
        write_po(file, catalogue, width=0, sort_by_file=True, include_lineno=False)
        file.seek(0)
        text = file.read().decode("utf-8")
    path.write_text(RESTLESS.sub("", text), "utf-8")


if __name__ == "__main__":
    main()
