"""Answering a work: drafts stay with the tutors, a decision is made once and reaches the team."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.core import db
from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.models import (
    Account,
    AuditEvent,
    Capstone,
    CapstoneKind,
    CapstoneStatus,
    CapstoneVersion,
    Certificate,
    Criterion,
    Decision,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Level,
    Message,
    Review,
    ReviewComment,
    Team,
)
from app.services.reviews import ReviewDraft, decide, save_review
from tests.make import NOW, Make

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(
        capstone=CapstoneKind.ROADMAP, rubric_id=make.rubric().id, requires_capstone=True
    )


@pytest.fixture
def team(make: Make, edition: Edition) -> Team:
    return make.team(edition)


@pytest.fixture
def member(make: Make, team: Team) -> Account:
    return make.teammate(team, language="en")


@pytest.fixture
def version(make: Make, team: Team, member: Account) -> CapstoneVersion:
    del member
    return make.version(make.capstone(team))


@pytest.fixture
def tutor(make: Make, edition: Edition) -> UUID:
    return make.tutor(edition, name="Ana Vidal").id


def best(session: Session) -> dict[str, str]:
    """The strong level of every criterion."""
    levels = session.exec(select(Level).where(Level.points == 10)).all()
    return {str(level.criterion_id): str(level.id) for level in levels}


def comments(session: Session) -> dict[str, str]:
    session.expire_all()
    return {row.section: row.body for row in session.exec(select(ReviewComment))}


def test_a_draft_keeps_everything_and_tells_nobody(
    session: Session, version: CapstoneVersion, tutor: UUID
) -> None:
    draft = ReviewDraft(0, "Almost there.", best(session), {"problem": "Which months?"})

    review = save_review(session, version.id, draft, by=tutor, now=NOW)

    assert (review.message, review.levels) == ("Almost there.", best(session))
    assert (review.decision, review.saved, review.saved_at) == (None, 1, NOW)
    assert comments(session) == {"problem": "Which months?"}
    assert session.exec(select(Message)).all() == []
    assert session.get_one(CapstoneVersion, version.id).status is CapstoneStatus.SUBMITTED


def test_an_emptied_comment_goes_away(
    session: Session, version: CapstoneVersion, tutor: UUID
) -> None:
    written = {"problem": "One", "milestones": "Two"}
    save_review(session, version.id, ReviewDraft(0, comments=written), by=tutor, now=NOW)

    changed = {"problem": "Other", "milestones": " "}
    save_review(session, version.id, ReviewDraft(1, comments=changed), by=tutor, now=NOW)

    assert comments(session) == {"problem": "Other"}


def test_a_level_of_another_criterion_counts_for_nothing(
    session: Session, version: CapstoneVersion, tutor: UUID
) -> None:
    one, other = session.exec(select(Criterion.id)).all()
    foreign = session.exec(select(Level.id).where(Level.criterion_id == other)).first()
    levels = {str(one): str(foreign), "no criterion": "no level"}

    review = save_review(session, version.id, ReviewDraft(0, levels=levels), by=tutor, now=NOW)

    assert review.levels == {}


def test_the_second_of_two_tutors_is_told_and_may_then_decide_knowingly(
    session: Session, make: Make, edition: Edition, version: CapstoneVersion, tutor: UUID
) -> None:
    other = make.tutor(edition).id
    save_review(session, version.id, ReviewDraft(0, "By Ana"), by=tutor, now=NOW)

    with pytest.raises(Conflict, match="Somebody else saved a review"):
        save_review(session, version.id, ReviewDraft(0, "By Luis"), by=other, now=NOW)
    with pytest.raises(Conflict):
        decide(
            session,
            version.id,
            ReviewDraft(0, "By Luis"),
            Decision.RETURN,
            by=other,
            now=NOW,
        )
    assert session.exec(select(Review.message)).one() == "By Ana"
    save_review(session, version.id, ReviewDraft(1, "By Luis"), by=other, now=NOW)
    assert session.exec(select(Review.message)).one() == "By Luis"


def test_a_button_pressed_while_the_review_saves_itself_is_no_conflict(
    session: Session, version: CapstoneVersion, tutor: UUID
) -> None:
    soon = NOW + timedelta(seconds=3)
    save_review(session, version.id, ReviewDraft(0, "Alm"), by=tutor, now=NOW)

    assert save_review(session, version.id, ReviewDraft(0, "Almost"), by=tutor, now=soon).saved == 2
    with pytest.raises(Conflict):
        save_review(session, version.id, ReviewDraft(0, "Old"), by=tutor, now=LATER)


def test_accepting_needs_a_level_for_each_criterion(
    session: Session, version: CapstoneVersion, tutor: UUID
) -> None:
    half = dict(list(best(session).items())[:1])

    with pytest.raises(RuleBroken, match="Choose a level for “Criterion 2” before you accept"):
        decide(session, version.id, ReviewDraft(0, "", half), Decision.ACCEPT, by=tutor, now=NOW)
    assert session.exec(select(Review)).all() == []


def test_returning_needs_a_message(session: Session, version: CapstoneVersion, tutor: UUID) -> None:
    with pytest.raises(RuleBroken, match="Tell the team what to change"):
        decide(session, version.id, ReviewDraft(0, " "), Decision.RETURN, by=tutor, now=NOW)


def test_accepting_completes_the_edition_for_each_member_and_tells_them_in_their_language(
    session: Session, make: Make, team: Team, version: CapstoneVersion, tutor: UUID
) -> None:
    make.teammate(team, name="Zoé", language="fr")
    draft = ReviewDraft(0, "Well **done**.", best(session))

    review = decide(session, version.id, draft, Decision.ACCEPT, by=tutor, now=LATER)

    session.expire_all()
    decided = session.get_one(CapstoneVersion, version.id)
    assert (review.decision, review.score, review.out_of) == (Decision.ACCEPT, 20, 20)
    assert (decided.status, decided.decided_at) == (CapstoneStatus.ACCEPTED, LATER)
    assert session.get_one(Capstone, version.capstone_id).status is CapstoneStatus.ACCEPTED
    assert session.exec(select(Enrolment.status)).all() == [EnrolmentStatus.COMPLETED] * 2
    assert len(session.exec(select(Certificate)).all()) == 2
    told = session.exec(select(Message).where(Message.kind == "capstone decided")).all()
    assert sorted(message.language for message in told) == ["en", "fr"]
    assert all("Well **done**." in message.body for message in told)
    assert all(f"/editions/{team.edition_id}/capstone" in message.body for message in told)


def test_a_member_who_has_more_to_do_is_not_done_with_the_edition(
    session: Session, make: Make, edition: Edition, version: CapstoneVersion, tutor: UUID
) -> None:
    make.activity(make.module(edition))

    decide(
        session, version.id, ReviewDraft(0, "", best(session)), Decision.ACCEPT, by=tutor, now=NOW
    )

    session.expire_all()
    enrolment = session.exec(select(Enrolment)).one()
    assert (enrolment.status, enrolment.version) == (EnrolmentStatus.ACTIVE, 2)


def test_a_returned_work_can_be_written_again(
    session: Session, version: CapstoneVersion, tutor: UUID
) -> None:
    decide(session, version.id, ReviewDraft(0, "Say why."), Decision.RETURN, by=tutor, now=NOW)

    session.expire_all()
    capstone = session.get_one(Capstone, version.capstone_id)
    review = session.exec(select(Review)).one()
    assert (capstone.status, capstone.can_be_written) == (CapstoneStatus.RETURNED, True)
    assert (review.score, review.out_of) == (None, None)
    assert session.exec(select(Enrolment.status)).one() is EnrolmentStatus.ACTIVE
    assert session.exec(select(Message.subject)).one().startswith("To revise: Work of")


def test_a_version_is_decided_once(session: Session, version: CapstoneVersion, tutor: UUID) -> None:
    draft = ReviewDraft(0, "Say why.", best(session))

    def press(decision: Decision) -> str:
        with db.changing() as own:
            try:
                return str(decide(own, version.id, draft, decision, by=tutor, now=NOW).decision)
            except Conflict as conflict:
                return conflict.message

    with ThreadPoolExecutor(4) as people:
        said = list(people.map(press, [Decision.ACCEPT, Decision.RETURN] * 2))

    assert said.count("This version was decided in the meantime.") == 3
    assert len(session.exec(select(Message).where(Message.kind == "capstone decided")).all()) == 1
    session.expire_all()
    with pytest.raises(Conflict, match="decided in the meantime"):
        save_review(session, version.id, ReviewDraft(1, "More"), by=tutor, now=NOW)


def test_nobody_answers_the_work_of_their_own_team(
    session: Session, version: CapstoneVersion, member: Account
) -> None:
    draft = ReviewDraft(0, "", best(session))

    with pytest.raises(NotAllowed, match="You are a member of this team"):
        save_review(session, version.id, draft, by=member.id, now=NOW)
    with pytest.raises(NotAllowed):
        decide(session, version.id, draft, Decision.ACCEPT, by=member.id, now=NOW)


def test_a_decision_is_in_the_audit_log(
    session: Session, version: CapstoneVersion, tutor: UUID
) -> None:
    decide(session, version.id, ReviewDraft(0, "Say why."), Decision.RETURN, by=tutor, now=NOW)

    event = session.exec(select(AuditEvent).where(col(AuditEvent.actor_id) == tutor)).one()
    assert (event.action, event.subject_type) == ("capstone.return", "capstone_version")
    assert (event.subject_id, event.details["number"]) == (version.id, 1)


def test_an_edition_without_a_rubric_takes_a_message_alone(session: Session, make: Make) -> None:
    edition = make.edition(capstone=CapstoneKind.PROJECT)
    version = make.version(make.capstone(make.team(edition)))
    tutor = make.tutor(edition).id

    review = decide(session, version.id, ReviewDraft(0), Decision.ACCEPT, by=tutor, now=NOW)

    assert (review.decision, review.score) == (Decision.ACCEPT, None)
