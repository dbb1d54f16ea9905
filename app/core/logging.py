"""How events are written: JSON lines in production, readable lines for people at work."""

import logging
import traceback
from typing import TextIO

import structlog
from structlog.typing import ExcInfo

from app.core.settings import settings

#: Who else writes what went wrong: the server and the queue, each with all that an error says.
_OTHERS = ("uvicorn.error", "huey", "huey.consumer", "asyncio")


def set_up() -> None:
    """Personal data never goes into a log: events name ids, kinds and counts."""
    for other in _OTHERS:
        logging.getLogger(other).addFilter(_without_words)
    render = (
        structlog.processors.JSONRenderer()
        if settings().in_production
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=_to_file)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.ExceptionRenderer(_InFrames()),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings().log_level.upper()]
        ),
        cache_logger_on_first_use=True,
    )


def named(error: BaseException) -> str:
    """The kinds of an error and of those that caused it, without what they say.

    A database says which row it refused, a mail server which address, a form what was typed.
    """
    causes: list[str] = []
    now: BaseException | None = error
    while now is not None:
        causes.append(type(now).__qualname__)
        now = now.__cause__ or now.__context__
    return " from ".join(causes)


def _without_words(record: logging.LogRecord) -> bool:
    """Have the record name its error as we do: a database says whose address is taken."""
    if record.exc_info and record.exc_info[1]:
        record.msg = f"{record.getMessage().strip()}: {named(record.exc_info[1])}"
        record.args, record.exc_info, record.exc_text = (), None, None
    return True


class _InFrames:
    """Where an error came from: the lines of our code, and the kind of error. No values."""

    def __call__(self, exc_info: ExcInfo) -> str:
        _kind, error, frames = exc_info
        return "".join(traceback.format_tb(frames)) + named(error)


def _to_file(file: TextIO, raised: ExcInfo) -> None:
    file.write(_InFrames()(raised))
