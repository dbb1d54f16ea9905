"""Nobody learns a name by naming an address of mail, an id or some letters of it."""

import asyncio
from html import unescape
from urllib.parse import urlencode
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlmodel import Session

from app.core.settings import settings
from app.models import Account, Edition
from tests.make import Make
from tests.web.test_routes_and_roles import SLOW, World, in_words

NAME = "Zoraida Quintanilla Ugarriza"
EMAIL = "zoraida.q@example.org"
#: Who is in the edition of the victim's, and does not see its people; and who is elsewhere.
ACTORS = (
    *("visitor", "participant here", "participant elsewhere", "tutor elsewhere"),
    *("focal point elsewhere", "applicant here"),
)
BY_EMAIL = ("email", "emails", "focal_email", "address", "to", "person")
BY_LETTERS = ("q", "search", "name", "words", "who", "text", "about")
BY_ID = ("account", "account_id", "enrolment", "id", "people", "chosen", "member", "tutor", "by")


@pytest.fixture
def victim(make: Make, world: World, monkeypatch: pytest.MonkeyPatch) -> Account:
    """A participant of the edition, of no institution and no team that others share."""
    monkeypatch.setattr(settings(), "smtp_url", SecretStr("smtp://127.0.0.1:1"))  # mails go out
    edition = make.session.get_one(Edition, UUID(world.things["here"]["edition"]))
    account = make.account(name=NAME, email=EMAIL)
    make.counted(make.enrolment(account, edition))
    return account


def naming(victim: Account) -> str:
    fields = (
        dict.fromkeys(BY_EMAIL, EMAIL)
        | dict.fromkeys(BY_LETTERS, NAME.split()[1][:9])
        | dict.fromkeys(BY_ID, str(victim.id))
    )
    return urlencode(fields)


def test_no_answer_names_somebody_whom_one_does_not_see(
    session: Session, world: World, victim: Account
) -> None:
    asked, cases, told = naming(victim), 0, list[str]()

    async def walk() -> None:
        nonlocal cases
        for method, path in in_words():
            if path in SLOW:
                continue
            for actor in ACTORS:
                address = world.path(path, "here", account=str(victim.id))
                form = asked.encode() if method == "POST" else b""
                where = address if method == "POST" else f"{address}?{asked}"
                answer = await world.ask(method, where, actor, form=form)
                cases += 1
                said = unescape(answer.body) + repr(answer.headers)
                if any(word in said for word in NAME.split()[1:]):
                    told.append(f"{method} {path}: {actor}")
                if method == "POST":
                    world.tidy(session, actor)

    asyncio.run(walk())
    print(f"{cases} cases run, {len(told)} violations")
    assert not told, "\n".join(told)
    assert cases > 1400


def test_who_sees_the_people_finds_the_name_by_its_letters(world: World, victim: Account) -> None:
    """So that the walk above would have seen it."""
    people = f"{world.path('/editions/{edition}/people', 'here')}?{naming(victim)}"

    answers = [asyncio.run(world.ask("GET", people, who)) for who in ("coordinator", "visitor")]

    assert [NAME in unescape(answer.body) for answer in answers] == [True, False]
