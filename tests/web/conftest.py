"""For every walk through the whole application: two editions, and every kind of person."""

from tests.web.test_routes_and_roles import world

__all__ = ["world"]
