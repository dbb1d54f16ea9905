"""Answers about addresses come on the beat."""

import pytest
from fastapi.routing import APIRoute

from app.routers import ROUTERS
from app.web.beat import BEAT, OnTheBeatRoute, until_the_beat

#: Where a stranger, or a person who wants to be written to elsewhere, names an address of mail.
QUESTIONS = {"registration.register", "links.send", "links.send_for_password", "emails.change"}


@pytest.mark.parametrize("took", [0, 0.001, 0.025, 0.0999])
def test_answers_that_take_less_than_a_beat_come_together(took: float) -> None:
    assert took + until_the_beat(took) == pytest.approx(BEAT)


@pytest.mark.parametrize("took", [0.1, 0.1001, 0.17, 2.34])
def test_a_late_answer_waits_for_its_next_beat(took: float) -> None:
    beats = (took + until_the_beat(took)) / BEAT

    assert beats == pytest.approx(round(beats))
    assert 0 < until_the_beat(took) <= BEAT


def test_every_question_about_an_address_is_answered_on_the_beat() -> None:
    routes = [r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute)]
    asked = [route for route in routes if route.name in QUESTIONS]

    assert {route.name for route in asked} == QUESTIONS
    assert [route.name for route in asked if not isinstance(route, OnTheBeatRoute)] == []
