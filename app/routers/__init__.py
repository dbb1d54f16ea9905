"""Floor 7: a file per noun, with its pages. ``ROUTERS`` lists them in the order they are tried."""

from fastapi import APIRouter

from app.routers import activities, editions, health, quizzes, styleguide

ROUTERS: list[APIRouter] = [
    health.router,
    editions.router,
    activities.router,
    quizzes.router,
    styleguide.router,
]
