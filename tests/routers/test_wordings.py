"""The wording of messages: an administrator's own words, which can do nothing but be read."""

import re
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.core.clock import now
from app.core.i18n import LANGUAGES, speaking
from app.core.links import with_links
from app.jobs.messages import as_mail
from app.models import (
    Account,
    Audience,
    AuditEvent,
    LinkKind,
    Message,
    MessageKind,
    MessageStatus,
    MessageWording,
)
from app.queries.announcements import Target
from app.queries.live_sessions import Recipient
from app.services.account_messages import sign_in_link
from app.services.announcements import Draft, announce
from app.services.digests import gather
from app.services.letters import BUILT_IN
from app.services.links import give_link
from app.services.notifications import SessionNews, place_given, session_cancelled, welcome
from app.services.wordings import as_built_in, composed, trouble_with
from app.web.letters import TITLES, examples, explained
from tests.conftest import Browser
from tests.make import Make
from tests.sink import part

ADDRESS = "/messages/templates/place-given/en"
OWN = {
    "subject": "Welcome to {course}",
    "body": "Dear {name}, {course} is yours.\n\n\n\nStart: {address}",
}
TITLE = {"en": "Gaps {name} {address.__class__}", "es": "Brechas"}


@pytest.fixture
def administrator(make: Make, browser: Browser) -> Account:
    administrator = make.administrator()
    browser.sign_in(administrator)
    return administrator


def test_only_administrators_word_messages(make: Make, browser: Browser) -> None:
    assert browser.get("/messages/templates").status_code == 303
    edition = make.edition()
    for account in make.account(), make.coordinator(), make.tutor(edition):
        browser.sign_in(account)
        assert browser.get("/messages/templates").status_code == 403
        assert browser.get(ADDRESS).status_code == 403
        assert browser.post(ADDRESS, data=OWN).status_code == 403
        assert browser.post(f"{ADDRESS}/restore").status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_knows_its_placeholders_in_every_language(language: str) -> None:
    for name, letter in BUILT_IN.items():
        subject, paragraphs = as_built_in(name, language)
        assert trouble_with(name, subject, is_body=False) is None
        assert trouble_with(name, "\n\n".join(paragraphs), is_body=True) is None
        whole = subject + "".join(paragraphs)
        assert [p for p in letter.placeholders if "{" + p + "}" not in whole] == []
    assert set(TITLES) == set(BUILT_IN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_message_has_a_letter_that_can_be_reworded_and_read(language: str) -> None:
    worded = {letter.kind for letter in BUILT_IN.values()}
    assert worded == {*MessageKind, None}  # None: an invitation, which is to no account

    with speaking(language):
        about = examples()
        for name, letter in BUILT_IN.items():
            for own in (None, as_own(name, language)):
                subject, paragraphs = composed(name, about, own)
                whole = " ".join((subject, *paragraphs))
                assert subject
                assert paragraphs
                assert re.findall(r"%\(|\{|\}|%s", whole) == []
                assert all(about[needed] in whole for needed in letter.needs)
            assert all(explained(placeholder) for placeholder in letter.allowed)


def as_own(name: str, language: str) -> MessageWording:
    """The built-in words as if an administrator had written them."""
    subject, paragraphs = as_built_in(name, language)
    body = "\n\n".join(paragraphs)
    return MessageWording(
        letter=name, language=language, subject=subject, body=body, changed_at=now()
    )


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize(
    ("letter", "body", "sentence"),
    [
        ("link-to-sign-in", "Come in.", "Keep {address} in the text"),
        ("already-registered", "Come in: {address}", "Keep {password} in the text"),
        ("seat-offered", "Answer: {address}", "Keep {until} in the text"),
        ("invitation", "Come.", "Keep {address} in the text"),
        ("announcement", "{author}:\n\n{address}", "Keep {message} in the text"),
        ("announcement", "{message}\n\n{address}", "Let {message} be a paragraph of its own"),
        ("confirm-address", "{name}: {address}", "“{name}” is no placeholder of this message"),
    ],
)
def test_what_is_indispensable_stays(
    session: Session, browser: Browser, letter: str, body: str, sentence: str
) -> None:
    words = {"subject": "Read this", "body": body}
    answer = browser.post(f"/messages/templates/{letter}/es", data=words)

    assert answer.status_code == 422
    assert 'id="body-error"' in answer.text
    assert sentence in answer.text
    assert session.exec(select(MessageWording)).all() == []


@pytest.mark.usefixtures("administrator")
def test_a_link_that_works_once_is_in_no_subject(session: Session, browser: Browser) -> None:
    words = {"subject": "Come in: {address}", "body": "Come in: {address}"}
    answer = browser.post("/messages/templates/link-to-sign-in/en", data=words)

    assert answer.status_code == 422
    assert 'id="subject-error"' in answer.text
    assert session.exec(select(MessageWording)).all() == []


@pytest.mark.usefixtures("administrator")
def test_a_link_in_own_words_works_and_is_its_readers_alone(
    session: Session, make: Make, browser: Browser
) -> None:
    words = {"subject": "Your way in", "body": "Hi {name}.\n\nThis way: {address}"}
    assert browser.post("/messages/templates/link-to-sign-in/en", data=words).status_code == 303
    ana = make.account(name="Ana Pérez")
    place = give_link(session, ana, LinkKind.SIGN_IN, now=now())
    message = sign_in_link(session, ana, place)
    session.flush()

    text = part(as_mail(message, ana), "plain")
    assert message.subject == "Your way in"
    assert with_links(place) in text
    assert f"This way: {place}" in message.body
    assert with_links(place) not in message.body
    browser.sign_out()
    address = with_links(place).removeprefix("http://testserver")
    assert browser.get(address, follow_redirects=True).status_code == 200


@pytest.mark.usefixtures("administrator")
def test_own_words_frame_an_announcement_and_a_digest(
    session: Session, make: Make, browser: Browser
) -> None:
    framed = "News from {author}.\n\nFor {course}:\n\n{message}\n\nSee {address}"
    digest = {"subject": "{num} things", "body": "Good morning, {name}.\n\nHere they are."}
    plain = {"subject": "{title}", "body": framed}
    assert browser.post("/messages/templates/announcement/en", data=plain).status_code == 303
    assert browser.post("/messages/templates/digest/en", data=digest).status_code == 303
    edition = make.edition(make.course(title={"en": "Gaps"}))
    ana, tutor = make.participant(edition, name="Ana"), make.tutor(edition, name="Tomás Tutor")
    told = Draft(uuid4(), Target(Audience.PARTICIPANTS), {"en": "Room 3"}, {"en": "- **Bring** it"})
    announce(session, edition.id, told, by=tutor.id, now=now())
    session.flush()
    announced = session.exec(select(Message).where(Message.kind == "announcement")).one()
    announced.status = MessageStatus.WAITING
    session.flush()

    made = gather(session, ana.id, now=now())

    alone = part(as_mail(announced, ana), "html")
    assert "News from Tomás Tutor." in alone
    assert "<strong>Bring</strong>" in alone
    assert made is not None
    assert made.subject == "1 things"
    html = part(as_mail(made, ana, (announced,)), "html")
    assert "Good morning, Ana." in html
    assert "Here they are." in html
    assert html.count("Room 3") == 1
    assert "<strong>Bring</strong>" in html


@pytest.mark.usefixtures("administrator")
def test_own_words_are_used_in_their_language_alone(
    session: Session, make: Make, browser: Browser
) -> None:
    assert browser.post(ADDRESS, data=OWN).status_code == 303
    ana, ines = make.account(name="Ana {course} Pérez"), make.account(language="es")
    english = place_given(session, ana, TITLE, ana.id)
    spanish = place_given(session, ines, TITLE, ana.id)

    # What a placeholder brings is put in as it is, and not looked at again.
    assert english.subject == "Welcome to Gaps {name} {address.__class__}"
    assert english.body.split("\n\n")[1:3] == [
        "Dear Ana {course} Pérez, Gaps {name} {address.__class__} is yours.",
        f"Start: http://testserver/editions/{ana.id}",
    ]
    assert "Brechas" in spanish.subject
    assert "Welcome to" not in spanish.subject


@pytest.mark.usefixtures("administrator")
def test_own_words_hold_in_letters_to_many(session: Session, make: Make, browser: Browser) -> None:
    own = {"subject": "Off: {title}", "body": "{name}: {title} is off. See {address}"}
    browser.post("/messages/templates/session-cancelled/en", data=own)
    people = [make.account(name=name) for name in ("Ana", "Bia")]
    news = SessionNews("http://testserver/x", {"en": "Gaps"}, "Session 1", now(), 60)
    recipients = [Recipient(one.id, one.name, one.language, one.timezone) for one in people]
    session_cancelled(session, recipients, news, now=now())

    bodies = session.exec(select(Message.body)).all()
    assert [body.split("\n\n")[1].partition(":")[0] for body in bodies] == ["Ana", "Bia"]


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize(
    "strange",
    [
        "{adress}",
        "{name.__class__}",
        "{name!r}",
        "{0}",
        "{}",
        "{{name}}",
        "{name",
        "name}",
        "{message}",
        "{course[0]}",
    ],
)
def test_unknown_placeholders_are_refused_beside_the_field_and_kept(
    session: Session, browser: Browser, strange: str
) -> None:
    for field in "subject", "body":
        answer = browser.post(ADDRESS, data=OWN | {field: f"{OWN[field]} {strange}"})
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.text
        assert "is no placeholder of this message" in answer.text
        assert strange.replace("<", "&lt;") in answer.text
    assert session.exec(select(MessageWording)).all() == []


@pytest.mark.usefixtures("administrator")
def test_a_letter_keeps_its_essential_link(session: Session, browser: Browser) -> None:
    answer = browser.post(ADDRESS, data=OWN | {"body": "You are in."})
    assert answer.status_code == 422
    assert "Keep {address} in the text" in answer.text
    assert session.exec(select(MessageWording)).all() == []


@pytest.mark.usefixtures("administrator")
def test_a_preview_keeps_nothing_and_shows_an_example(session: Session, browser: Browser) -> None:
    answer = browser.post(
        ADDRESS, data=OWN | {"body": "<b>{name}</b> {address}", "preview": "true"}
    )
    assert answer.status_code == 200
    assert "&lt;b&gt;Ana Pérez&lt;/b&gt; http://testserver/home" in answer.text
    assert session.exec(select(MessageWording)).all() == []


def test_the_built_in_words_come_back_and_both_is_noted(
    session: Session, make: Make, browser: Browser, administrator: Account
) -> None:
    browser.post(ADDRESS, data=OWN)
    browser.post(ADDRESS, data=OWN | {"subject": "Come to {course}"})
    assert "Own words:" in browser.get("/messages/templates").text
    assert "Come to {course}" in browser.get(ADDRESS).text
    for _ in range(2):
        assert browser.post(f"{ADDRESS}/restore").status_code == 303

    ana = make.account()
    assert place_given(session, ana, {"en": "Gaps"}, ana.id).subject.startswith("You have a place")
    events = session.exec(select(AuditEvent.action, AuditEvent.actor_id)).all()
    assert events == [
        ("reword message", administrator.id),
        ("reword message", administrator.id),
        ("restore wording", administrator.id),
    ]
    assert welcome(session, ana).subject == "Your account at Taller"


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize("path", ["place-given/de", "nothing/en", "place-given/en/preview"])
def test_there_is_no_other_letter(browser: Browser, path: str) -> None:
    assert browser.get(f"/messages/templates/{path}").status_code == 404
