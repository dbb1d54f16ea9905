"""How events are written: JSON lines in production, readable lines for people at work."""

import logging

import structlog

from app.core.settings import settings


def set_up() -> None:
    """Personal data never goes into a log: events name ids, kinds and counts."""
    render = (
        structlog.processors.JSONRenderer()
        if settings().in_production
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings().log_level.upper()]
        ),
        cache_logger_on_first_use=True,
    )
