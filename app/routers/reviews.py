"""What waits for a tutor, and the page on which a team's work is read, graded and answered."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.i18n import gettext as _
from app.models import COMMENTED, Decision
from app.policy import About, Action
from app.queries.reviews import (
    Place,
    Submission,
    decided_lately,
    how_many_wait,
    place_in_queue,
    submission,
    waiting,
)
from app.queries.rubrics import criteria
from app.services.reviews import ReviewDraft, decide, save_review, unfinished
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, Visit, edition_where, guarded_by, may
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render, wants_part
from app.web.review_page import show_review, show_saved

router = APIRouter(route_class=OneHopRoute)

Tutor = Annotated[Visit, guarded_by(may(Action.REVIEW_QUEUE))]
Reviewer = Annotated[EditionVisit, guarded_by(edition_where(Action.REVIEW_CAPSTONES))]
View = Annotated[Literal["", "changes", "clean"], Query()]

A_PAGE = 50

type Comment = Annotated[str, Field(max_length=5_000)]


class ReviewForm(BaseModel):
    """What a tutor has written; besides, ``level_`` and a criterion's id for each criterion."""

    model_config = ConfigDict(extra="allow")

    do: Literal["save", "return", "accept"] = "save"
    saved: int = 0
    message: Annotated[str, Field(max_length=10_000)] = ""
    comment_problem: Comment = ""
    comment_objectives: Comment = ""
    comment_actions: Comment = ""
    comment_resources: Comment = ""
    comment_milestones: Comment = ""

    @property
    def decision(self) -> Decision | None:
        return {"accept": Decision.ACCEPT, "return": Decision.RETURN}.get(self.do)

    @property
    def draft(self) -> ReviewDraft:
        return ReviewDraft(
            saved=self.saved,
            message=self.message,
            levels={
                name.removeprefix("level_"): str(level)
                for name, level in (self.model_extra or {}).items()
                if name.startswith("level_")
            },
            comments={part: getattr(self, f"comment_{part}") for part in COMMENTED},
        )


@router.get("/reviews", name="reviews.index")
def index(
    request: Request, visit: Tutor, page: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    total = how_many_wait(visit.session, visit.viewer)
    now = clock.now()
    return render(
        request,
        visit,
        "reviews/index.html",
        here="reviews",
        waiting=waiting(visit.session, visit.viewer, page=page, size=A_PAGE),
        total=total,
        page_number=page,
        last_page=max(1, -(-total // A_PAGE)),
        decided=decided_lately(visit.session, visit.viewer, now=now),
    )


@router.get("/editions/{edition}/capstones/{capstone}/review", name="reviews.show")
def show(request: Request, visit: Reviewer, capstone: UUID, view: View = "") -> Response:
    return show_review(request, visit, _submission(visit, capstone), view=view)


@router.post("/editions/{edition}/capstones/{capstone}/review", name="reviews.answer")
def answer(
    request: Request,
    visit: Reviewer,
    capstone: UUID,
    form: Annotated[Form[ReviewForm], Depends(submitted(ReviewForm))],
    view: View = "",
) -> Response:
    """Saved as a draft, by a button or while typing; or decided, which the team is told."""
    seen = _submission(visit, capstone)
    _ask_for_what_is_missing(visit, form)
    if form.data is None:
        return show_review(request, visit, seen, view=view, form=form, status=422)
    place = place_in_queue(visit.session, visit.viewer, seen.version.id)
    decision, facts = form.data.decision, (visit.session, seen.version.id, form.data.draft)
    try:
        if decision is None:
            review = save_review(*facts, by=visit.viewer.id, now=clock.now())
        else:
            review = decide(*facts, decision, by=visit.viewer.id, now=clock.now())
    except Conflict:
        seen = _submission(visit, capstone)
        return show_review(request, visit, seen, view=view, form=form, status=409)
    if wants_part(request):
        return show_saved(request, visit, review)
    return _after(decision, seen, place, f"{request.url.path}?view={view}")


def _ask_for_what_is_missing(visit: EditionVisit, form: Form[ReviewForm]) -> None:
    """Beside the field that a decision still needs."""
    if form.data is None or form.data.decision is None:
        return
    rubric = criteria(visit.session, visit.edition.rubric_id)
    gaps = unfinished(form.data.decision, form.data.draft, rubric)
    for part, sentence in gaps.items():
        form.refuse(part if part == "message" else f"level_{part}", sentence)


def _after(decision: Decision | None, seen: Submission, place: Place | None, same: str) -> Response:
    """The same page after saving; after a decision the next one in the queue."""
    about = {"number": seen.version.number, "team": seen.team}
    if decision is None:
        return go_to(same, say=_("The draft was saved. The team does not see it."))
    if decision is Decision.RETURN:
        return go_to("/reviews", say=_("Version %(number)s went back to %(team)s.") % about)
    following = place and (place.after or place.before)
    return go_to(
        following.address if following else "/reviews",
        say=_("Version %(number)s of %(team)s was accepted.") % about,
    )


def _submission(visit: EditionVisit, capstone_id: UUID) -> Submission:
    seen = None
    if visit.edition.capstone is not None:
        seen = submission(visit.session, capstone_id, visit.edition.id, reader=visit.viewer.id)
    if seen is None or not visit.may(Action.REVIEW_CAPSTONES, About(tutor_id=seen.tutor_id)):
        raise NotFound(_("There is nothing at this address."))
    return seen
