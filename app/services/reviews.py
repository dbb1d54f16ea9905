"""Answering a team's work: a review is a draft until its tutor accepts or returns the version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.core.settings import settings
from app.models import (
    COMMENTED,
    Account,
    Capstone,
    CapstoneStatus,
    CapstoneVersion,
    Decision,
    Edition,
    Review,
    ReviewComment,
    Team,
)
from app.queries.capstones import members
from app.queries.reviews import is_member
from app.queries.rubrics import CriterionSeen, criteria, score
from app.queries.versions import Snapshot
from app.services import audit
from app.services.enrolments import show_anew
from app.services.notifications import CapstoneNews, capstone_decided
from app.services.progress import complete_if_done

#: A review that saves itself may still be under way when its tutor presses a button.
UNDER_WAY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """What a tutor has written so far; ``saved`` counts the saves that they had read."""

    saved: int
    message: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)  # criterion to level
    comments: Mapping[str, str] = field(default_factory=dict)  # by part of the work


def save_review(
    session: Session, version_id: UUID, draft: ReviewDraft, *, by: UUID, now: datetime
) -> Review:
    """Keep a review as a draft, which nobody of the team sees."""
    version, capstone = _to_review(session, version_id, by=by)
    return _kept(session, version, capstone, draft, by=by, now=now)


def unfinished(
    decision: Decision, draft: ReviewDraft, rubric: list[CriterionSeen]
) -> dict[str, str]:
    """What a decision still needs: the criterion's id or ``message``, and what to do."""
    if decision is Decision.RETURN:
        if draft.message.strip():
            return {}
        return {"message": _("Tell the team what to change before you return their work.")}
    return {
        str(criterion.id): _("Choose a level for “%(criterion)s” before you accept.")
        % {"criterion": choose(criterion.title)}
        for criterion in rubric
        if criterion.chosen(draft.levels) is None
    }


def decide(
    session: Session,
    version_id: UUID,
    draft: ReviewDraft,
    decision: Decision,
    *,
    by: UUID,
    now: datetime,
) -> Review:
    """Accept a version, or return it for revision; the team is told, and may be done with it."""
    version, capstone = _to_review(session, version_id, by=by)
    rubric = _rubric(session, capstone)
    if gaps := unfinished(decision, draft, rubric):
        raise RuleBroken(next(iter(gaps.values())))

    review = _kept(session, version, capstone, draft, by=by, now=now)
    total = score(rubric, review.levels)
    if total.is_whole:
        review.score, review.out_of = total.points, total.out_of
    review.decision = decision
    accepted = decision is Decision.ACCEPT
    capstone.status = CapstoneStatus.ACCEPTED if accepted else CapstoneStatus.RETURNED
    version.status, version.decided_at = capstone.status, now
    session.add_all([review, version, capstone])
    session.flush()
    _tell_team(session, capstone, version, review, now=now)
    audit.record(
        session,
        by,
        f"capstone.{decision.value}",
        "capstone_version",
        version.id,
        edition=capstone.edition_id,
        number=version.number,
        before={"status": CapstoneStatus.SUBMITTED.value},
        after={"status": version.status.value, "score": review.score},
    )
    return review


def _to_review(session: Session, version_id: UUID, *, by: UUID) -> tuple[CapstoneVersion, Capstone]:
    """The version with its capstone, for this transaction alone."""
    version = session.get_one(CapstoneVersion, version_id, with_for_update=True)
    capstone = session.get_one(Capstone, version.capstone_id)
    own = select(Team.id).where(Team.id == capstone.team_id, is_member(by))
    if session.exec(own).first() is not None:
        raise NotAllowed(_("You are a member of this team; somebody else reviews its work."))
    if version.status is not CapstoneStatus.SUBMITTED:
        raise Conflict(_("This version was decided in the meantime."))
    return version, capstone


def _kept(
    session: Session,
    version: CapstoneVersion,
    capstone: Capstone,
    draft: ReviewDraft,
    *,
    by: UUID,
    now: datetime,
) -> Review:
    review = session.exec(select(Review).where(Review.version_id == version.id)).one_or_none()
    if review is None:
        review = Review(version_id=version.id, tutor_id=by, saved=0)
    if review.saved != draft.saved and not _own_echo(review, draft.saved, by=by, now=now):
        raise Conflict(_("Somebody else saved a review of this version while you were writing."))

    rubric = _rubric(session, capstone)
    review.message = draft.message
    review.levels = {
        str(one.id): str(level.id) for one in rubric if (level := one.chosen(draft.levels))
    }
    review.tutor_id, review.saved_at = by, now
    review.saved += 1
    session.add(review)
    session.flush()
    _keep_comments(session, review, draft.comments)
    return review


def _own_echo(review: Review, saved: int, *, by: UUID, now: datetime) -> bool:
    """The one save in between was the same person's, a moment ago: their own earlier letters."""
    return (
        review.saved == saved + 1
        and review.tutor_id == by
        and review.saved_at is not None
        and now - review.saved_at < UNDER_WAY
    )


def _keep_comments(session: Session, review: Review, comments: Mapping[str, str]) -> None:
    rows = session.exec(select(ReviewComment).where(ReviewComment.review_id == review.id)).all()
    written = {row.section: row for row in rows}
    for part in COMMENTED:
        body = comments.get(part, "").strip()
        row = written.get(part)
        if not body:
            if row is not None:
                session.delete(row)
            continue
        row = row or ReviewComment(review_id=review.id, section=part)
        row.body = body
        session.add(row)
    session.flush()


def _rubric(session: Session, capstone: Capstone) -> list[CriterionSeen]:
    return criteria(session, session.get_one(Edition, capstone.edition_id).rubric_id)


def _tell_team(
    session: Session, capstone: Capstone, version: CapstoneVersion, review: Review, *, now: datetime
) -> None:
    """Each member's pages change, some have completed the edition with this, and all are told."""
    people = sorted(members(session, capstone.team_id), key=lambda member: member.enrolment_id)
    show_anew(session, *(member.enrolment_id for member in people))
    accepted = review.decision is Decision.ACCEPT
    news = CapstoneNews(
        title=Snapshot.read(version.content).title,
        number=version.number,
        is_accepted=accepted,
        message=review.message,
        address=f"{settings().base_url}/editions/{capstone.edition_id}/capstone",
    )
    accounts = session.exec(
        select(Account).where(col(Account.id).in_([member.account_id for member in people]))
    ).all()
    for account in accounts:
        capstone_decided(session, account, news)
    for member in people:
        if accepted:
            complete_if_done(session, member.enrolment_id, now=now)
