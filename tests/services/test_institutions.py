"""An institution is in the list once, and its names mean no other of its country."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, select

from app.core import db
from app.core.errors import NotFound, RuleBroken
from app.models import Account, AliasKind, AuditEvent, Institution, InstitutionKind
from app.queries.institutions import institutions
from app.services.institutions import (
    InstitutionTerms,
    LooksLikeAnother,
    add_alias,
    add_institution,
    change_institution,
    remove_alias,
)
from tests.make import Make


@pytest.fixture
def boss(make: Make) -> Account:
    return make.coordinator()


@pytest.fixture
def sena(make: Make) -> Institution:
    return make.institution(acronym="SENA", name="National Learning Service", country="CO")


def terms(acronym: str, name: str, country: str = "CO", **given: object) -> InstitutionTerms:
    return InstitutionTerms(acronym, name, country, **given)  # type: ignore[arg-type]


@pytest.mark.usefixtures("sena")
@pytest.mark.parametrize(
    ("acronym", "name"),
    [("sena", "Another"), ("SÉNA", "Another"), ("XYZ", "national learning  service")],
)
def test_what_is_there_is_not_added_again(
    session: Session, boss: Account, acronym: str, name: str
) -> None:
    wanted = terms(acronym, " ".join(name.split()))

    with pytest.raises(RuleBroken, match="a name of SENA, Colombia"):
        add_institution(session, wanted, by=boss.id, sure=True)


@pytest.mark.usefixtures("sena")
def test_an_acronym_may_repeat_abroad(session: Session, boss: Account) -> None:
    added = add_institution(session, terms("SENA", "National Learning Service", "PE"), by=boss.id)

    assert [one.label for one in institutions(session)] == ["SENA, Colombia", "SENA, Peru"]
    assert added.kind is InstitutionKind.TRAINING


@pytest.mark.usefixtures("sena")
@pytest.mark.parametrize(
    ("acronym", "name", "is_alike"),
    [
        ("SENNA", "Something else", True),
        ("XYZ", "National Learning Services", True),
        ("XYZ", "The National Learning and Training Service of Colombia", True),
        ("XYZ", "Ministry of Labour", False),
        ("SN", "Service", False),
    ],
)
def test_what_looks_alike_is_asked_about(
    session: Session, boss: Account, acronym: str, name: str, is_alike: bool
) -> None:
    if is_alike:
        with pytest.raises(LooksLikeAnother) as doubt:
            add_institution(session, terms(acronym, name), by=boss.id)
        assert [one.acronym for one in doubt.value.likely] == ["SENA"]
    add_institution(session, terms(acronym, name), by=boss.id, sure=is_alike)

    assert len(institutions(session)) == 2


def test_a_change_says_what_changed_and_is_in_the_log(
    session: Session, boss: Account, sena: Institution
) -> None:
    wanted = terms("SENA", "Servicio Nacional de Aprendizaje", kind=InstitutionKind.OTHER)

    assert change_institution(session, sena.id, wanted, by=boss.id) == {"name", "kind"}
    assert change_institution(session, sena.id, wanted, by=boss.id) == set()
    (event,) = session.exec(select(AuditEvent)).all()
    assert (event.action, event.subject_id) == ("change institution", sena.id)
    assert event.details["before"] == {"kind": "training", "name": "National Learning Service"}


def test_an_alias_means_one_institution_of_its_country(
    session: Session, make: Make, boss: Account, sena: Institution
) -> None:
    other = make.institution(acronym="INA", name="Instituto", country="CO")
    abroad = make.institution(acronym="INA", name="Instituto", country="CR")
    add_alias(session, sena.id, "El Servicio", AliasKind.FORMER, by=boss.id)

    for words in ("EL SERVICIO", "sena", "National learning service"):
        with pytest.raises(RuleBroken, match="a name of SENA"):
            add_alias(session, other.id, words, by=boss.id)
    with pytest.raises(RuleBroken, match="called so already"):
        add_alias(session, sena.id, "Sena", by=boss.id)
    with pytest.raises(RuleBroken, match="a name of SENA"):
        add_institution(session, terms("EL SERVICIO", "Otro"), by=boss.id, sure=True)
    add_alias(session, abroad.id, "El Servicio", by=boss.id)
    with pytest.raises(RuleBroken, match="a name of SENA"):
        change_institution(session, abroad.id, terms("INA3", "Tres", "CO"), by=boss.id)


def test_an_alias_that_becomes_the_name_is_no_alias(
    session: Session, boss: Account, sena: Institution
) -> None:
    add_alias(session, sena.id, "El Servicio", by=boss.id)

    change_institution(session, sena.id, terms("SENA", "El Servicio"), by=boss.id)

    assert institutions(session)[0].aliases == ()


def test_an_alias_is_taken_away_at_its_own_institution_only(
    session: Session, make: Make, boss: Account, sena: Institution
) -> None:
    alias = add_alias(session, sena.id, "El Servicio", by=boss.id)

    with pytest.raises(NotFound):
        remove_alias(session, make.institution().id, alias.id, by=boss.id)
    remove_alias(session, sena.id, alias.id, by=boss.id)
    with pytest.raises(NotFound):
        remove_alias(session, sena.id, alias.id, by=boss.id)


def test_of_two_who_add_the_same_at_once_one_does(session: Session, boss: Account) -> None:
    def add(acronym: str) -> bool:
        try:
            with db.changing() as unit:
                add_institution(unit, terms(acronym, "Escuela Única"), by=boss.id)
        except RuleBroken:
            return False
        return True

    with ThreadPoolExecutor(3) as people:
        done = list(people.map(add, ["ESC", "ESCU", "EUN"]))

    assert sorted(done) == [False, False, True]
    assert len(institutions(session)) == 1
