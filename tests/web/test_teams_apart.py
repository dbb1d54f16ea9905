"""Two teams of one edition: whoever belongs to one finds nothing of the other's on any page."""

import asyncio
from dataclasses import dataclass, field

import pytest
from sqlmodel import Session

from app.core.feeds import feed_token
from app.core.ids import token_hash
from app.models import (
    Account,
    Announcement,
    Audience,
    CapstoneKind,
    CapstoneStatus,
    Course,
    Edition,
    EnrolmentNote,
    SectionKey,
)
from app.services.keys import make_key
from tests.make import Make, a_sign_in
from tests.web.test_routes_and_roles import ABSENT, NONE, SLOW, World, in_words

OTHERS = "Nightjar"  # in all that is the other team's
PERSON = f"Rosa {OTHERS}"
#: A tutor sees who takes part in the edition and reads what was announced in it, to whichever team,
#: and says for which teams content is; works, and what is said about them, are for their own.
KNOWN_TO = {"tutor": {"": [PERSON], "/announcements": [OTHERS], "/content": [OTHERS]}}


#: What is open to all the world: a paper that can be checked, and links that are somebody's own.
BY_ANOTHER_SECRET = (
    *("/verify", "/certificates", "/calendar", "/link", "/unsubscribe", "/invitations"),
)


@dataclass
class Teams:
    edition: Edition
    tutor: Account
    member: Account
    focal: Account
    things: dict[str, dict[str, str]] = field(default_factory=dict)


@pytest.fixture
def teams(make: Make) -> Teams:
    edition = make.edition(capstone=CapstoneKind.ROADMAP, rubric_id=make.rubric().id)
    here, there = make.institution(), make.institution()
    tutor, other = make.tutor(edition), make.tutor(edition)
    teams = Teams(edition, tutor, make.account(institution_id=here.id), make.focal(here))
    strangers = make.account(name=PERSON, email=f"{OTHERS.lower()}@example.org",
                             institution_id=there.id)  # fmt: skip
    boss = make.coordinator()
    forum, community = make.forum(edition, by_team=True), make.community(edition)
    meeting = make.topic(community, boss, title="Heron and others meet")
    for name, person, cared_for in (("Heron", teams.member, tutor), (OTHERS, strangers, other)):
        enrolment = make.counted(make.enrolment(person, edition))
        team = make.team(edition, enrolment, name=f"Team {name}", tutor_id=cared_for.id)
        work = make.capstone(team, milestones=3, title=f"Work of {name}")
        version = make.version(work, 1, status=CapstoneStatus.RETURNED)
        make.review(version, cared_for, message=f"A word to {name}",
                    comments={SectionKey.PROBLEM: f"{name} should say more"})  # fmt: skip
        make.version(work, 2)
        note = make.saved(EnrolmentNote(enrolment_id=enrolment.id, author_id=boss.id,
                                        body=f"{name} called", shared=True))  # fmt: skip
        make.saved(
            Announcement(edition_id=edition.id, author_id=boss.id, audience=Audience.TEAM,
                         team_id=team.id, recipients=1, title={"en": f"For team {name}"},
                         body={"en": f"{name} meets."})
        )  # fmt: skip
        topic = make.topic(forum, person, f"{name} asks", team_id=team.id, title=f"{name} talk")
        post = make.post(topic, cared_for, f"{name} hears")
        common = make.post(meeting, boss)
        module = make.module(edition)
        teams.things[name] = {
            "forum": str(forum.activity_id), "topic": str(topic.id), "post": str(post.id),
            "course": make.session.get_one(Course, edition.course_id).slug,
            "common_topic": str(meeting.id), "common_post": str(common.id),
            "edition": str(edition.id), "capstone": str(work.id), "enrolment": str(enrolment.id),
            "account": str(person.id), "number": "1", "other": "2", "note": str(note.id),
            "institution": str(here.id if person is teams.member else there.id),
            "live_session": str(make.live_session(edition).id),
            "module": str(module.id), "activity": str(make.activity(module).id),
            "section": "problem",
            "token": feed_token(teams.member.id, 1), "year": "2026", "letter": "welcome",
            "language": "en",
        }  # fmt: skip
    return teams


async def crawl(world: World, teams: Teams, actor: str) -> dict[str, str]:
    """Every page that can be read, asked with the ids of both teams."""
    found: dict[str, str] = {}
    for method, path in in_words():
        if method != "GET" or path in SLOW:
            continue
        for name, things in teams.things.items():
            if name == OTHERS and path.startswith(BY_ANOTHER_SECRET):
                continue
            world.things[name] = {**ABSENT, **dict.fromkeys(UNKNOWN, NONE), **things}
            address = world.path(path, name)
            if (asked := f"{actor}: {address}") not in found:
                answer = await world.ask("GET", address, actor)
                found[asked] = answer.body
    return found


UNKNOWN = ["copy", "provider", "people_import", "decision", "invitation", "quiz", "file",
           "question", "proposal", "message", "colleague", "reserve", "key", "run",
           "attachment", "common_file", "bank_question", "slot", "extension", "answer", "attempt",
           "offered", "upload", "leading", "around", "scene", "point",
           "survey", "survey_question", "course_id"]  # fmt: skip


def nothing_of(found: dict[str, str], known: dict[str, list[str]]) -> list[str]:
    """Where there is something; ``known`` says at which addresses which words may be."""
    wrong = []
    for address, body in found.items():
        rest = body
        for word in (w for part, words in known.items() if part in address for w in words):
            rest = rest.replace(word, "")
        if OTHERS.lower() in rest.lower():
            at = rest.lower().index(OTHERS.lower())
            wrong.append(f"{address}: {rest[max(0, at - 40) : at + 40]!r}")
    return wrong


@pytest.mark.parametrize("who", ["member", "tutor", "focal"])
def test_nothing_of_the_other_team_is_on_any_page(session: Session, teams: Teams, who: str) -> None:
    from app.main import create_app  # noqa: PLC0415 -- the product reads its settings when imported

    world, account = World(create_app()), getattr(teams, who)
    session.add(a_sign_in(account, token_hash(who)))
    session.flush()
    world.cookies[who] = who
    by_key = f"key of {who}"
    world.keys[by_key] = make_key(session, account.id, name="program")
    found = asyncio.run(crawl(world, teams, who)) | asyncio.run(crawl(world, teams, by_key))

    read = sum(1 for body in found.values() if "Heron" in body)
    wrong = nothing_of(found, KNOWN_TO.get(who, {}))
    print(f"{len(found)} cases run, {len(wrong)} violations")
    assert not wrong, "\n".join(wrong)
    assert read >= 1
    assert len(found) > 100
