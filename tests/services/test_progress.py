"""Getting on with activities, when two things happen at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlmodel import Session, select

from app.core import clock, db
from app.core.db import changing
from app.models import Activity, Certificate, Enrolment, EnrolmentStatus, Progress
from app.services.progress import finish
from tests.deciding import withdraw
from tests.make import Make


def test_a_double_click_on_done_is_done_once(make: Make, session: Session) -> None:
    edition = make.edition()
    module = make.module(edition)
    activity, _other = make.activity(module), make.activity(module)
    enrolment = make.enrolment(make.account(), edition)
    together = Barrier(2)

    def click(_n: int) -> None:
        together.wait(5)
        with changing() as own:
            finish(own, enrolment.id, own.get_one(Activity, activity.id), now=clock.now())

    with ThreadPoolExecutor(2) as clicks:
        list(clicks.map(click, range(2)))

    assert len(session.exec(select(Progress)).all()) == 1


def test_who_is_withdrawn_meanwhile_does_not_complete_the_edition(
    make: Make, session: Session
) -> None:
    edition = make.edition()
    activity = make.activity(make.module(edition))
    enrolment = make.counted(make.enrolment(make.account(), edition))
    boss = make.coordinator().id
    with Session(db.engine(), expire_on_commit=False) as own:
        stale = own.get_one(Enrolment, enrolment.id)
        own.commit()
        with changing() as theirs:
            withdraw(theirs, edition.id, [enrolment.id], by=boss, now=clock.now())
        finish(own, enrolment.id, own.get_one(Activity, activity.id), now=clock.now())
        own.commit()

    assert stale.status is EnrolmentStatus.WITHDRAWN
    assert session.exec(select(Certificate)).all() == []
