"""Texts of activities: who saves last never undoes the others, and nothing typed is lost."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.i18n import speaking
from app.models import Account, Activity, ActivityKind, ActivityText, AuditEvent, Edition, TextDraft
from app.queries.activities import read_activity
from app.queries.activity_texts import (
    Words,
    current_texts,
    draft_of,
    history,
    read_versions,
    served,
    written,
)
from app.queries.outlines import read_outline
from app.services.activity_kinds import carry_over
from app.services.activity_texts import (
    Place,
    choose_fallback,
    discard_draft,
    keep_draft,
    restore_text,
    save_text,
)
from tests.make import NOW, Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(languages=["es", "en", "fr"]))


@pytest.fixture
def activity(make: Make, edition: Edition) -> Activity:
    """A page with a text in English that nobody saved: it came with the course."""
    return make.activity(make.module(edition), body="First words.")


@pytest.fixture
def tutor(make: Make, edition: Edition) -> Account:
    return make.tutor(edition, name="Marta Gil")


@pytest.fixture
def place(activity: Activity) -> Place:
    return Place(activity.edition_id, activity.id, "en")


def save(session: Session, place: Place, body: str, number: int, by: Account) -> int:
    return save_text(session, place, Words(body), number=number, by=by.id, now=NOW)


def draft(session: Session, place: Place, body: str, by: Account, **given: object) -> TextDraft:
    plain = {"number": 1, "revision": 0, "now": NOW, "page": "a"} | given
    kept = keep_draft(session, place, Words(body), by=by.id, **plain)  # type: ignore[arg-type]
    assert kept is not None
    return kept


def body_of(session: Session, activity_id: UUID, language: str = "en") -> str:
    return session.exec(
        select(ActivityText.body).where(
            ActivityText.activity_id == activity_id, ActivityText.language == language
        )
    ).one()


def test_a_save_is_a_version_with_its_author_and_all_read_it(
    session: Session, edition: Edition, activity: Activity, place: Place, tutor: Account
) -> None:
    shown = edition.version

    number = save_text(
        session, place, Words("Second words."), number=1, by=tutor.id, now=NOW, note="Clearer"
    )

    assert number == 2
    assert body_of(session, activity.id) == "Second words."
    newest, first = history(session, activity.id, "en")
    assert (newest.number, newest.saved_by, newest.note) == (2, "Marta Gil", "Clearer")
    assert (first.number, first.saved_by) == (1, None)
    assert read_versions(session, activity.id, "en", 1)[1].words.body == "First words."
    assert edition.version > shown
    assert session.exec(select(AuditEvent.action)).all() == ["write text"]


def test_the_same_words_again_make_no_version(
    session: Session, activity: Activity, place: Place, tutor: Account
) -> None:
    save(session, place, "Second words.", 1, tutor)

    assert save(session, place, "Second words.", 1, tutor) == 2
    assert save(session, place, "Second words.", 2, tutor) == 2
    assert len(history(session, activity.id, "en")) == 2


def test_who_had_read_an_older_version_undoes_nobody(
    session: Session, make: Make, edition: Edition, activity: Activity, place: Place, tutor: Account
) -> None:
    other = make.tutor(edition)
    save(session, place, "Theirs.", 1, other)
    mine = draft(session, place, "Mine.", tutor)

    with pytest.raises(Conflict):
        save(session, place, "Mine.", 1, tutor)

    assert body_of(session, activity.id) == "Theirs."
    assert draft_of(session, activity.id, "en", tutor.id) == mine
    assert save(session, place, "Both.", 2, tutor) == 3


def test_a_language_without_a_text_begins_with_version_one(
    session: Session, activity: Activity, tutor: Account
) -> None:
    french = Place(activity.edition_id, activity.id, "fr")

    assert save(session, french, "Bonjour.", 0, tutor) == 1
    with pytest.raises(Conflict):
        save(session, french, "Salut.", 0, tutor)


def test_restoring_makes_a_new_version_and_loses_none(
    session: Session, activity: Activity, place: Place, tutor: Account
) -> None:
    save(session, place, "Second words.", 1, tutor)

    assert restore_text(session, place, 1, number=2, by=tutor.id, now=NOW) == 3
    assert body_of(session, activity.id) == "First words."
    assert [line.number for line in history(session, activity.id, "en")] == [3, 2, 1]
    with pytest.raises(Conflict):
        restore_text(session, place, 2, number=2, by=tutor.id, now=NOW)
    with pytest.raises(NotFound):
        restore_text(session, place, 9, number=3, by=tutor.id, now=NOW)


def test_a_text_that_came_with_a_copy_has_its_own_history(
    session: Session, make: Make, edition: Edition, activity: Activity, place: Place, tutor: Account
) -> None:
    save(session, place, "Second words.", 1, tutor)
    copy = make.saved(
        Activity(**activity.model_dump(exclude={"id", "position"}), position=activity.position + 99)
    )
    carry_over(session, activity, copy)
    there = Place(edition.id, copy.id, "en")

    assert current_texts(session, copy.id)["en"].number == 1
    assert save(session, there, "Of the copy.", 1, tutor) == 2
    assert [v.words.body for v in read_versions(session, copy.id, "en", 1, 2).values()] == [
        "Second words.",
        "Of the copy.",
    ]
    assert body_of(session, activity.id) == "Second words."


def test_what_was_changed_by_other_ways_since_the_last_save_is_kept_too(
    session: Session, activity: Activity, place: Place, tutor: Account
) -> None:
    save(session, place, "Second words.", 1, tutor)
    text = session.exec(select(ActivityText).where(ActivityText.activity_id == activity.id)).one()
    text.body = "Taken over."
    session.add(text)
    session.flush()

    assert save(session, place, "Fourth.", 3, tutor) == 4
    assert read_versions(session, activity.id, "en", 3)[3].words.body == "Taken over."


@pytest.mark.parametrize("field", ["body", "transcript"])
def test_a_picture_without_a_description_is_refused_by_its_name(
    session: Session, activity: Activity, place: Place, tutor: Account, field: str
) -> None:
    words = Words(**{"body": "See:", field: "![ ](file:plan.png)"})

    with speaking("en"), pytest.raises(RuleBroken, match=r"Say what the picture plan\.png shows"):
        save_text(session, place, words, number=1, by=tutor.id, now=NOW)

    assert body_of(session, activity.id) == "First words."


def test_another_editions_activity_and_a_foreign_language_are_not_written(
    session: Session, make: Make, activity: Activity, place: Place, tutor: Account
) -> None:
    elsewhere = make.edition()

    for wrong in (
        Place(elsewhere.id, activity.id, "en"),
        Place(place.edition_id, activity.id, "pt"),
    ):
        with pytest.raises(NotFound):
            save(session, wrong, "x", 1, tutor)
        with pytest.raises(NotFound):
            draft(session, wrong, "x", tutor)


# ── Drafts ───────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_is_its_writers_alone_and_goes_with_the_save(
    session: Session, make: Make, edition: Edition, activity: Activity, place: Place, tutor: Account
) -> None:
    other = make.tutor(edition)
    draft(session, place, "Mine, so far.", tutor)
    draft(session, place, "Theirs, so far.", other)

    assert body_of(session, activity.id) == "First words."
    save(session, place, "Mine.", 1, tutor)

    assert draft_of(session, activity.id, "en", tutor.id) is None
    kept = draft_of(session, activity.id, "en", other.id)
    assert kept is not None
    assert kept.body == "Theirs, so far."


def test_two_pages_of_one_person_do_not_write_over_each_others_draft(
    session: Session, place: Place, tutor: Account
) -> None:
    first = draft(session, place, "In one window.", tutor, page="a")
    with pytest.raises(Conflict):
        draft(session, place, "In the other.", tutor, page="b")

    assert first.body == "In one window."
    assert draft(session, place, "Went on.", tutor, page="a").revision == 2
    assert draft(session, place, "Knew it.", tutor, page="b", revision=2).body == "Knew it."


def test_a_draft_under_way_when_its_writer_saved_does_not_come_back(
    session: Session, place: Place, tutor: Account
) -> None:
    kept = draft(session, place, "Mine, so f", tutor)
    save(session, place, "Mine, so far.", 1, tutor)

    late = keep_draft(
        session, place, Words("Mine, so fa"), number=1, revision=kept.revision, by=tutor.id, now=NOW
    )
    later = keep_draft(
        session,
        place,
        Words("Anew."),
        number=1,
        revision=1,
        by=tutor.id,
        now=NOW + timedelta(hours=1),
    )

    assert late is None
    assert later is not None


def test_a_discarded_draft_is_gone_and_what_all_read_stays(
    session: Session, activity: Activity, place: Place, tutor: Account
) -> None:
    draft(session, place, "Mine, so far.", tutor)

    discard_draft(session, place, by=tutor.id)

    assert session.exec(select(TextDraft)).all() == []
    assert body_of(session, activity.id) == "First words."


# ── Languages ────────────────────────────────────────────────────────────────────────────────────


def test_what_is_missing_is_read_in_the_language_that_was_chosen(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    title = {"en": "Hello", "fr": "Bonjour"}
    activity = make.activity(make.module(edition, title=title), title=title)

    with speaking("en"):
        choose_fallback(session, edition.id, "fr", by=tutor.id)
        seen = read_activity(session, activity, "es")
        line = read_outline(session, edition.id, edition.version, "es", hidden=False).activities[0]

    assert (seen.language, line.title, line.language) == ("fr", "Bonjour", "fr")
    assert session.exec(select(AuditEvent.action)).one() == "choose fallback language"
    with pytest.raises(RuleBroken):
        choose_fallback(session, edition.id, "pt", by=tutor.id)


def test_without_a_choice_it_is_the_first_language_that_has_it(
    session: Session, make: Make
) -> None:
    edition = make.edition(make.course(languages=["fr", "en", "es"]))
    activity = make.activity(make.module(edition), title={"en": "Hello", "fr": "Bonjour"})

    with speaking("en"):
        assert read_activity(session, activity, "es").language == "fr"


def test_an_empty_text_is_none(session: Session, make: Make, edition: Edition) -> None:
    activity = make.activity(make.module(edition), title={"en": "Hello", "fr": "Bonjour"})
    text = session.exec(select(ActivityText).where(ActivityText.language == "fr")).one()
    text.body = "  "
    session.add(text)
    session.flush()

    assert read_activity(session, activity, "fr").language == "en"


def test_what_readers_of_each_language_get_is_told(
    session: Session, make: Make, edition: Edition
) -> None:
    first = make.module(edition, position=1)
    make.activity(first, title={"es": "Hola", "en": "Hello"})
    make.activity(
        make.module(edition, position=2), kind=ActivityKind.VIDEO, title={"fr": "Film"}, body=""
    )

    one, two = written(session, edition.id, edition.languages)

    assert (one.number, two.number) == ("1.1", "2.1")
    assert [(s.language, s.has_text, s.text_in) for s in one.served] == [
        ("es", True, "es"),
        ("en", True, "en"),
        ("fr", False, "es"),
    ]
    assert [(s.text_in, s.title_in) for s in two.served] == [("", "fr")] * 3
    assert served(["es", "en"], "en", {}, {"en": True})[0].text_in == "en"
