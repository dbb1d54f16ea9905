"""Who gets into the room of a session, and when."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from app.core.errors import RuleBroken
from app.models import Edition, SessionStatus
from app.services.live_sessions import enter
from tests.make import Make

NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


@pytest.mark.parametrize(
    ("minutes", "opens"),
    [(-16, False), (-15, True), (0, True), (89, True), (90, False)],
)
def test_the_room_is_open_from_a_quarter_before_until_the_end(
    session: Session, make: Make, edition: Edition, minutes: int, opens: bool
) -> None:
    live = make.live_session(edition, NOW)
    moment = NOW + timedelta(minutes=minutes)

    if opens:
        assert enter(session, edition.id, live.id, now=moment) == live.link
    else:
        with pytest.raises(RuleBroken):
            enter(session, edition.id, live.id, now=moment)


def test_who_comes_too_early_is_told_when_the_room_opens(
    session: Session, make: Make, edition: Edition
) -> None:
    live = make.live_session(edition, NOW)

    with pytest.raises(RuleBroken, match=r"The room opens at 14:45\."):
        enter(session, edition.id, live.id, now=NOW - 2 * HOUR)
    with pytest.raises(RuleBroken, match=r"The room opens on Mon 8 June, 14:45\."):
        enter(session, edition.id, live.id, now=NOW - 20 * HOUR)


def test_a_room_without_a_link_or_a_session_leads_nowhere(
    session: Session, make: Make, edition: Edition
) -> None:
    without = make.live_session(edition, NOW, link="")
    cancelled = make.live_session(edition, NOW, status=SessionStatus.CANCELLED)

    with pytest.raises(RuleBroken, match="not here yet"):
        enter(session, edition.id, without.id, now=NOW)
    with pytest.raises(RuleBroken, match="cancelled"):
        enter(session, edition.id, cancelled.id, now=NOW)
