"""Forms that two people fill in at once: what one did not touch stays as the other saved it.

Each field sends along what it was when the page was opened, as the field ``was-NAME``.
"""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel

from app.core.i18n import gettext as _
from app.web.forms import Form, read
from app.web.labels import label

WAS = "was-"


def as_opened[T: BaseModel](filled: Mapping[str, str], model: type[T]) -> Form[T]:
    """The form as it is shown: each field with what it is now, and the same as what it was."""
    was = {f"{WAS}{name}": filled.get(name, "") for name in model.model_fields}
    return Form(typed=dict(filled) | was)


def merge[T: BaseModel](form: Form[T], now: Mapping[str, str], model: type[T]) -> None:
    """Take over what is saved ``now`` where this person changed nothing; refuse what both changed.

    A field that was sent without what it was is taken as it was typed.
    """
    both: list[str] = []
    for name in model.model_fields:
        was, typed = form.typed.get(f"{WAS}{name}"), form.typed.get(name, "").strip()
        saved = now.get(name, "")
        if was is None or saved == was:
            continue
        if typed == was:
            form.typed[name] = saved
        elif typed != saved:
            both.append(name)
        form.typed[f"{WAS}{name}"] = saved
    read(form, model)
    for name in both:
        words = _("Somebody else saved “%(saved)s” here meanwhile. Save again to replace it.")
        form.refuse(name, words % {"saved": _in_words(now.get(name, ""), model, name)})


def _in_words(saved: str, model: type[BaseModel], name: str) -> str:
    kind = model.model_fields[name].annotation
    if kind is bool:
        return _("yes") if saved else _("no")
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return label(kind(saved))
    return saved or _("nothing")
