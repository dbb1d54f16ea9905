"""Forums: what is said, by whom it is read, and what those who look after them can do."""

import re
from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlmodel import Session, col, select

from app.core import clock, db
from app.core.files import stream
from app.core.settings import settings as settings_of_the_product
from app.jobs.attachments import check_attachment
from app.jobs.messages import send_message
from app.models import (
    Account,
    AttachmentStatus,
    AuditEvent,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Forum,
    ForumAttachment,
    ForumDraft,
    ForumPost,
    ForumPostVersion,
    ForumRead,
    ForumReport,
    ForumTopic,
    Message,
    MessageStatus,
    StoredFile,
)
from app.services.digests import gather
from app.web.forum_page import quoted_lines
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


class Place:
    """An edition with a forum for all, and people of every kind."""

    def __init__(self, make: Make) -> None:
        self.course = make.course(title={"en": "Gaps"})
        self.edition: Edition = make.edition(self.course)
        self.sena = make.institution(acronym="SENA")
        self.ana = make.participant(self.edition, name="Ana Ruiz", institution_id=self.sena.id)
        self.bia = make.participant(self.edition, name="Bia Lima", country="BR")
        self.tutor = make.tutor(self.edition, name="Tomás Tutor")
        self.coordinator = make.coordinator(name="Cora Coordinator")
        self.observer = make.observer(self.edition, name="Olga Observer")
        self.forum: Forum = make.forum(self.edition)
        self.address = f"/editions/{self.edition.id}/activities/{self.forum.activity_id}"

    def topic(self, topic: ForumTopic) -> str:
        return f"{self.address}/topics/{topic.id}"


@pytest.fixture
def place(make: Make) -> Place:
    return Place(make)


def words(body: str = "Where is the form?", **given: str) -> dict[str, str]:
    return {"key": str(uuid4()), "body": body} | given


def posts(session: Session) -> list[ForumPost]:
    session.expire_all()
    return list(session.exec(select(ForumPost).order_by(col(ForumPost.number))))


@pytest.fixture
def told(session: Session) -> Callable[[str], set[str]]:
    """The names of those who were written to about something."""

    def told(kind: str) -> set[str]:
        rows = session.exec(select(Account.name).join(Message).where(Message.kind == kind))
        return set(rows)

    return told


# --- Asking and answering


def test_somebody_asks_a_tutor_answers_and_the_answer_stands_on_top(
    session: Session, browser: Browser, place: Place
) -> None:
    browser.sign_in(place.ana)
    asked = browser.post(f"{place.address}/new", data=words(title="The form"))
    address = asked.headers["location"]
    browser.sign_in(place.tutor)
    assert "The form" in browser.get(place.address).text
    browser.post(address, data=words("It is in **module 2**."))
    answer = posts(session)[1]
    browser.post(f"{address}/posts/{answer.id}/answer", data={"on": "true"})

    page = BeautifulSoup(browser.get(address).text, "html.parser")
    box = page.select_one("section[aria-labelledby=answer]")
    assert box is not None
    assert "Answered by a tutor" in box.text
    assert box.select_one("strong") is not None
    assert "Answered by a tutor" in browser.get(place.address).text
    assert "SENA" in page.text
    assert "Colombia" in page.text


def test_what_was_typed_is_kept_beside_what_is_wrong(browser: Browser, place: Place) -> None:
    browser.sign_in(place.ana)

    answer = browser.post(f"{place.address}/new", data=words("My text", title=""))

    assert answer.status_code == 422
    assert "My text" in answer.text
    assert "Fill this in." in answer.text


def test_the_same_post_sent_twice_is_there_once(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    topic, said = make.topic(place.forum, place.bia), words("Once")
    browser.sign_in(place.ana)

    first = browser.post(place.topic(topic), data=said)
    second = browser.post(place.topic(topic), data=said)

    assert first.headers["location"] == second.headers["location"]
    assert [post.body for post in posts(session)] == ["Who knows?", "Once"]


def test_somebody_elses_key_takes_over_nothing(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    topic = make.topic(place.forum, place.bia)
    key = str(posts(session)[0].id)
    browser.sign_in(place.ana)

    answer = browser.post(place.topic(topic), data={"key": key, "body": "Mine"})

    assert answer.status_code == 409
    assert "Mine" in answer.text
    assert [post.body for post in posts(session)] == ["Who knows?"]


def test_a_passage_is_quoted_without_scripts_and_says_whom(
    browser: Browser, place: Place, make: Make, session: Session
) -> None:
    topic = make.topic(place.forum, place.bia, "First line.\n\n> older\n\nSecond line.")
    quoted = posts(session)[0]
    browser.sign_in(place.ana)

    page = BeautifulSoup(browser.get(f"{place.topic(topic)}?quote={quoted.id}").text, "html.parser")
    box = page.select_one("textarea[name=body]")
    assert box is not None
    assert box.text.strip() == "> First line.\n>\n>\n> Second line."
    browser.post(place.topic(topic), data=words(box.text + "Thanks", quotes=str(quoted.id)))
    assert "Quotes Bia Lima" in browser.get(place.topic(topic)).text


def test_a_quotation_holds_no_older_one() -> None:
    assert quoted_lines("> old\n\nnew\n> mid\nend") == "> new\n> end"


def test_nobody_writes_in_a_closed_or_hidden_topic(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    topic = make.topic(place.forum, place.bia)
    browser.sign_in(place.tutor)
    browser.post(f"{place.topic(topic)}/close", data={"on": "true"})

    browser.sign_in(place.bia)
    refused = browser.post(place.topic(topic), data=words("Late"))
    edited = browser.post(
        f"{place.topic(topic)}/posts/{posts(session)[0].id}/edit",
        data={"body": "Other", "title": "T", "version": "1"},
    )

    assert (refused.status_code, edited.status_code) == (422, 422)
    assert [post.body for post in posts(session)] == ["Who knows?"]


def test_who_floods_waits_and_keeps_the_text(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    topic = make.topic(place.forum, place.bia)
    browser.sign_in(place.ana)
    for n in range(10):
        assert browser.post(place.topic(topic), data=words(f"{n}")).status_code == 303

    answer = browser.post(place.topic(topic), data=words("Eleventh"))

    assert answer.status_code == 429
    assert "Eleventh" in answer.text
    assert "Wait ten minutes" in answer.text
    assert len(posts(session)) == 11


# --- Who reads


@pytest.mark.parametrize(
    ("who", "reads", "writes"),
    [
        ("ana", 200, 303),
        ("tutor", 200, 303),
        ("coordinator", 200, 303),
        ("observer", 200, 403),
        ("stranger", 404, 404),
        ("gone", 404, 404),
        ("applicant", 404, 404),
        ("focal", 403, 403),
    ],
)
def test_who_reads_and_writes(
    browser: Browser, place: Place, make: Make, who: str, reads: int, writes: int
) -> None:
    topic = make.topic(place.forum, place.bia)
    people = {"stranger": make.tutor(make.edition(place.course)), "focal": make.focal(place.sena)}
    for name, status in (
        ("gone", EnrolmentStatus.WITHDRAWN),
        ("applicant", EnrolmentStatus.APPLIED),
    ):
        people[name] = make.account()
        make.enrolment(people[name], place.edition, status=status)
    make.crowd(place.edition, institution_id=place.sena.id)
    browser.sign_in(people.get(who) or getattr(place, who))

    assert browser.get(place.topic(topic)).status_code == reads
    assert browser.post(place.topic(topic), data=words()).status_code == writes


def test_a_focal_point_sees_no_post(browser: Browser, place: Place, make: Make) -> None:
    make.topic(place.forum, place.bia, title="Secret talk")
    make.crowd(place.edition, institution_id=place.sena.id)
    browser.sign_in(make.focal(place.sena))

    page = browser.get(place.address)

    assert page.status_code == 200
    assert "Secret talk" not in page.text
    assert "Bia" not in page.text


class Rooms(Place):
    """Two teams with a tutor each, in a forum where teams talk apart."""

    def __init__(self, make: Make) -> None:
        super().__init__(make)
        self.other_tutor = make.tutor(self.edition, name="Other Tutor")
        self.heron = make.team(self.edition, name="Heron", tutor_id=self.tutor.id)
        self.jay = make.team(self.edition, name="Nightjar", tutor_id=self.other_tutor.id)
        self.mate = make.teammate(self.heron, name="Mate Heron")
        self.stranger = make.teammate(self.jay, name="Rosa Nightjar")
        self.forum = make.forum(self.edition, by_team=True)
        self.address = f"/editions/{self.edition.id}/activities/{self.forum.activity_id}"
        said = "Nightjar's words"
        self.theirs = make.topic(self.forum, self.stranger, said, team_id=self.jay.id, title=said)
        self.ours = make.topic(self.forum, self.mate, team_id=self.heron.id, title="Heron's plan")
        self.for_all = make.topic(self.forum, self.coordinator, "For all", title="To everybody")


@pytest.fixture
def rooms(make: Make) -> Rooms:
    return Rooms(make)


@pytest.mark.parametrize(
    ("who", "theirs", "ours", "for_all"),
    [
        ("mate", (404, 404), (200, 303), (200, 403)),
        ("ana", (404, 404), (404, 404), (200, 403)),  # in no team
        ("tutor", (404, 404), (200, 303), (200, 303)),
        ("observer", (200, 403), (200, 403), (200, 403)),
        ("coordinator", (200, 303), (200, 303), (200, 303)),
    ],
)
def test_teams_that_talk_apart_do_not_hear_each_other(
    browser: Browser,
    rooms: Rooms,
    who: str,
    theirs: tuple[int, int],
    ours: tuple[int, int],
    for_all: tuple[int, int],
) -> None:
    browser.sign_in(getattr(rooms, who))
    listed = browser.get(rooms.address).text
    found = browser.get(f"{rooms.address}?q=words").text
    forums = browser.get(f"/editions/{rooms.edition.id}/forum").text

    got = []
    for topic in (rooms.theirs, rooms.ours, rooms.for_all):
        read = browser.get(rooms.topic(topic)).status_code
        got.append((read, browser.post(rooms.topic(topic), data=words()).status_code))

    assert got == [theirs, ours, for_all]
    if theirs[0] == 404:
        assert "Nightjar" not in listed + found + forums
    seen = [theirs[0], ours[0], for_all[0]].count(200)
    assert f"{seen} topic" in forums


def test_a_participant_writes_in_the_room_of_their_team_whatever_they_send(
    session: Session, browser: Browser, rooms: Rooms
) -> None:
    browser.sign_in(rooms.mate)
    browser.post(f"{rooms.address}/new", data=words(title="Moved", team=str(rooms.jay.id)))
    moved = session.exec(select(ForumTopic).where(ForumTopic.title == "Moved")).one()
    browser.sign_in(rooms.ana)
    nowhere = browser.post(f"{rooms.address}/new", data=words(title="Nowhere"))
    browser.sign_in(rooms.tutor)
    foreign = browser.post(
        f"{rooms.address}/new", data=words(title="Foreign", team=str(rooms.jay.id))
    )

    assert moved.team_id == rooms.heron.id
    assert (nowhere.status_code, foreign.status_code) == (403, 404)


def test_letters_of_a_room_go_to_its_own_people(
    browser: Browser, rooms: Rooms, told: Callable[[str], set[str]]
) -> None:
    for person in (rooms.mate, rooms.stranger, rooms.ana, rooms.other_tutor, rooms.observer):
        browser.sign_in(person)
        browser.post(f"{rooms.address}/follow", data={"state": "followed"})
    browser.sign_in(rooms.mate)

    browser.post(f"{rooms.address}/new", data=words(title="Only ours"))

    assert told("forum topic") == {"Tomás Tutor", "Olga Observer"}


# --- Letters


def test_who_follows_hears_of_it_and_who_mutes_does_not(
    session: Session,
    browser: Browser,
    place: Place,
    make: Make,
    told: Callable[[str], set[str]],
) -> None:
    topic = make.topic(place.forum, place.bia)
    for person, where, state in (
        (place.bia, place.topic(topic), "followed"),
        (place.coordinator, place.address, "followed"),
        (place.tutor, place.address, "muted"),
    ):
        browser.sign_in(person)
        browser.post(f"{where}/follow", data={"state": state})
    browser.sign_in(place.tutor)
    browser.post(f"{place.topic(topic)}/follow", data={"state": "followed"})
    browser.sign_in(place.ana)

    browser.post(place.topic(topic), data=words("Look at [this](https://ilo.org)\n\nBye,\n\nx"))

    assert told("forum reply") == {"Bia Lima", "Cora Coordinator"}
    letter = session.exec(select(Message).where(Message.kind == "forum reply")).first()
    assert letter is not None
    assert "“Look at this Bye, x”" in letter.body
    assert f"{place.topic(topic)}?page=1#post-2" in letter.body


def test_tutors_hear_of_a_new_topic_and_its_author_of_the_answer(
    session: Session,
    browser: Browser,
    place: Place,
    told: Callable[[str], set[str]],
) -> None:
    browser.sign_in(place.ana)
    address = browser.post(f"{place.address}/new", data=words(title="T")).headers["location"]
    assert told("forum topic") == {"Tomás Tutor"}
    browser.sign_in(place.tutor)
    browser.post(address, data=words("Here."))
    answer = posts(session)[1]

    for _ in range(2):
        browser.post(f"{address}/posts/{answer.id}/answer", data={"on": "true"})

    assert told("forum answered") == {"Ana Ruiz"}
    assert len(list(session.exec(select(Message).where(Message.kind == "forum answered")))) == 1


@pytest.mark.parametrize("why", ["left", "hidden"])
def test_a_letter_of_what_one_may_read_no_more_is_not_sent(
    session: Session, browser: Browser, place: Place, make: Make, why: str
) -> None:
    topic = make.topic(place.forum, place.bia)
    browser.sign_in(place.bia)
    browser.post(f"{place.topic(topic)}/follow", data={"state": "followed"})
    browser.sign_in(place.ana)
    browser.post(place.topic(topic), data=words("Told"))
    letter = session.exec(select(Message).where(Message.kind == "forum reply")).one()
    if why == "left":
        enrolment = session.exec(
            select(Enrolment).where(Enrolment.account_id == place.bia.id)
        ).one()
        enrolment.status = EnrolmentStatus.WITHDRAWN
        session.add(enrolment)
        session.commit()
    else:
        browser.sign_in(place.tutor)
        browser.post(
            f"{place.topic(topic)}/posts/{posts(session)[1].id}/hide", data={"reason": "Rude"}
        )

    send_message(letter.id)

    session.expire_all()
    assert session.get_one(Message, letter.id).status is MessageStatus.WITHHELD


def test_a_digest_tells_nothing_of_where_somebody_left(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    topic = make.topic(place.forum, place.bia)
    browser.sign_in(place.bia)
    browser.post(f"{place.topic(topic)}/follow", data={"state": "followed"})
    browser.sign_in(place.ana)
    browser.post(place.topic(topic), data=words("A secret of the edition"))
    letter = session.exec(select(Message).where(Message.kind == "forum reply")).one()
    send_message(letter.id)
    session.expire_all()
    assert session.get_one(Message, letter.id).status is MessageStatus.WAITING
    enrolment = session.exec(select(Enrolment).where(Enrolment.account_id == place.bia.id)).one()
    enrolment.status = EnrolmentStatus.WITHDRAWN
    make.saved(enrolment)

    with db.changing() as own:
        digest = gather(own, place.bia.id, now=clock.now())

    session.expire_all()
    assert digest is None
    assert session.get_one(Message, letter.id).status is MessageStatus.WITHHELD


# --- Edits


def test_every_version_is_kept_and_its_author_and_tutors_see_what_changed(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    topic = make.topic(place.forum, place.ana, "The old word")
    post = posts(session)[0]
    here = f"{place.topic(topic)}/posts/{post.id}"
    browser.sign_in(place.ana)
    browser.post(f"{here}/edit", data={"body": "The new word", "title": "T", "version": "1"})

    stale = browser.post(f"{here}/edit", data={"body": "Mine", "title": "T", "version": "1"})
    history = browser.get(f"{here}/history").text
    kept = session.exec(select(ForumPostVersion)).one()
    statuses = []
    for person in (place.tutor, place.bia):
        browser.sign_in(person)
        statuses.append(browser.get(f"{here}/history").status_code)
        statuses.append(
            browser.post(
                f"{here}/edit", data={"body": "X", "title": "T", "version": "2"}
            ).status_code
        )

    assert (stale.status_code, kept.body) == (409, "The old word")
    assert "Mine" in stale.text
    assert "<del>old</del>" in history
    assert "<ins>new</ins>" in history
    assert statuses == [200, 403, 403, 403]
    assert "Edited" in browser.get(place.topic(topic)).text
    assert posts(session)[0].body == "The new word"


# --- Moderation


def test_what_is_hidden_is_gone_for_others_and_its_author_learns_why(
    session: Session, browser: Browser, place: Place, make: Make, told: Callable[[str], set[str]]
) -> None:
    topic = make.topic(place.forum, place.bia)
    post = make.post(topic, place.ana, "Awful zebra words")
    here = f"{place.topic(topic)}/posts/{post.id}"
    browser.sign_in(place.tutor)
    without_reason = browser.post(f"{here}/hide", data={"reason": ""})
    browser.post(f"{here}/hide", data={"reason": "Be kind"})

    seen = {}
    for person in (place.bia, place.ana, place.tutor):
        browser.sign_in(person)
        page = browser.get(place.topic(topic)).text
        found = browser.get(f"{place.address}?q=zebra").text
        quote = browser.get(f"{place.topic(topic)}?quote={post.id}").text
        seen[person.name] = ("zebra" in page, "<mark>zebra" in found, "&gt; Awful" in quote)
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "hide post")).one()
    browser.post(f"{here}/restore")

    assert without_reason.status_code == 422
    assert seen["Bia Lima"] == (False, False, False)
    assert seen["Ana Ruiz"][0]
    assert seen["Tomás Tutor"][0]
    assert told("forum hidden") == {"Ana Ruiz"}
    assert (event.edition_id, event.person_id) == (place.edition.id, place.ana.id)
    browser.sign_in(place.bia)
    assert "zebra" in browser.get(place.topic(topic)).text


def test_hiding_what_began_a_topic_hides_the_topic(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    topic = make.topic(place.forum, place.ana, title="Awful title")
    browser.sign_in(place.tutor)
    browser.post(f"{place.topic(topic)}/posts/{posts(session)[0].id}/hide", data={"reason": "No"})
    assert "Awful title" in browser.get(place.address).text

    browser.sign_in(place.bia)

    assert "Awful title" not in browser.get(place.address).text
    assert browser.get(place.topic(topic)).status_code == 404


def test_what_is_reported_waits_for_those_who_look_after_the_forum(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    topic = make.topic(place.forum, place.ana)
    here = f"{place.topic(topic)}/posts/{posts(session)[0].id}"
    browser.sign_in(place.bia)
    for reason in ("Rude", "Very rude"):
        browser.post(f"{here}/report", data={"reason": reason})
    assert browser.get(f"{place.address}/reports").status_code == 403
    browser.sign_in(place.tutor)

    queue = browser.get(f"{place.address}/reports").text
    browser.post(f"{here}/leave")

    assert session.exec(select(ForumReport)).one().decided_by_id == place.tutor.id
    assert "Very rude" in queue
    assert "Bia Lima" in queue
    assert "Very rude" not in browser.get(f"{place.address}/reports").text


@pytest.mark.parametrize("act", ["pin", "close"])
def test_participants_neither_pin_nor_close(
    session: Session, browser: Browser, place: Place, make: Make, act: str
) -> None:
    topic = make.topic(place.forum, place.ana)
    browser.sign_in(place.ana)

    assert browser.post(f"{place.topic(topic)}/{act}", data={"on": "true"}).status_code == 403
    session.refresh(topic)
    assert (topic.pinned_at, topic.closed_at) == (None, None)


def test_a_participants_post_is_no_tutors_answer(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    topic = make.topic(place.forum, place.ana)
    post = make.post(topic, place.bia)
    browser.sign_in(place.tutor)

    answer = browser.post(f"{place.topic(topic)}/posts/{post.id}/answer", data={"on": "true"})

    assert answer.status_code == 422
    assert posts(session)[1].answers_since is None


# --- Search, pages, marks, drafts


def test_words_are_found_without_their_accents_and_shown_in_their_passage(
    browser: Browser, place: Place, make: Make
) -> None:
    make.topic(place.forum, place.bia, "La **Formación** es 100% útil.")
    browser.sign_in(place.ana)

    found = browser.get(f"{place.address}?q=formacion").text
    percent = browser.get(f"{place.address}?q=0%25 u").text
    nothing = browser.get(f"{place.address}?q=%25%25").text

    assert "<mark>Formación</mark>" in found
    assert "1 post found" in percent
    assert "0 posts found" in nothing


def test_posts_stand_on_pages_with_addresses(browser: Browser, place: Place, make: Make) -> None:
    topic = make.topic(place.forum, place.ana)
    for n in range(24):
        make.post(topic, place.bia, f"Number {n + 2}.")
    browser.sign_in(place.ana)

    first, second = (browser.get(f"{place.topic(topic)}?page={n}").text for n in (1, 2))

    assert "Number 20." in first
    assert "Number 21." not in first
    assert "Number 21." in second
    assert "Number 20." not in second


def test_what_is_new_is_marked_until_it_is_read_and_reading_does_not_go_back(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    topic = make.topic(place.forum, place.ana)
    make.post(topic, place.bia)
    browser.sign_in(place.ana)
    assert "2 new" in browser.get(place.address).text

    for number in ("2", "1", "999999999"):
        browser.post(f"{place.topic(topic)}/read", data={"number": number})

    assert session.exec(select(ForumRead)).one().number == 2
    assert "2 new" not in browser.get(place.address).text
    make.post(topic, place.bia)
    assert "1 new" in browser.get(place.address).text
    assert "1 topic with something new" in browser.get(f"/editions/{place.edition.id}/forum").text
    browser.post(f"{place.address}/read")
    assert "1 new" not in browser.get(place.address).text


def test_a_draft_survives_and_goes_once_it_is_sent(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    topic, said = make.topic(place.forum, place.bia), words("Half a thou")
    browser.sign_in(place.ana)
    saved = browser.post(
        f"{place.topic(topic)}/draft", data=said, headers={"HX-Request-Type": "partial"}
    )
    browser.post(f"{place.address}/draft", data=words("A text", title="A title"))

    assert "Draft saved" in saved.text
    assert "Half a thou" in browser.get(place.topic(topic)).text
    assert "A title" in browser.get(f"{place.address}/new").text
    browser.post(place.topic(topic), data=said)
    browser.post(f"{place.topic(topic)}/draft", data=said)  # one that came late
    assert [draft.title for draft in session.exec(select(ForumDraft))] == ["A title"]
    browser.sign_in(place.bia)
    assert "A text" not in browser.get(f"{place.address}/new").text


# --- Files


def photograph(size: tuple[int, int] = (40, 30)) -> BytesIO:
    """As a telephone takes it, with where and by whom."""
    written, about = BytesIO(), Image.Exif()
    about[0x013B] = "Ana Secreta"  # Artist
    about.get_ifd(0x8825)[1] = "S"  # GPS
    Image.new("RGB", size, "red").save(written, "JPEG", exif=about)
    written.seek(0)
    return written


def look_at_files() -> None:
    """As the worker does when it hears of them."""
    with db.reading() as session:
        waiting = session.exec(select(ForumAttachment.id)).all()
    for attachment in waiting:
        check_attachment(attachment)


def test_a_file_that_waits_is_at_no_address(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    topic = make.topic(place.forum, place.bia)
    browser.sign_in(place.ana)
    file = ("plant.jpg", photograph(), "image/jpeg")
    browser.post(place.topic(topic), data=words(), files={"file_1": file})
    waiting = session.exec(select(ForumAttachment)).one()
    at = f"{place.topic(topic)}/posts/{waiting.post_id}/files"

    before = browser.get(f"{at}/{waiting.file_id}/plant.jpg").status_code
    look_at_files()
    session.refresh(waiting)
    after = browser.get(f"{at}/{waiting.file_id}/plant.jpg").status_code

    assert (before, after) == (404, 200)


def test_a_file_is_given_to_others_once_it_was_looked_at_and_without_what_it_tells(
    browser: Browser, place: Place, make: Make
) -> None:
    topic = make.topic(place.forum, place.bia)
    browser.sign_in(place.ana)
    file = ("../plant.JPG", photograph(), "text/html")
    browser.post(place.topic(topic), data=words(), files={"file_1": file})

    own = browser.get(place.topic(topic)).text
    browser.sign_in(place.bia)
    before = browser.get(place.topic(topic)).text
    look_at_files()
    link = BeautifulSoup(browser.get(place.topic(topic)).text, "html.parser").find(
        "a", string="plant.jpg"
    )
    assert link is not None
    sent = browser.get(str(link["href"]))
    browser.sign_in(make.account())

    assert "plant.JPG: it is being looked at" in own
    assert "plant" not in before
    assert Image.open(BytesIO(sent.content)).size == (40, 30)
    assert b"Secreta" not in sent.content
    assert not Image.open(BytesIO(sent.content)).getexif()
    assert sent.headers["content-type"] == "image/jpeg"
    assert sent.headers["content-disposition"].startswith("attachment")
    assert browser.get(str(link["href"])).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [("plan.pdf", b"<script>alert(1)</script>"), ("photo.png", b"<svg onload='x'/>"),
     ("table.xlsx", b"MZ\x90\x00" + b"x" * 60)],
)  # fmt: skip
def test_what_is_not_what_its_name_says_is_refused_and_only_its_author_told(
    session: Session, browser: Browser, place: Place, make: Make, name: str, content: bytes
) -> None:
    topic = make.topic(place.forum, place.bia)
    browser.sign_in(place.ana)
    browser.post(
        place.topic(topic), data=words(), files={"file_1": (name, BytesIO(content), "image/png")}
    )
    key = session.exec(select(StoredFile)).one().key
    look_at_files()
    look_at_files()  # a second look changes nothing

    assert "A file was not taken:" in browser.get(place.topic(topic)).text
    browser.sign_in(place.bia)
    assert "A file was not taken:" not in browser.get(place.topic(topic)).text
    assert session.exec(select(StoredFile)).all() == []
    with pytest.raises(FileNotFoundError):
        next(stream(key, 0, 1))


def test_while_no_scanner_answers_a_file_stays_unseen_and_is_looked_at_later(
    session: Session,
    browser: Browser,
    place: Place,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    topic = make.topic(place.forum, place.bia)
    browser.sign_in(place.ana)
    browser.post(
        place.topic(topic), data=words(), files={"file_1": ("a.jpg", photograph(), "image/jpeg")}
    )
    monkeypatch.setenv("TALLER_CLAMD_URL", "tcp://127.0.0.1:9")
    settings_of_the_product.cache_clear()
    look_at_files()
    unseen = session.exec(select(ForumAttachment)).one()
    monkeypatch.delenv("TALLER_CLAMD_URL")
    settings_of_the_product.cache_clear()

    assert (unseen.status, unseen.tries) == (AttachmentStatus.WAITING, 1)
    look_at_files()
    session.refresh(unseen)
    assert unseen.status is AttachmentStatus.READY


@pytest.mark.parametrize(
    ("name", "size"), [("page.html", 10), ("x.svg", 10), (".pdf", 10), ("big.pdf", 5 * 2**20 + 1)]
)
def test_other_files_are_refused_beside_their_field(
    session: Session, browser: Browser, place: Place, make: Make, name: str, size: int
) -> None:
    topic = make.topic(place.forum, place.bia)
    browser.sign_in(place.ana)
    file = (name, BytesIO(b"x" * size), "application/pdf")

    answer = browser.post(place.topic(topic), data=words("Kept"), files={"file_2": file})

    assert answer.status_code == 422
    assert "file_2-error" in answer.text
    assert "Kept" in answer.text
    assert len(posts(session)) == 1


# --- What cannot be smuggled in


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.sampled_from(
            ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "](javascript:alert(1))",
             "[a", "<svg/onload=x>", "`", "\n\n", "> ", "**", '" onclick="x', "<a href='data:x'>",
             "{{ 7*7 }}", "&lt;script&gt;", "<style>*{}</style>", "word "]
        ),
        min_size=1,
        max_size=8,
    )
)  # fmt: skip
def test_nothing_that_is_written_runs(
    browser: Browser, place: Place, make: Make, pieces: list[str]
) -> None:
    text = "".join(pieces)
    topic = make.topic(place.forum, place.bia, text, title=text[:150].replace("\n", " "))
    browser.sign_in(place.ana)
    for address in (place.topic(topic), place.address, f"{place.address}?q=script"):
        page = BeautifulSoup(browser.get(address).text, "html.parser")
        main = page.select_one("main")
        assert main is not None
        for tag in main.select("*"):
            assert tag.name not in {"script", "style", "img", "iframe", "object"}
            assert not [name for name in tag.attrs if name.startswith("on")]
            assert not re.match(r"(?i)\s*(javascript|data|vbscript):", str(tag.get("href", "")))


# --- Communities


def test_people_of_all_editions_of_a_course_meet(
    browser: Browser, place: Place, make: Make
) -> None:
    earlier = make.edition(place.course)
    before = make.account(name="Earlier Person")
    make.completed_by(before, earlier)
    address = f"/courses/{place.course.slug}/community"
    browser.sign_in(before)
    topic = browser.post(f"{address}/new", data=words(title="From before")).headers["location"]

    read = {}
    for person in (place.ana, place.tutor, place.coordinator, place.observer):
        browser.sign_in(person)
        read[person.name] = (
            "From before" in browser.get(address).text,
            browser.post(topic, data=words()).status_code,
        )

    assert read == {
        "Ana Ruiz": (True, 303),
        "Tomás Tutor": (True, 303),
        "Cora Coordinator": (True, 303),
        "Olga Observer": (True, 403),
    }


@pytest.mark.parametrize(
    "status",
    [
        EnrolmentStatus.WITHDRAWN,
        EnrolmentStatus.REJECTED,
        EnrolmentStatus.APPLIED,
        EnrolmentStatus.WAITLISTED,
    ],
)
def test_who_left_is_out_of_the_community_at_once(
    session: Session,
    browser: Browser,
    place: Place,
    told: Callable[[str], set[str]],
    status: EnrolmentStatus,
) -> None:
    address = f"/courses/{place.course.slug}/community"
    browser.sign_in(place.bia)
    topic = browser.post(f"{address}/new", data=words(title="Here")).headers["location"]
    assert browser.get(topic).status_code == 200
    enrolment = session.exec(select(Enrolment).where(Enrolment.account_id == place.bia.id)).one()
    enrolment.status = status
    session.add(enrolment)
    session.commit()

    answers = [browser.get(address), browser.get(topic), browser.post(topic, data=words())]
    browser.sign_in(place.ana)
    browser.post(topic, data=words("Answer"))

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert told("forum reply") == set()


def test_a_stranger_and_a_visitor_find_no_community(
    browser: Browser, place: Place, make: Make
) -> None:
    address = f"/courses/{place.course.slug}/community"
    visitor = browser.get(address)
    browser.sign_in(make.participant(make.edition()))

    assert visitor.headers["location"].startswith("/sign-in")
    assert browser.get(address).status_code == 404
    assert browser.get("/courses/none/community").status_code == 404


# --- What a page costs


@pytest.mark.parametrize("where", ["list", "topic", "search", "community", "index"])
def test_a_page_takes_as_many_statements_for_one_row_as_for_three(
    browser: Browser, place: Place, make: Make, where: str
) -> None:
    forum = make.community(place.edition) if where == "community" else place.forum
    base = f"/courses/{place.course.slug}/community" if where == "community" else place.address
    topic = make.topic(forum, place.ana)
    address = {
        "topic": f"{base}/topics/{topic.id}",
        "search": f"{base}?q=knows",
        "index": f"/editions/{place.edition.id}/forum",
    }.get(where, base)
    browser.sign_in(place.bia)
    browser.get(address)
    with statements() as one:
        browser.get(address)
    for _ in range(2):
        make.topic(forum, place.tutor)
        make.post(topic, place.tutor)
    with statements() as three:
        browser.get(address)

    print(where, len(one))
    assert len(one) == len(three)
    assert len(one) <= {"list": 7, "topic": 9, "search": 7, "community": 5, "index": 6}[where]


# --- How people talk


def test_who_writes_the_course_says_how_teams_talk_until_somebody_has(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    address = f"/editions/{place.edition.id}/content/activities/{place.forum.activity_id}/forum"
    browser.sign_in(place.ana)
    assert browser.get(address).status_code == 403
    browser.sign_in(place.tutor)

    browser.post(address, data={"by_team": "true"})
    session.refresh(place.forum)
    assert place.forum.by_team
    make.topic(place.forum, place.tutor)
    refused = browser.post(address, data={})

    assert refused.status_code == 422
    session.refresh(place.forum)
    assert place.forum.by_team


def test_ids_of_another_forum_open_nothing(
    session: Session, browser: Browser, place: Place, make: Make
) -> None:
    other = make.forum(make.edition(place.course))
    topic = make.topic(other, make.account())
    mine = make.topic(place.forum, place.ana)
    post = session.exec(select(ForumPost).where(ForumPost.topic_id == topic.id)).one()
    browser.sign_in(place.tutor)

    assert browser.get(place.topic(topic)).status_code == 404
    for act in ("answer", "hide", "restore", "leave", "report", "edit"):
        said = {"on": "true", "reason": "x", "body": "x", "title": "x", "version": "1"}
        for where in (topic, mine):
            answer = browser.post(f"{place.topic(where)}/posts/{post.id}/{act}", data=said)
            assert answer.status_code == 404
