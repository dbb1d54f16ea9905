"""What people propose for the list, and what becomes of it."""

import pytest
from sqlmodel import Session, select

from app.core.errors import Conflict, NotAllowed, RuleBroken
from app.models import (
    Account,
    AuditEvent,
    Institution,
    InstitutionProposal,
    Message,
    ProposalState,
)
from app.queries.institution_proposals import how_many_wait, queue, waiting_of
from app.queries.institutions import institutions, meant_by
from app.services.institution_proposals import (
    Proposed,
    accept_as_alias,
    accept_as_new,
    accept_change,
    decline,
    propose_change,
    settle_institution,
)
from app.services.institutions import InstitutionTerms, LooksLikeAnother
from tests.make import NOW, Make


@pytest.fixture
def boss(make: Make) -> Account:
    return make.coordinator()


@pytest.fixture
def sena(make: Make) -> Institution:
    return make.institution(acronym="SENA", name="National Learning Service", country="CO")


def proposes(session: Session, account: Account, name: str, acronym: str = "") -> Account:
    settle_institution(session, account.id, Proposed(name, acronym))
    session.flush()
    return account


def told(session: Session) -> list[tuple[str, str]]:
    session.expire_all()
    return [(m.kind, m.language) for m in session.exec(select(Message)).all()]


def at(session: Session, *accounts: Account) -> list[object]:
    for account in accounts:
        session.refresh(account)
    return [account.institution_id for account in accounts]


def test_all_who_proposed_the_same_get_it_and_are_told(
    session: Session, make: Make, boss: Account
) -> None:
    ana = proposes(session, make.account(language="es"), "Escuela Única", "EU")
    eva = proposes(session, make.account(language="fr"), "ESCUELA UNICA")
    other = proposes(session, make.account(country="PE"), "Escuela Única")
    seen = queue(session)

    assert [(one.country, one.people) for one in seen] == [("CO", 2), ("PE", 1)]
    assert how_many_wait(session) == 2
    terms = InstitutionTerms("EU", "Escuela Única de Colombia", "CO")
    assert accept_as_new(session, seen[0].id, terms, by=boss.id, now=NOW) == 2

    (added,) = institutions(session)
    assert at(session, ana, eva, other) == [added.id, added.id, None]
    assert added.aliases == ("Escuela Única",)
    assert told(session) == [("institution accepted", "es"), ("institution accepted", "fr")]
    assert how_many_wait(session) == 1
    actions = [event.action for event in session.exec(select(AuditEvent)).all()]
    assert actions == ["add institution", "add alias", "accept institution proposal"]


def test_a_known_one_gets_another_name(
    session: Session, make: Make, boss: Account, sena: Institution
) -> None:
    ana = proposes(session, make.account(), "Servicio de Aprendizaje")
    (seen,) = queue(session)
    abroad = make.institution(country="PE")

    with pytest.raises(RuleBroken, match="same country"):
        accept_as_alias(session, seen.id, abroad.id, by=boss.id, now=NOW)
    accept_as_alias(session, seen.id, sena.id, by=boss.id, now=NOW)

    assert at(session, ana) == [sena.id]
    found = meant_by("servicio de aprendizaje", institutions(session))
    assert found is not None
    assert found.id == sena.id


def test_declining_leaves_the_list_and_says_why(
    session: Session, make: Make, boss: Account
) -> None:
    ana = proposes(session, make.account(), "Mi casa")
    (seen,) = queue(session)

    assert decline(session, seen.id, reason="It is no institution.", by=boss.id, now=NOW) == 1

    session.expire_all()
    message = session.exec(select(Message)).one()
    assert "It is no institution." in message.body
    assert (at(session, ana), institutions(session), queue(session)) == ([None], [], [])
    with pytest.raises(Conflict, match="meantime"):
        decline(session, seen.id, by=boss.id, now=NOW)


def test_the_last_word_of_a_person_counts(
    session: Session, make: Make, boss: Account, sena: Institution
) -> None:
    ana = proposes(session, make.account(), "Mi casa", "MC")
    proposes(session, ana, "mi  casa".replace("  ", " "))
    waiting = waiting_of(session, ana.id)
    assert waiting is not None
    assert (waiting.name, waiting.acronym) == ("mi casa", "MC")
    proposes(session, ana, "Otra casa")
    assert [(one.name, one.acronym) for one in queue(session)] == [("Otra casa", "")]

    ana.institution_id = sena.id
    session.add(ana)
    session.flush()
    settle_institution(session, ana.id, Proposed("Otra casa"))
    session.flush()

    assert queue(session) == []
    assert waiting_of(session, ana.id) is None
    assert boss.institution_id is None


def test_whoever_chose_another_meanwhile_keeps_it(
    session: Session, make: Make, boss: Account, sena: Institution
) -> None:
    ana = proposes(session, make.account(), "Mi casa")
    (seen,) = queue(session)
    ana.institution_id = sena.id  # by another way than the person's own page
    session.add(ana)
    session.flush()

    terms = InstitutionTerms("MC", "Mi casa", "CO")
    assert accept_as_new(session, seen.id, terms, by=boss.id, now=NOW) == 0
    assert at(session, ana) == [sena.id]
    assert told(session) == []


@pytest.mark.usefixtures("sena")
def test_a_proposal_that_looks_like_a_known_one_is_asked_about(
    session: Session, make: Make, boss: Account
) -> None:
    proposes(session, make.account(), "National Learning Services")
    (seen,) = queue(session)
    terms = InstitutionTerms("NLS", "National Learning Services", "CO")

    with pytest.raises(LooksLikeAnother):
        accept_as_new(session, seen.id, terms, by=boss.id, now=NOW)
    assert accept_as_new(session, seen.id, terms, by=boss.id, now=NOW, sure=True) == 1


def test_a_focal_point_proposes_and_does_not_decide(
    session: Session, make: Make, boss: Account, sena: Institution
) -> None:
    focal, stranger = make.focal(sena), make.focal(make.institution())

    with pytest.raises(NotAllowed):
        propose_change(session, sena.id, "El Servicio", as_alias=True, by=stranger.id)
    propose_change(session, sena.id, "El Servicio", as_alias=True, by=focal.id)
    propose_change(session, sena.id, "Servicio Nacional", as_alias=False, by=focal.id)
    with pytest.raises(RuleBroken, match="proposed already"):
        propose_change(session, sena.id, "el servicio", as_alias=True, by=focal.id)
    with pytest.raises(RuleBroken, match="called so already"):
        propose_change(session, sena.id, "sena", as_alias=True, by=focal.id)
    assert institutions(session, only=sena.id)[0].written == ("SENA", "National Learning Service")

    for one in queue(session):
        accept_change(session, one.id, by=boss.id, now=NOW)

    (now,) = institutions(session, only=sena.id)
    assert now.name == "Servicio Nacional"
    assert sorted(now.aliases) == ["El Servicio", "National Learning Service"]
    assert told(session) == [("institution name decided", "en")] * 2


def test_a_name_of_another_is_not_proposed_and_only_so_many_wait(
    session: Session, make: Make, sena: Institution
) -> None:
    focal = make.focal(sena)
    make.institution(acronym="INA", name="Instituto", country="CO")

    with pytest.raises(RuleBroken, match="a name of INA"):
        propose_change(session, sena.id, "instituto", as_alias=False, by=focal.id)
    for n in range(5):
        propose_change(session, sena.id, f"Name {n}", as_alias=True, by=focal.id)
    with pytest.raises(RuleBroken, match="are waiting"):
        propose_change(session, sena.id, "Name 6", as_alias=True, by=focal.id)


def test_a_decision_is_kept_with_its_proposal(session: Session, make: Make, boss: Account) -> None:
    proposes(session, make.account(), "Mi casa")
    decline(session, queue(session)[0].id, by=boss.id, now=NOW)

    kept = session.exec(select(InstitutionProposal)).one()
    assert (kept.state, kept.decided_by_id, kept.decided_at) == (
        ProposalState.DECLINED,
        boss.id,
        NOW,
    )
