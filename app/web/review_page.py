"""The page on which a tutor grades: the submission beside the rubric, and the review so far."""

from typing import Any

from fastapi import Request, Response

from app.core.errors import NotAllowed
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.models import COMMENTED, Review, SectionKey
from app.queries.capstones import is_late
from app.queries.reviews import ReviewSeen, Submission, place_in_queue, reviews_of
from app.queries.rubrics import criteria, score
from app.queries.versions import compare
from app.web.content import content_language
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.pages import render, wants_part


def show_review(
    request: Request,
    visit: EditionVisit,
    seen: Submission,
    *,
    view: str = "",
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    """``form`` is what came back; with status 409, because another tutor was quicker."""
    if seen.is_own:
        raise NotAllowed(_("You are a member of this team; somebody else reviews its work."))
    conflict = status == 409  # noqa: PLR2004 -- the status says it
    about = _about(visit, seen, view)
    review = about["review"]
    came_back = form is not None
    if form is None:
        form = Form(typed=_typed(review))
    elif conflict and review and not wants_part(request):
        form.typed["saved"] = str(review.saved)  # whoever has read it may replace it
    chosen = {name.removeprefix("level_"): level for name, level in form.typed.items()}
    return render(
        request,
        visit,
        "reviews/show.html",
        part="reviews/_unsaved.html" if came_back else None,
        status=status,
        form=form,
        conflict=conflict,
        score=score(about["rubric"], chosen),
        **about,
    )


def _about(visit: EditionVisit, seen: Submission, view: str) -> dict[str, Any]:
    """The submission, what changed in it, the rubric, and the reviews of it and of the last one."""
    previous, now = seen.previous, seen.version
    view = (view or "changes") if previous else "clean"
    changes = compare(previous.content, now.content) if previous and view == "changes" else None
    ids = [version.id for version in (now, previous) if version]
    reviews = reviews_of(visit.session, *ids, decided_only=False)
    return {
        "here": "reviews",
        "address": f"/editions/{visit.edition.id}",
        "edition_title": choose(visit.edition.title, content_language(visit)),
        "seen": seen,
        "content": now.content,
        "comparison": changes,
        "view": view,
        "review": reviews.get(now.id),
        "earlier": reviews.get(previous.id) if previous else None,
        "rubric": criteria(visit.session, visit.edition.rubric_id),
        "late": is_late(now.submitted_at, visit.edition.capstone_due_on),
        "place": place_in_queue(visit.session, visit.viewer, now.id),
        "parts": SectionKey,
    }


def show_saved(request: Request, visit: EditionVisit, review: Review) -> Response:
    """After the review saved itself: the new score, and the count of saves for the form."""
    rubric = criteria(visit.session, visit.edition.rubric_id)
    return render(
        request,
        visit,
        "reviews/_saved.html",
        score=score(rubric, review.levels),
        saved=review.saved,
        saved_at=review.saved_at,
    )


def _typed(review: ReviewSeen | None) -> dict[str, str]:
    if review is None:
        return {"saved": "0"}
    levels = {f"level_{criterion}": level for criterion, level in review.levels.items()}
    comments = {f"comment_{part}": review.comments.get(part, "") for part in COMMENTED}
    return {"saved": str(review.saved), "message": review.message, **levels, **comments}
