"""Who asks in a forum, and may they? The same pages serve editions and communities of courses."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Request

from app.core.errors import NotAllowed, NotFound
from app.core.i18n import gettext as _
from app.models import ActivityKind
from app.policy import About, Action, Asker, Role, permits, permits_with, permits_with_all
from app.queries.forum_posts import TopicSeen, topic_of
from app.queries.forums import Community, ForumFacts, Reader, community, forum_of_activity
from app.services.forums import Home
from app.web.content import Place, place
from app.web.db import open_session
from app.web.guards import EditionVisit, Visit, arrived, edition_where, guard
from app.web.one_hop import Step

IN_EDITION = "/editions/{edition}/activities/{activity}"
IN_COURSE = "/courses/{course}/community"


class Talk(NamedTuple):
    """What is done in a forum: the action in an edition, and among all people of a course."""

    in_edition: Action
    in_course: Action


READ = Talk(Action.READ_FORUM, Action.READ_COMMUNITY)
WRITE = Talk(Action.WRITE_FORUM, Action.WRITE_COMMUNITY)
MODERATE = Talk(Action.MODERATE_FORUM, Action.MODERATE_COMMUNITY)


@dataclass
class ForumVisit(Visit):
    """A request about one forum: of an activity, or the community of a course."""

    forum: ForumFacts
    inside: EditionVisit | None = None
    where: Place | None = None
    community: Community | None = None

    @property
    def address(self) -> str:
        if self.community:
            return f"/courses/{self.community.slug}/community"
        return f"/editions/{self.forum.edition_id}/activities/{self.forum.activity_id}"

    @property
    def home(self) -> Home:
        return Home(activity_id=self.forum.activity_id, course_id=self.forum.course_id)

    def _action(self, talk: Talk) -> Action:
        return talk.in_course if self.community else talk.in_edition

    def may_talk(self, talk: Talk, topic: TopicSeen | None = None) -> bool:
        """Whether the policy allows it: in the room of ``topic``, or in some room at least."""
        if topic is None:
            return permits(self.roles, self._action(talk))
        return self.may_in_room(talk, topic.team_id, topic.tutor_id)

    def may_in_room(self, talk: Talk, team_id: UUID | None, tutor_id: UUID | None = None) -> bool:
        asker = Asker(self.viewer.id, self.viewer.coordinates_id, self.forum.team_id)
        room = About(team_id=team_id, tutor_id=tutor_id, by_team=self.forum.by_team)
        return permits_with(self.roles, self._action(talk), asker, room)

    @property
    def reader(self) -> Reader:
        return Reader(
            self.viewer.id,
            sees_all=permits_with_all(self.roles, self._action(READ)),
            tutors=Role.TUTOR in self.roles,
            team_id=self.forum.team_id,
            moderates=self.may_talk(MODERATE),
        )

    def topic(self, topic_id: UUID, talk: Talk = READ) -> TopicSeen:
        """The topic named in the address, if the person may do there what ``talk`` says."""
        found = self.forum.id and topic_of(self.session, self.forum.id, topic_id, self.viewer.id)
        if not found or not self.may_talk(READ, found):
            raise NotFound(_("There is nothing at this address."))
        if found.hidden_at and not self.may_talk(MODERATE, found):
            raise NotFound(_("There is nothing at this address."))
        if not self.may_talk(talk, found):
            raise NotAllowed(_("You may not do that in this forum."))
        return found


def in_activity(visit: EditionVisit, where: Place) -> ForumVisit:
    """The forum of an activity that is open to the person."""
    facts = forum_of_activity(visit.session, where.activity.id, visit.viewer.id)
    return ForumVisit(visit.session, visit.maybe_viewer, visit.roles, facts, visit, where)


def forum_where(talk: Talk) -> Callable[..., Any]:
    """The forum named in the path, for people who may do ``talk`` in some room of it at least.

    Those who may not even read in it learn nothing of what is there.
    """
    in_edition = edition_where(talk.in_edition, with_standing=True)

    @guard
    async def check(request: Request) -> Step[ForumVisit]:
        ids = request.path_params
        if "course" in ids:
            return Step(lambda stack: _in_course(request, stack, str(ids["course"]), talk))
        edition, activity = _id(ids["edition"]), _id(ids["activity"])
        step: Step[EditionVisit] = await in_edition(request, edition)
        return Step(lambda stack: _of_activity(step.take(stack), activity))

    return check


def _of_activity(visit: EditionVisit, activity_id: UUID) -> ForumVisit:
    where = place(visit, activity_id)
    if where.activity.kind is not ActivityKind.FORUM:
        raise NotFound(_("There is nothing at this address."))
    return in_activity(visit, where)


def _in_course(request: Request, stack: ExitStack, slug: str, talk: Talk) -> ForumVisit:
    visit = arrived(request, open_session(request, stack))
    found = community(visit.session, slug.replace("\x00", ""), visit.viewer.id)
    roles = (visit.roles - {Role.FOCAL}) | (found.roles if found else frozenset())
    if found is None or not permits(roles, READ.in_course):
        raise NotFound(_("There is nothing at this address."))
    if not permits(roles, talk.in_course):
        raise NotAllowed(_("You may not do that in this forum."))
    return ForumVisit(visit.session, visit.maybe_viewer, roles, found.forum, community=found)


def _id(written: Any) -> UUID:
    try:
        return UUID(str(written))
    except ValueError as no_id:
        raise NotFound(_("There is nothing at this address.")) from no_id


def at_both(router: APIRouter, method: str, path: str, name: str) -> Callable[..., Any]:
    """Register a handler below the address of a forum, in editions and in courses."""

    def register[F: Callable[..., Any]](handler: F) -> F:
        for where, kind in ((IN_EDITION, "forums"), (IN_COURSE, "communities")):
            router.add_api_route(where + path, handler, methods=[method], name=f"{kind}.{name}")
        return handler

    return register
