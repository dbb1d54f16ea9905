"""Reading a submitted form into a Pydantic model, keeping what was typed and what was wrong."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, get_origin

from fastapi import Request, UploadFile
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as StarletteUpload

from app.core.i18n import gettext as _
from app.web.one_hop import Step


@dataclass
class Form[T: BaseModel]:
    """A form as a template shows it: what was typed, and what is wrong with which field."""

    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    data: T | None = None
    many: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, UploadFile] = field(default_factory=dict)

    def refuse(self, name: str, message: str) -> None:
        """Say what is wrong with one field, for rules that only a look at the database can tell."""
        self.errors[name] = message
        self.data = None


#: What no text holds: NUL, and halves of letters.
_NOTHING = re.compile("[\x00\ud800-\udfff]")
#: An attendance sheet has some for every participant.
MOST_FIELDS = 20_000


def submitted[T: BaseModel](
    model: type[T],
) -> Callable[[Request], AsyncIterator[Step[Form[T]]]]:
    """A dependency that reads the request's form as ``model``.

    Fields typed as lists take every value of their name. What was left empty counts as not given.
    The body is read before anything is opened; it is understood in the handler's thread, in the
    language of the person who typed it. Uploaded files are closed when the answer is made.
    """

    async def read(request: Request) -> AsyncIterator[Step[Form[T]]]:
        async with request.form(max_fields=MOST_FIELDS) as body:
            yield Step(lambda _stack: understood(model, body))

    return read


def understood[T: BaseModel](model: type[T], body: FormData) -> Form[T]:
    form = Form[T]()
    for name, value in body.multi_items():
        if isinstance(value, StarletteUpload):
            if value.filename:
                form.files[name] = value  # type: ignore[assignment]  # -- FastAPI's subclass
            continue
        text = _NOTHING.sub("", value).replace("\r\n", "\n")
        form.typed[name] = text
        form.many.setdefault(name, []).append(text)
    read(form, model)
    return form


def read[T: BaseModel](form: Form[T], model: type[T]) -> None:
    """Understand what was typed: as data, or as what is wrong with which field."""
    form.data, form.errors = None, {}
    given: dict[str, Any] = {n: t.strip() for n, t in form.typed.items() if t.strip()}
    lists = [name for name, f in model.model_fields.items() if get_origin(f.annotation) is list]
    given |= {name: form.many.get(name, []) for name in lists}
    try:
        form.data = model.model_validate(given)
    except ValidationError as invalid:
        for error in invalid.errors():
            name = str(error["loc"][0]) if error["loc"] else ""
            form.errors.setdefault(name, in_words(error))


#: What Pydantic finds, by the beginning of its name, and how we say it.
_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda _about: _("Fill this in."),
    "string_too_short": lambda about: _("Write at least %(min_length)s characters.") % about,
    "string_too_long": lambda about: _("Write at most %(max_length)s characters.") % about,
    "int_": lambda _about: _("Write a whole number."),
    "greater_than_equal": lambda about: _("Write a number of at least %(ge)s.") % about,
    "less_than_equal": lambda about: _("Write a number of at most %(le)s.") % about,
    "datetime_": lambda _about: _("Write a day and an hour, such as 2026-05-31 10:00."),
    "date_": lambda _about: _("Write a date, such as 2026-05-31."),
    "time_": lambda _about: _("Write an hour, such as 10:00."),
    "enum": lambda _about: _("Choose one of the options."),
    "literal_error": lambda _about: _("Choose one of the options."),
    "uuid_": lambda _about: _("Choose one of the options."),
    "bool_": lambda _about: _("Choose one of the options."),
    "url_": lambda _about: _("Start the link with https://"),
    "value_error": lambda about: _explained(about.get("error")),
}


def in_words(error: ErrorDetails) -> str:
    """Pydantic's finding as a sentence that says how to go on."""
    for beginning, sentence in _SENTENCES.items():
        if error["type"].startswith(beginning):
            return sentence(error.get("ctx", {}))
    return _("This can't be read. Check it once more.")


def _explained(error: Any) -> str:
    """A validator's own sentence; e-mail addresses are refused by a library, in its English."""
    if type(error) is ValueError:
        return str(error)
    return _("Write a whole e-mail address, such as ana@example.org.")
