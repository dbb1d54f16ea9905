"""Floor 5: what the worker does. Each handler is thin: load a row, call a service, keep."""

from app.jobs.handlers import HANDLERS
from app.jobs.queue import sweep, tell

__all__ = ["HANDLERS", "sweep", "tell"]
