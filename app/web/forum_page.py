"""The pages of a forum: its topics, one of them, and the forms to write in it."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field

from app.core.errors import NotFound
from app.core.folding import passage
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.core.ids import uuid7
from app.core.markdown import to_text
from app.models import ProgressState
from app.policy import Action, Role
from app.queries.activities import read_activity
from app.queries.forum_posts import (
    PostSeen,
    TopicSeen,
    answer_of,
    draft_of,
    found_posts,
    how_many_found,
    own_topics,
    post_of,
    posts,
)
from app.queries.forums import PAGE, how_many_topics, rooms, topics, waiting_reports
from app.services.attachments import MOST_FILES, TYPES, Attached, trouble_with
from app.services.forums import MOST_LETTERS, MOST_LETTERS_OF_TITLE, Words
from app.web.asked import heard, in_pages
from app.web.content import Place
from app.web.forms import Form
from app.web.forum_guard import MODERATE, WRITE, ForumVisit, in_activity
from app.web.guards import EditionVisit
from app.web.pages import render
from app.web.person_form import Tidy
from app.web.place_page import Wanted, about_place

FILES = tuple(f"file_{number}" for number in range(1, MOST_FILES + 1))


class ListFilter(BaseModel):
    q: str = Field(default="", max_length=100)
    page: int = Field(default=1, ge=1, le=100_000)


class TopicFilter(BaseModel):
    page: int = Field(default=1, ge=1, le=100_000)
    quote: UUID | None = None


class AnswerForm(BaseModel):
    body: str = Field(max_length=MOST_LETTERS)
    key: UUID = Field(default_factory=uuid7)
    quotes: UUID | None = None


class TopicForm(AnswerForm):
    title: Tidy = Field(max_length=MOST_LETTERS_OF_TITLE)
    team: UUID | None = None


class DraftForm(BaseModel):
    body: str = Field(default="", max_length=MOST_LETTERS)
    title: str = Field(default="", max_length=MOST_LETTERS_OF_TITLE)
    key: UUID = Field(default_factory=uuid7)


# --- What stands around


def about_forum(visit: ForumVisit) -> dict[str, Any]:
    """What every page of a forum shows around it: where one is, and what one may do there."""
    return {
        "here": "editions" if visit.may(Action.SEE_EDITIONS) else "home",
        "forum": visit.forum,
        "forum_address": visit.address,
        "forum_title": _title(visit),
        "trail": _trail(visit),
        "may_write": visit.may_talk(WRITE),
        "may_moderate": visit.may_talk(MODERATE),
        "Role": Role,
        "in_community": visit.community is not None,
    }


def _title(visit: ForumVisit) -> str:
    if visit.community or visit.where is None:
        return _("Community")
    return visit.where.line.title


def _trail(visit: ForumVisit) -> list[tuple[str | None, str]]:
    """From the top to the forum itself, as a link: what follows is the page's own."""
    staff = visit.may(Action.SEE_EDITIONS)
    begin = ("/editions", _("Editions")) if staff else ("/home", _("My learning"))
    if visit.community:
        course = (f"/courses/{visit.community.slug}", choose(visit.community.title))
        return [begin, course, (visit.address, _title(visit))]
    if visit.inside is None or visit.where is None:
        raise NotFound(_("There is nothing at this address."))
    edition = (visit.where.address, choose(visit.inside.edition.title, visit.where.spoken))
    return [begin, edition, (visit.address, _title(visit))]


# --- The topics


def show_forum(request: Request, visit: EditionVisit, where: Place, asked: Wanted) -> Response:
    """The page of an activity that is a forum."""
    del asked
    if not visit.may(Action.READ_FORUM):
        return render(request, visit, "forums/not_for_you.html", **about_place(visit, where))
    inside = in_activity(visit, where)
    return render(
        request,
        visit,
        "forums/show.html",
        seen=read_activity(visit.session, where.activity, where.spoken),
        is_done=where.standing.activities.get(where.line.id) is ProgressState.DONE,
        **about_topics(request, inside) | about_place(visit, where),
    )


def show_community(request: Request, visit: ForumVisit) -> Response:
    return render(request, visit, "forums/community.html", **about_topics(request, visit))


def about_topics(request: Request, visit: ForumVisit) -> dict[str, Any]:
    """The list of topics or, if something is looked for, the posts in which it is."""
    form = heard(ListFilter, request.query_params)
    wanted = form.data or ListFilter()
    forum_id, reader, session = visit.forum.id, visit.reader, visit.session
    shown: dict[str, Any] = {"form": form, "found": None, "lines": [], "number": 1, "last": 1}
    if forum_id and wanted.q:
        total = how_many_found(session, forum_id, reader, wanted.q)
        page, last = in_pages(total, wanted.page, PAGE)
        hits = found_posts(session, forum_id, reader, wanted.q, page=page)
        pieces = [(hit, passage(to_text(hit.body), wanted.q)) for hit in hits]
        shown |= {"found": pieces, "hits": total, "number": page, "last": last}
    elif forum_id:
        page, last = in_pages(how_many_topics(session, forum_id, reader), wanted.page, PAGE)
        lines = topics(session, forum_id, reader, page=page)
        shown |= {"lines": lines, "number": page, "last": last}
    elif wanted.q:
        shown |= {"found": [], "hits": 0}
    waiting = forum_id and reader.moderates and waiting_reports(session, forum_id, reader)
    return about_forum(visit) | shown | {"waiting": waiting or 0, "PAGE": PAGE}


# --- One topic


def show_topic(
    request: Request,
    visit: ForumVisit,
    topic: TopicSeen,
    *,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    """``form`` is an answer that came back."""
    wanted = heard(TopicFilter, request.query_params).data or TopicFilter()
    page, last = in_pages(topic.posts, wanted.page, PAGE)
    if form is not None:
        page = last
    session, forum = visit.session, visit.forum
    seen = posts(session, forum, topic.id, page=page)
    may_write = visit.may_talk(WRITE, topic) and not topic.closed_at and not topic.hidden_at
    draft = None
    if form is None and may_write:
        draft = draft_of(session, forum.id, topic.id, visit.viewer.id)
        form = _begun(visit, topic, wanted.quote, draft.body if draft else "")
    return render(
        request,
        visit,
        "forums/topic.html",
        status=status,
        **about_forum(visit)
        | {
            "may_write": may_write,
            "is_writer": visit.may_talk(WRITE),
            "may_moderate": visit.may_talk(MODERATE, topic),
            "topic": topic,
            "topic_address": f"{visit.address}/topics/{topic.id}",
            "posts": seen,
            "answer": answer_of(session, forum, topic.id) if page == 1 else None,
            "draft": draft,
            "form": form or Form[AnswerForm](),
            "number": page,
            "last": last,
            **about_files(),
        },
    )


def about_files() -> dict[str, Any]:
    return {"FILES": FILES, "accept": ",".join(f".{ending}" for ending in sorted(TYPES))}


def _begun(visit: ForumVisit, topic: TopicSeen, quote: UUID | None, body: str) -> Form[AnswerForm]:
    """An answer to be written, with what it quotes in front of what was begun."""
    typed = {"key": str(uuid7()), "body": body}
    quoted = quote and post_of(visit.session, visit.forum, topic.id, quote)
    if quoted and not quoted.hidden_at:
        passage_quoted = quoted_lines(quoted.body)
        typed["quotes"] = str(quoted.id)
        if passage_quoted not in body:
            typed["body"] = f"{passage_quoted}\n\n{body}".rstrip() + ("" if body else "\n\n")
    return Form(typed=typed)


def quoted_lines(body: str) -> str:
    """What somebody said as a quotation, without what they quoted themselves."""
    own = [line for line in body.splitlines() if not line.lstrip().startswith(">")]
    while own and not own[0].strip():
        own.pop(0)
    return "\n".join(f"> {line}".rstrip() for line in own)


def post_in(visit: ForumVisit, topic: TopicSeen, post_id: UUID) -> PostSeen:
    """The post named in the address; a hidden one is there for its author and moderators."""
    found = post_of(visit.session, visit.forum, topic.id, post_id)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    is_own = found.author_id == visit.viewer.id
    if found.hidden_at and not is_own and not visit.may_talk(MODERATE, topic):
        raise NotFound(_("There is nothing at this address."))
    return found


# --- Writing


def show_new(
    request: Request, visit: ForumVisit, *, form: Form[Any] | None = None, status: int = 200
) -> Response:
    """The form for a new topic."""
    draft = None
    if form is None:
        draft = draft_of(visit.session, visit.forum.id, None, visit.viewer.id)
        begun = {"title": draft.title, "body": draft.body} if draft else {}
        form = Form[TopicForm](typed={"key": str(uuid7())} | begun)
    return render(
        request,
        visit,
        "forums/new.html",
        status=status,
        **about_forum(visit),
        rooms=rooms_to_write_in(visit),
        form=form,
        draft=draft,
        own_topics=own_topics(visit.session, visit.forum.id, visit.viewer.id),
        **about_files(),
    )


def rooms_to_write_in(visit: ForumVisit) -> list[tuple[UUID, str]]:
    """The teams among which who accompanies them chooses; empty where there is no choice."""
    edition_id = visit.forum.edition_id
    if not visit.forum.by_team or edition_id is None or not visit.reader.moderates:
        return []
    return rooms(visit.session, edition_id, visit.reader)


def words_of(form: Form[Any], data: AnswerForm, title: str = "") -> Words | None:
    """What was typed, with its files; None if one of these cannot be taken."""
    files = {name: form.files[name] for name in FILES if name in form.files}
    attached = {name: Attached(file.filename or "", file.file) for name, file in files.items()}
    for name, file in attached.items():
        if trouble := trouble_with(file):
            form.refuse(name, trouble)
    if form.errors:
        return None
    return Words(data.key, data.body, title, data.quotes, tuple(attached.values()))


def fresh_key(form: Form[Any]) -> None:
    """A key that cannot be read is replaced: it is nothing that a person typed."""
    if form.errors.pop("key", None) or "key" not in form.typed:
        form.typed["key"] = str(uuid7())
