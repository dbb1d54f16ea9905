"""Merging two entries of the list, and taking it back: who moves, who stays, what is counted."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlmodel import Session, select

from app.core import db
from app.core.errors import Conflict, NotFound, RuleBroken
from app.models import (
    Account,
    AliasKind,
    AuditEvent,
    Institution,
    InstitutionAlias,
    InstitutionMove,
    PlatformRole,
)
from app.queries.institutions import (
    institutions,
    meant_by,
    participants_by_institution,
)
from app.queries.statistics import Filters, figures
from app.services.accounts import Person, change_person
from app.services.focal_points import remove_focal_point
from app.services.institution_merges import merge, undo_merge
from app.services.institution_proposals import settle_institution
from app.services.institutions import InstitutionTerms, add_alias, add_institution, remove_alias
from app.services.roles import give_platform_role
from tests.make import NOW, Make


@pytest.fixture
def boss(make: Make) -> Account:
    return make.coordinator()


@pytest.fixture
def pair(make: Make) -> tuple[Institution, Institution]:
    """Two entries of one institution: the one that goes, and the one that stays."""
    gone = make.institution(acronym="SENNA", name="Servicio Nacional", country="CO")
    return gone, make.institution(acronym="SENA", name="National Service", country="CO")


def fresh[T](session: Session, thing: T) -> T:
    session.refresh(thing)
    return thing


def chooses(session: Session, account: Account, institution: Institution | None) -> None:
    """As the person's own page does it."""
    before = fresh(session, account).institution_id
    said = Person(
        name=account.name,
        country=account.country,
        institution_id=institution.id if institution else None,
        gender=account.gender,
        gender_word="",
        language=account.language,
        timezone="UTC",
    )
    change_person(session, account.id, said)
    settle_institution(session, account.id, None, chosen_before=before)
    session.flush()


def test_who_was_given_a_role_since_keeps_it_when_the_merge_is_undone(
    session: Session, make: Make, pair: tuple[Institution, Institution]
) -> None:
    """Whoever was made a focal point of one institution never comes to see another's people."""
    gone, stays = pair
    boss, ana = make.administrator(), make.focal(gone)
    merged = merge(session, gone.id, stays.id, by=boss.id)
    session.flush()
    session.expire_all()
    give_platform_role(session, ana.id, None, by=boss.id)
    role = PlatformRole.COORDINATOR
    give_platform_role(session, ana.id, role, institution_id=stays.id, by=boss.id)

    undone = undo_merge(session, merged.merge_id, by=boss.id, now=NOW)

    assert undone.focal_points == 0
    assert fresh(session, ana).coordinates_id == stays.id


def test_people_and_focal_points_move_and_enrolments_stay(
    session: Session, make: Make, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, stays = pair
    edition = make.edition()
    person = make.account(institution_id=gone.id)
    enrolment = make.counted(make.enrolment(person, edition))
    focal = make.focal(gone)

    merged = merge(session, gone.id, stays.id, by=boss.id)

    assert (merged.people, merged.focal_points) == (2, 1)
    assert fresh(session, person).institution_id == stays.id
    assert fresh(session, focal).coordinates_id == stays.id
    assert fresh(session, enrolment).institution_id == gone.id
    assert fresh(session, gone).merged_into_id == stays.id


def test_no_figure_of_any_year_changes(
    session: Session, make: Make, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, stays = pair
    edition = make.edition(reporting_year=2022)
    make.crowd(edition, 3, institution_id=gone.id)
    make.crowd(edition, 4, institution_id=stays.id)

    def counted() -> Any:
        return (
            figures(session, Filters(year=2022), only_institution=None).total,
            participants_by_institution(session),
        )

    before = counted()
    merged = merge(session, gone.id, stays.id, by=boss.id)
    after = counted()
    undo_merge(session, merged.merge_id, by=boss.id, now=NOW)

    assert before[0].institutions == 2
    assert before == after == counted()


def test_its_names_find_the_successor_and_no_choice_offers_it(
    session: Session, make: Make, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, stays = pair
    make.alias(gone, "El Servicio")

    merge(session, gone.id, stays.id, by=boss.id)
    known = institutions(session)

    assert [one.id for one in known] == [stays.id]
    for words in ("senna", "SENNA, Colombia", "servicio nacional", "El servicio", "sena"):
        found = meant_by(words, known)
        assert found is not None, words
        assert found.id == stays.id, words


def test_undoing_gives_back_people_names_and_place(
    session: Session, make: Make, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, stays = pair
    alias = make.alias(gone, "El Servicio", kind=AliasKind.FORMER)
    moved, newcomer, own = (make.account(institution_id=i.id) for i in (gone, stays, stays))
    focal = make.focal(gone)
    merged = merge(session, gone.id, stays.id, by=boss.id)

    undo_merge(session, merged.merge_id, by=boss.id, now=NOW)

    assert fresh(session, moved).institution_id == gone.id
    assert fresh(session, focal).coordinates_id == gone.id
    assert {fresh(session, a).institution_id for a in (newcomer, own)} == {stays.id}
    assert fresh(session, alias).institution_id == gone.id
    assert {one.acronym: one.aliases for one in institutions(session)} == {
        "SENNA": ("El Servicio",),
        "SENA": (),
    }
    assert session.exec(select(InstitutionMove)).all() == []


@pytest.mark.parametrize("last", ["another", "none", "the same again"])
def test_whoever_chose_since_is_left_where_they_are(
    session: Session, make: Make, boss: Account, pair: tuple[Institution, Institution], last: str
) -> None:
    gone, stays = pair
    other = make.institution(country="CO")
    person = make.account(institution_id=gone.id)
    merged = merge(session, gone.id, stays.id, by=boss.id)
    chooses(session, person, other)
    chooses(session, person, {"another": other, "none": None, "the same again": stays}[last])
    chosen = fresh(session, person).institution_id

    undo_merge(session, merged.merge_id, by=boss.id, now=NOW)

    assert fresh(session, person).institution_id == chosen


def test_saving_ones_account_unchanged_is_no_choice(
    session: Session, make: Make, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, stays = pair
    person = make.account(institution_id=gone.id)
    merged = merge(session, gone.id, stays.id, by=boss.id)
    chooses(session, person, stays)

    undo_merge(session, merged.merge_id, by=boss.id, now=NOW)

    assert fresh(session, person).institution_id == gone.id


def test_a_focal_point_who_was_removed_stays_so(
    session: Session, make: Make, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, stays = pair
    focal = make.focal(gone)
    merged = merge(session, gone.id, stays.id, by=boss.id)
    remove_focal_point(session, stays.id, focal.id, by=boss.id)

    undo_merge(session, merged.merge_id, by=boss.id, now=NOW)

    assert fresh(session, focal).coordinates_id is None
    assert focal.platform_role is None


def test_a_focal_point_who_was_named_anew_stays_so(
    session: Session, make: Make, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    """By an administrator, on the page of the account."""
    gone, stays = pair
    focal, head = make.focal(gone), make.administrator()
    merged = merge(session, gone.id, stays.id, by=boss.id)
    give_platform_role(session, focal.id, None, by=head.id)
    role = PlatformRole.COORDINATOR
    give_platform_role(session, focal.id, role, institution_id=stays.id, by=head.id)

    undo_merge(session, merged.merge_id, by=boss.id, now=NOW)

    assert fresh(session, focal).coordinates_id == stays.id


def test_nobody_becomes_focal_point_of_what_was_merged(
    session: Session, make: Make, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, stays = pair
    merge(session, gone.id, stays.id, by=boss.id)

    with pytest.raises(RuleBroken, match="no such institution"):
        give_platform_role(
            session,
            make.account().id,
            PlatformRole.COORDINATOR,
            institution_id=gone.id,
            by=make.administrator().id,
        )


def test_an_institution_chosen_while_it_was_merged_is_its_successor(
    session: Session, make: Make, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, stays = pair
    last = make.institution(acronym="LAST", country="CO")
    merge(session, gone.id, stays.id, by=boss.id)
    merge(session, stays.id, last.id, by=boss.id)
    person = make.account()

    chooses(session, person, gone)

    assert fresh(session, person).institution_id == last.id


def test_merges_are_undone_from_the_last_one(
    session: Session, make: Make, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, middle = pair
    last = make.institution(acronym="LAST", country="CO")
    person = make.account(institution_id=gone.id)
    first = merge(session, gone.id, middle.id, by=boss.id)
    second = merge(session, middle.id, last.id, by=boss.id)

    with pytest.raises(RuleBroken, match="SENA was merged itself since"):
        undo_merge(session, first.merge_id, by=boss.id, now=NOW)
    undo_merge(session, second.merge_id, by=boss.id, now=NOW)
    undo_merge(session, first.merge_id, by=boss.id, now=NOW)

    assert fresh(session, person).institution_id == gone.id
    with pytest.raises(Conflict, match="undone already"):
        undo_merge(session, first.merge_id, by=boss.id, now=NOW)


def test_what_is_no_pair_is_not_merged(
    session: Session, make: Make, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, stays = pair
    abroad = make.institution(country="PE")

    with pytest.raises(RuleBroken, match="into itself"):
        merge(session, stays.id, stays.id, by=boss.id)
    with pytest.raises(RuleBroken, match="one country"):
        merge(session, gone.id, abroad.id, by=boss.id)
    with pytest.raises(NotFound):
        merge(session, gone.id, boss.id, by=boss.id)
    merge(session, gone.id, stays.id, by=boss.id)
    for one, into in ((gone, stays), (stays, gone)):
        with pytest.raises(RuleBroken, match="merged into another"):
            merge(session, one.id, into.id, by=boss.id)


def test_it_does_not_come_back_to_a_name_that_another_has_by_now(
    session: Session, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, stays = pair
    merged = merge(session, gone.id, stays.id, by=boss.id)
    alias = session.exec(
        select(InstitutionAlias).where(InstitutionAlias.key == "servicio nacional")
    ).one()
    remove_alias(session, stays.id, alias.id, by=boss.id)
    terms = InstitutionTerms("NEW", "Servicio Nacional", "CO")
    add_institution(session, terms, by=boss.id, sure=True)

    with pytest.raises(RuleBroken, match="a name of NEW, Colombia"), db.changing() as unit:
        undo_merge(unit, merged.merge_id, by=boss.id, now=NOW)

    assert fresh(session, gone).merged_into_id == stays.id
    assert "SENNA" in next(one for one in institutions(session) if one.id == stays.id).aliases


def test_everything_is_in_the_log(
    session: Session, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, stays = pair
    merged = merge(session, gone.id, stays.id, by=boss.id)
    undo_merge(session, merged.merge_id, by=boss.id, now=NOW)

    told = [(e.action, e.subject_id, e.actor_id) for e in session.exec(select(AuditEvent)).all()]

    assert told == [
        ("merge institution", gone.id, boss.id),
        ("take in institution", stays.id, boss.id),
        ("undo merge", gone.id, boss.id),
        ("undo merge", stays.id, boss.id),
    ]


class Story:
    """Each person has a stack of moves: choosing empties it, undoing takes one off."""

    def __init__(self, places: list[UUID]) -> None:
        self.at = list(places)
        self.moves: list[list[tuple[UUID, UUID, UUID]]] = [[] for _ in places]

    def merge(self, merge_id: UUID, gone: UUID, stays: UUID) -> None:
        for n, place in enumerate(self.at):
            if place == gone:
                self.moves[n].append((merge_id, gone, stays))
                self.at[n] = stays

    def undo(self, merge_id: UUID) -> None:
        for n, moves in enumerate(self.moves):
            for move in [move for move in moves if move[0] == merge_id]:
                moves.remove(move)
                self.at[n] = move[1] if self.at[n] == move[2] else self.at[n]

    def choose(self, n: int, place: UUID) -> None:
        if self.at[n] != place:
            self.moves[n] = []
        self.at[n] = place


STEPS = some.lists(
    some.tuples(
        some.sampled_from(["merge", "undo", "choose"]), some.integers(0, 2), some.integers(0, 2)
    ),
    max_size=10,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_whatever_happens_people_are_where_a_simple_story_says(
    session: Session, make: Make, boss: Account, steps: list[tuple[str, int, int]]
) -> None:
    country = make.institution().acronym[-2:]  # of its own, so that examples do not meet
    places = [make.institution(country=country) for _ in range(3)]
    people = [make.account(institution_id=place.id) for place in places]
    enrolments = [make.enrolment(person, make.edition()) for person in people]
    story, merged = Story([place.id for place in places]), list[UUID]()
    for step, a, b in steps:
        with suppress(RuleBroken, Conflict, NotFound):
            if step == "merge":
                merged.append(merge(session, places[a].id, places[b].id, by=boss.id).merge_id)
                story.merge(merged[-1], places[a].id, places[b].id)
            elif step == "undo":
                done = undo_merge(
                    session, merged[a] if a < len(merged) else boss.id, by=boss.id, now=NOW
                )
                story.undo(done.merge_id)
            elif fresh(session, places[b]).merged_into_id is None:
                chooses(session, people[a], places[b])
                story.choose(a, places[b].id)

    assert [fresh(session, person).institution_id for person in people] == story.at
    assert [fresh(session, e).institution_id for e in enrolments] == [p.id for p in places]


def test_an_alias_of_both_is_there_once(
    session: Session, boss: Account, pair: tuple[Institution, Institution]
) -> None:
    gone, stays = pair
    add_alias(session, stays.id, "Servicio Nacional de Aprendizaje", by=boss.id)

    merge(session, gone.id, stays.id, by=boss.id)

    (one,) = institutions(session)
    assert sorted(one.aliases) == ["SENNA", "Servicio Nacional", "Servicio Nacional de Aprendizaje"]
