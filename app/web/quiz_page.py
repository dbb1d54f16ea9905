"""A quiz as a page: to be answered, or as it was judged."""

from fastapi import Request, Response
from pydantic import BaseModel

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.models import QuestionKind
from app.queries.activities import read_activity
from app.queries.quizzes import attempts, judged, questions_to_ask, quiz_of
from app.web.content import Place
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.pages import render
from app.web.place_page import Wanted, about_place


class QuizForm(BaseModel):
    """The number of the try; the answers have a field each, named after their question."""

    number: int = 1


def show_quiz(
    request: Request,
    visit: EditionVisit,
    where: Place,
    asked: Wanted,
    *,
    form: Form[QuizForm] | None = None,
) -> Response:
    """The questions, unless there is a try to look back on and nobody asks for a new one."""
    quiz = quiz_of(visit.session, where.activity.id)
    if quiz is None:
        raise NotFound(_("There is nothing at this address."))
    person = visit.enrolment.id if where.personal and visit.enrolment else None
    tries = attempts(visit.session, person, where.activity.id) if person else []
    looks_back = tries and not asked.again and form is None
    wanted = asked.attempt or (tries[0].number if looks_back else None)
    result = None
    if wanted and person:
        result = judged(visit.session, person, where.activity.id, wanted, where.spoken)
        if result is None:
            raise NotFound(_("There is nothing at this address."))
    left = None if quiz.most_attempts is None else max(0, quiz.most_attempts - len(tries))
    return render(
        request,
        visit,
        "quizzes/result.html" if result else "quizzes/show.html",
        status=422 if form and form.errors else 200,
        quiz=questions_to_ask(visit.session, quiz, where.spoken),
        seen=read_activity(visit.session, where.activity, where.spoken),
        result=result,
        tries=tries,
        tries_left=left,
        number=len(tries) + 1,
        form=form or Form[QuizForm](),
        QuestionKind=QuestionKind,
        **about_place(visit, where),
    )
