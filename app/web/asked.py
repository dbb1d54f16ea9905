"""Reading what an address asks for: filters, an order, a page of a list."""

from collections.abc import Awaitable, Callable, Mapping
from math import ceil
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel, ValidationError

from app.web.forms import Form, in_words
from app.web.one_hop import Step


def asked[T: BaseModel](model: type[T]) -> Callable[[Request], Awaitable[Step[Form[T]]]]:
    """A dependency that reads the query string as ``model``, whose fields all have defaults."""

    async def read(request: Request) -> Step[Form[T]]:
        return Step(lambda _stack: heard(model, request.query_params))

    return read


def heard[T: BaseModel](model: type[T], query: Mapping[str, str]) -> Form[T]:
    """What can't be read counts as not asked for, and is explained beside its field."""
    names = {field.alias or name for name, field in model.model_fields.items()}
    given = {name: text.replace("\x00", "") for name, text in query.items() if name in names}
    form = Form[T](typed=given)
    readable = {name: text.strip() for name, text in given.items() if text.strip()}
    try:
        form.data = model.model_validate(readable)
    except ValidationError as invalid:
        for error in invalid.errors():
            name = str(error["loc"][0])
            form.errors[name] = in_words(error)
            readable.pop(name, None)
        form.data = model.model_validate(readable)
    return form


def address_of[T: BaseModel](path: str, form: Form[T], *without: str) -> str:
    """The address of the same list with other pages or orders: ``without`` is left out."""
    kept = {
        name: text
        for name, text in form.typed.items()
        if text.strip() and name not in form.errors and name not in without
    }
    return f"{path}?{urlencode(kept)}" if kept else path


def in_pages(total: int, page: int, size: int) -> tuple[int, int]:
    """Which page of a long list is shown when ``page`` is asked for, and which is the last."""
    last = max(1, ceil(total / size))
    return min(page, last), last
