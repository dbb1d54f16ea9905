"""Looking after forums: what is pinned, closed, answered and hidden, and what readers report."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock, differences
from app.core.errors import NotAllowed, RuleBroken
from app.core.i18n import gettext as _
from app.queries.forum_posts import PostSeen, TopicSeen, reported, versions_of
from app.queries.forums import PAGE
from app.services import forum_moderation
from app.web.forms import Form, submitted
from app.web.forum_guard import MODERATE, READ, WRITE, ForumVisit, at_both, forum_where
from app.web.forum_page import about_forum, post_in
from app.web.guards import guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.person_form import Tidy

router = APIRouter(route_class=OneHopRoute)

Reader = Annotated[ForumVisit, guarded_by(forum_where(READ))]
Writer = Annotated[ForumVisit, guarded_by(forum_where(WRITE))]
Moderator = Annotated[ForumVisit, guarded_by(forum_where(MODERATE))]


class SwitchForm(BaseModel):
    on: bool = False


class ReasonForm(BaseModel):
    reason: Tidy = Field(max_length=300)


Switched = Annotated[Form[SwitchForm], Depends(submitted(SwitchForm))]
Reasoned = Annotated[Form[ReasonForm], Depends(submitted(ReasonForm))]


def _is_on(form: Form[SwitchForm]) -> bool:
    if form.data is None:
        raise RuleBroken(_("Choose one of the options."))
    return form.data.on


@at_both(router, "POST", "/topics/{topic}/pin", "pin")
def pin(visit: Moderator, topic: UUID, form: Switched) -> Response:
    seen, is_on = visit.topic(topic, MODERATE), _is_on(form)
    forum_moderation.pin(visit.session, seen.id, pinned=is_on, by=visit.viewer.id, now=clock.now())
    return go_to(_topic(visit, seen), say=_("Pinned.") if is_on else _("No longer pinned."))


@at_both(router, "POST", "/topics/{topic}/close", "close")
def close(visit: Moderator, topic: UUID, form: Switched) -> Response:
    seen, is_on = visit.topic(topic, MODERATE), _is_on(form)
    forum_moderation.close(
        visit.session, seen.id, closed=is_on, by=visit.viewer.id, now=clock.now()
    )
    return go_to(_topic(visit, seen), say=_("Closed.") if is_on else _("Open again."))


@at_both(router, "POST", "/topics/{topic}/posts/{post}/answer", "mark")
def mark(visit: Moderator, topic: UUID, post: UUID, form: Switched) -> Response:
    seen, is_on = visit.topic(topic, MODERATE), _is_on(form)
    found = post_in(visit, seen, post)
    by, now = visit.viewer.id, clock.now()
    if not is_on:
        forum_moderation.unmark_answer(visit.session, seen.id, found.id, by=by)
        return go_to(_post(visit, seen, found), say=_("It is no longer marked as the answer."))
    if found.role is None:
        raise RuleBroken(_("Only a post of a tutor or a coordinator can be the answer."))
    forum_moderation.mark_answer(visit.session, seen.id, found.id, by=by, now=now)
    return go_to(_post(visit, seen, found), say=_("Marked as the answer."))


@at_both(router, "GET", "/topics/{topic}/posts/{post}/hide", "hiding")
def hiding(request: Request, visit: Moderator, topic: UUID, post: UUID) -> Response:
    seen = visit.topic(topic, MODERATE)
    return _ask(request, visit, seen, post_in(visit, seen, post), "hide", Form())


@at_both(router, "POST", "/topics/{topic}/posts/{post}/hide", "hide")
def hide(request: Request, visit: Moderator, topic: UUID, post: UUID, form: Reasoned) -> Response:
    seen = visit.topic(topic, MODERATE)
    found = post_in(visit, seen, post)
    if form.data is None:
        return _ask(request, visit, seen, found, "hide", form)
    forum_moderation.hide(
        visit.session, seen.id, found.id, form.data.reason, by=visit.viewer.id, now=clock.now()
    )
    return go_to(_post(visit, seen, found), say=_("Hidden. Its author gets your reason."))


@at_both(router, "POST", "/topics/{topic}/posts/{post}/restore", "restore")
def restore(visit: Moderator, topic: UUID, post: UUID) -> Response:
    seen = visit.topic(topic, MODERATE)
    found = post_in(visit, seen, post)
    forum_moderation.restore(visit.session, seen.id, found.id, by=visit.viewer.id)
    return go_to(_post(visit, seen, found), say=_("Everybody sees it again."))


@at_both(router, "GET", "/topics/{topic}/posts/{post}/report", "reporting")
def reporting(request: Request, visit: Writer, topic: UUID, post: UUID) -> Response:
    seen = visit.topic(topic)
    return _ask(request, visit, seen, post_in(visit, seen, post), "report", Form())


@at_both(router, "POST", "/topics/{topic}/posts/{post}/report", "report")
def report(request: Request, visit: Writer, topic: UUID, post: UUID, form: Reasoned) -> Response:
    seen = visit.topic(topic)
    found = post_in(visit, seen, post)
    if form.data is None:
        return _ask(request, visit, seen, found, "report", form)
    forum_moderation.report(
        visit.session, seen.id, found.id, form.data.reason, by=visit.viewer.id, now=clock.now()
    )
    said = _("Thank you. Those who look after this forum will look at it.")
    return go_to(_post(visit, seen, found), say=said)


@at_both(router, "GET", "/reports", "reports")
def reports(request: Request, visit: Moderator) -> Response:
    forum_id = visit.forum.id
    found = reported(visit.session, forum_id, visit.reader) if forum_id else []
    return render(
        request, visit, "forums/reports.html", **about_forum(visit), reported=found, PAGE=PAGE
    )


@at_both(router, "POST", "/topics/{topic}/posts/{post}/leave", "leave")
def leave(visit: Moderator, topic: UUID, post: UUID) -> Response:
    seen = visit.topic(topic, MODERATE)
    found = post_in(visit, seen, post)
    forum_moderation.leave_as_it_is(
        visit.session, seen.id, found.id, by=visit.viewer.id, now=clock.now()
    )
    return go_to(f"{visit.address}/reports", say=_("The post stays as it is."))


@at_both(router, "GET", "/topics/{topic}/posts/{post}/history", "history")
def history(request: Request, visit: Writer, topic: UUID, post: UUID) -> Response:
    """How a post was before: for who wrote it, and for those who look after the forum."""
    seen = visit.topic(topic)
    found = post_in(visit, seen, post)
    if found.author_id != visit.viewer.id and not visit.may_talk(MODERATE, seen):
        raise NotAllowed(_("Only its author and tutors see how a post was before."))
    return render(
        request,
        visit,
        "forums/history.html",
        **_about_post(visit, seen, found),
        steps=_steps(visit, seen, found),
    )


def _steps(visit: ForumVisit, topic: TopicSeen, post: PostSeen) -> list[dict[str, Any]]:
    """Each text with what was changed in it, the newest first."""
    before = versions_of(visit.session, post.id)
    texts = [(one.at, one.title, one.body) for one in before]
    title = topic.title if post.number == 1 else ""
    texts.append((post.edited_at or post.at, title, post.body))
    steps = [
        {
            "at": at,
            "number": number,
            "title": differences.words(old_title, title),
            "body": differences.texts(old, body),
        }
        for number, ((_at, old_title, old), (at, title, body)) in enumerate(
            zip(texts[:1] + texts, texts, strict=False), 1
        )
    ]
    return steps[::-1]


def _about_post(visit: ForumVisit, topic: TopicSeen, post: PostSeen) -> dict[str, Any]:
    return about_forum(visit) | {
        "topic": topic,
        "topic_address": _topic(visit, topic),
        "post": post,
        "post_address": _post(visit, topic, post),
    }


def _ask(
    request: Request,
    visit: ForumVisit,
    topic: TopicSeen,
    post: PostSeen,
    act: str,
    form: Form[Any],
) -> Response:
    """The page that asks for a reason before ``act`` is done."""
    return render(
        request,
        visit,
        "forums/reason.html",
        status=422 if form.errors else 200,
        **_about_post(visit, topic, post),
        act=act,
        form=form,
    )


def _topic(visit: ForumVisit, topic: TopicSeen) -> str:
    return f"{visit.address}/topics/{topic.id}"


def _post(visit: ForumVisit, topic: TopicSeen, post: PostSeen) -> str:
    return f"{_topic(visit, topic)}?page={-(-post.number // PAGE)}#post-{post.number}"
