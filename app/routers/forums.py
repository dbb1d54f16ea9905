"""Forums of editions and communities of courses: reading, writing, and following."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import Conflict, NotAllowed, NotFound, RuleBroken, TooMany
from app.core.i18n import gettext as _
from app.models import FollowState
from app.queries.forum_posts import PostSeen, TopicSeen, attached_file
from app.queries.forums import PAGE
from app.services.forums import (
    MOST_LETTERS,
    MOST_LETTERS_OF_TITLE,
    Edit,
    Words,
    answer,
    begin_topic,
    edit_post,
    follow,
    mark_all_read,
    mark_read,
    save_draft,
)
from app.web.downloads import send_file
from app.web.forms import Form, submitted
from app.web.forum_guard import IN_COURSE, READ, WRITE, ForumVisit, at_both, forum_where
from app.web.forum_page import (
    AnswerForm,
    DraftForm,
    TopicForm,
    about_forum,
    fresh_key,
    post_in,
    rooms_to_write_in,
    show_community,
    show_new,
    show_topic,
    words_of,
)
from app.web.guards import guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render, wants_part

router = APIRouter(route_class=OneHopRoute)

Reader = Annotated[ForumVisit, guarded_by(forum_where(READ))]
Writer = Annotated[ForumVisit, guarded_by(forum_where(WRITE))]


class StateForm(BaseModel):
    state: FollowState | None = None  # None: neither follow nor mute


class ReadForm(BaseModel):
    number: int = Field(default=0, ge=0, le=2**31 - 1)


class EditForm(BaseModel):
    body: str = Field(max_length=MOST_LETTERS)
    title: str = Field(default="", max_length=MOST_LETTERS_OF_TITLE)
    version: int = Field(default=0, ge=0, le=2**31 - 1)


@router.get(IN_COURSE, name="communities.show")
def show(request: Request, visit: Reader) -> Response:
    return show_community(request, visit)


# --- A new topic


@at_both(router, "GET", "/new", "new")
def new(request: Request, visit: Writer) -> Response:
    _room(visit, None)
    return show_new(request, visit)


@at_both(router, "POST", "/new", "begin")
def begin(
    request: Request, visit: Writer, form: Annotated[Form[TopicForm], Depends(submitted(TopicForm))]
) -> Response:
    fresh_key(form)
    room = _room(visit, form.data.team if form.data else None)
    words = words_of(form, form.data, form.data.title) if form.data else None
    if words is None:
        return show_new(request, visit, form=form, status=422)
    try:
        topic = begin_topic(
            visit.session, visit.home, words, team_id=room, by=visit.viewer.id, now=clock.now()
        )
    except (Conflict, RuleBroken, TooMany) as refusal:
        form.refuse("", refusal.message)
        return show_new(request, visit, form=form, status=refusal.status)
    return go_to(f"{visit.address}/topics/{topic.id}", say=_("Your topic is there."))


def _room(visit: ForumVisit, chosen: UUID | None) -> UUID | None:
    """The team in whose room a new topic begins; None: it is for all."""
    if not visit.forum.by_team:
        return None
    if not visit.reader.moderates:
        chosen = visit.forum.team_id
        if chosen is None:
            raise NotAllowed(_("Here teams talk among themselves, and you are in no team yet."))
    elif chosen not in {None, *dict(rooms_to_write_in(visit))}:
        raise NotFound(_("There is nothing at this address."))
    return chosen


@at_both(router, "POST", "/draft", "draft")
def keep_draft(
    request: Request, visit: Writer, form: Annotated[Form[DraftForm], Depends(submitted(DraftForm))]
) -> Response:
    return _kept(request, visit, None, form)


@at_both(router, "POST", "/topics/{topic}/draft", "draft_answer")
def keep_draft_of_answer(
    request: Request,
    visit: Writer,
    topic: UUID,
    form: Annotated[Form[DraftForm], Depends(submitted(DraftForm))],
) -> Response:
    return _kept(request, visit, visit.topic(topic, WRITE), form)


def _kept(
    request: Request, visit: ForumVisit, topic: TopicSeen | None, form: Form[DraftForm]
) -> Response:
    """Answered beside the text while it is typed; a button without a text throws it away."""
    if form.data is None:
        raise RuleBroken(next(iter(form.errors.values())))
    data, now = form.data, clock.now()
    words = Words(data.key, data.body, data.title)
    of_topic = topic.id if topic else None
    save_draft(visit.session, visit.home, of_topic, words, by=visit.viewer.id, now=now)
    if wants_part(request):
        return render(request, visit, "forums/_draft_saved.html", saved_at=now)
    address = f"{visit.address}/topics/{topic.id}" if topic else f"{visit.address}/new"
    return go_to(
        address, say=_("Saved.") if data.body or data.title else _("The draft was discarded.")
    )


# --- A topic


@at_both(router, "GET", "/topics/{topic}", "topic")
def show_one(request: Request, visit: Reader, topic: UUID) -> Response:
    return show_topic(request, visit, visit.topic(topic))


@at_both(router, "POST", "/topics/{topic}", "answer")
def write(
    request: Request,
    visit: Writer,
    topic: UUID,
    form: Annotated[Form[AnswerForm], Depends(submitted(AnswerForm))],
) -> Response:
    seen = visit.topic(topic, WRITE)
    fresh_key(form)
    words = words_of(form, form.data) if form.data else None
    if words is None:
        return show_topic(request, visit, seen, form=form, status=422)
    try:
        post = answer(visit.session, seen.id, words, by=visit.viewer.id, now=clock.now())
    except (Conflict, RuleBroken, TooMany) as refusal:
        form.refuse("", refusal.message)
        return show_topic(request, visit, seen, form=form, status=refusal.status)
    return go_to(_address_of_post(visit, seen, post.number), say=_("Your post is there."))


def _address_of_post(visit: ForumVisit, topic: TopicSeen, number: int) -> str:
    return f"{visit.address}/topics/{topic.id}?page={-(-number // PAGE)}#post-{number}"


@at_both(router, "GET", "/topics/{topic}/posts/{post}/files/{file}/{name}", "file")
def attached(
    request: Request, visit: Reader, topic: UUID, post: UUID, file: UUID, name: str
) -> Response:
    del name  # for the reader's eyes and the browser's file name only
    found = post_in(visit, visit.topic(topic), post)
    stored = attached_file(visit.session, found.id, file)
    if stored is None:
        raise NotFound(_("There is nothing at this address."))
    return send_file(request, stored)


# --- Edits


@at_both(router, "GET", "/topics/{topic}/posts/{post}/edit", "edit")
def edit(request: Request, visit: Writer, topic: UUID, post: UUID) -> Response:
    seen, found = _own(visit, topic, post)
    typed = {"body": found.body, "title": seen.title, "version": str(found.version)}
    return _edit_page(request, visit, seen, found, Form(typed=typed))


@at_both(router, "POST", "/topics/{topic}/posts/{post}/edit", "save")
def save(
    request: Request,
    visit: Writer,
    topic: UUID,
    post: UUID,
    form: Annotated[Form[EditForm], Depends(submitted(EditForm))],
) -> Response:
    seen, found = _own(visit, topic, post)
    if form.data is None:
        return _edit_page(request, visit, seen, found, form, status=422)
    given = Edit(form.data.body, form.data.version, form.data.title)
    try:
        edit_post(visit.session, seen.id, found.id, given, by=visit.viewer.id, now=clock.now())
    except (Conflict, RuleBroken) as refusal:
        form.refuse("", refusal.message)
        return _edit_page(request, visit, seen, found, form, status=refusal.status)
    return go_to(_address_of_post(visit, seen, found.number), say=_("Saved."))


def _own(visit: ForumVisit, topic_id: UUID, post_id: UUID) -> tuple[TopicSeen, PostSeen]:
    seen = visit.topic(topic_id, WRITE)
    found = post_in(visit, seen, post_id)
    if found.author_id != visit.viewer.id:
        raise NotAllowed(_("Only the person who wrote a post can change it."))
    return seen, found


def _edit_page(
    request: Request,
    visit: ForumVisit,
    topic: TopicSeen,
    post: PostSeen,
    form: Form[Any],
    *,
    status: int = 200,
) -> Response:
    return render(
        request,
        visit,
        "forums/edit.html",
        status=status,
        **about_forum(visit),
        topic=topic,
        topic_address=f"{visit.address}/topics/{topic.id}",
        post=post,
        post_address=_address_of_post(visit, topic, post.number),
        form=form,
        conflict=status == 409,  # noqa: PLR2004 -- the status says it
    )


# --- What is each person's own


@at_both(router, "POST", "/follow", "follow")
def follow_forum(
    visit: Reader, form: Annotated[Form[StateForm], Depends(submitted(StateForm))]
) -> Response:
    state = _state(form)
    follow(visit.session, visit.home, None, state, by=visit.viewer.id)
    return go_to(visit.address, say=_said(state))


@at_both(router, "POST", "/topics/{topic}/follow", "follow_topic")
def follow_topic(
    visit: Reader, topic: UUID, form: Annotated[Form[StateForm], Depends(submitted(StateForm))]
) -> Response:
    seen, state = visit.topic(topic), _state(form)
    follow(visit.session, visit.home, seen.id, state, by=visit.viewer.id)
    return go_to(f"{visit.address}/topics/{seen.id}", say=_said(state))


def _state(form: Form[StateForm]) -> FollowState | None:
    if form.data is None:
        raise RuleBroken(_("Choose one of the options."))
    return form.data.state


def _said(state: FollowState | None) -> str:
    if state is FollowState.FOLLOWED:
        return _("You get a message when somebody writes here.")
    if state is FollowState.MUTED:
        return _("You get no more messages from here. You can still read and write.")
    return _("You follow it no more.")


@at_both(router, "POST", "/read", "read_all")
def read_all(visit: Reader) -> Response:
    mark_all_read(visit.session, visit.forum.id, visit.reader)
    return go_to(visit.address, say=_("All is marked as read."))


@at_both(router, "POST", "/topics/{topic}/read", "read")
def read_topic(
    request: Request,
    visit: Reader,
    topic: UUID,
    form: Annotated[Form[ReadForm], Depends(submitted(ReadForm))],
) -> Response:
    """Told by the page itself when it is opened, or by a button."""
    seen = visit.topic(topic)
    mark_read(visit.session, seen.id, form.data.number if form.data else 0, by=visit.viewer.id)
    if wants_part(request):
        return HTMLResponse("")  # and the button goes
    return go_to(f"{visit.address}/topics/{seen.id}", say=_("Marked as read."))
