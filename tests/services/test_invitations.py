"""Invitations, keys and nominations: the ways into an edition that are not open to all."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.core.errors import NotFound, RuleBroken
from app.jobs.queue import sweep
from app.models import (
    Account,
    AuditEvent,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    EnrolmentStep,
    Invitation,
    InvitationState,
    Message,
)
from app.queries.editions import terms_of
from app.services.editions import change_terms
from app.services.enrolments import Ticket, WrongKey, enrol, key_hash, nominate
from app.services.invitations import accept_invitation, invite, link_of, revoke_invitation
from tests.make import Make

DAY = date(2026, 6, 8)
NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)


def join(session: Session, account: Account, edition: Edition, **shown: Any) -> Enrolment:
    ticket = Ticket(**shown)
    return enrol(session, account, edition, language="en", on=DAY, now=NOW, ticket=ticket)


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(policy=EnrolmentPolicy.INVITATION)


def invited(session: Session, make: Make, edition: Edition, *emails: str) -> list[Invitation]:
    invite(session, edition.id, emails, language="en", by=make.coordinator().id, now=NOW)
    return list(session.exec(select(Invitation).order_by(Invitation.email)))


def secret(invitation: Invitation) -> str:
    return link_of(invitation.id, invitation.generation).rsplit("/", 1)[1]


def accept(
    session: Session, invitation: Invitation, account: Account, shown: str = ""
) -> Enrolment:
    return accept_invitation(
        session,
        invitation.id,
        shown or secret(invitation),
        account,
        language="en",
        on=DAY,
        now=NOW,
    )


def test_who_is_invited_comes_in_once_and_by_their_own_address(
    session: Session, make: Make, edition: Edition
) -> None:
    (one,) = invited(session, make, edition, "Ana@Example.org", "ana@example.org")
    ana, other = make.account(email="ana@example.org"), make.account()

    with pytest.raises(RuleBroken, match="another e-mail address"):
        accept(session, one, other)
    with pytest.raises(RuleBroken, match="link of an invitation"):
        join(session, ana, edition)
    first, second = accept(session, one, ana), accept(session, one, ana)

    assert first.id == second.id
    assert first.status is EnrolmentStatus.ACTIVE
    assert (one.state, one.accepted_by_id) == (InvitationState.ACCEPTED, ana.id)
    with pytest.raises(RuleBroken, match="has come in"):
        revoke_invitation(session, edition.id, one.id, by=ana.id, now=NOW)


def test_a_link_that_was_taken_back_changed_or_replaced_opens_nothing(
    session: Session, make: Make, edition: Edition
) -> None:
    one, two = invited(session, make, edition, "ana@example.org", "bob@example.org")
    ana, bob = make.account(email="ana@example.org"), make.account(email="bob@example.org")
    old = secret(two)
    invited(session, make, edition, "bob@example.org")
    session.refresh(two)

    revoke_invitation(session, edition.id, one.id, by=make.coordinator().id, now=NOW)
    for invitation, account, shown in (
        (one, ana, ""),
        (two, bob, old),
        (two, bob, secret(one)),
        (two, bob, "ñ"),
    ):
        with pytest.raises(NotFound):
            accept(session, invitation, account, shown)
    with pytest.raises(NotFound):
        revoke_invitation(session, make.edition().id, two.id, by=bob.id, now=NOW)
    with pytest.raises(NotFound):
        accept_invitation(session, uuid4(), old, bob, language="en", on=DAY, now=NOW)

    assert session.exec(select(Enrolment)).all() == []


def test_an_invitation_to_a_full_edition_leads_to_its_line(session: Session, make: Make) -> None:
    edition = make.edition(policy=EnrolmentPolicy.INVITATION, capacity=1)
    one, two = invited(session, make, edition, "ana@example.org", "bob@example.org")

    statuses = [
        accept(session, invitation, make.account(email=invitation.email)).status
        for invitation in (one, two)
    ]

    assert statuses == [EnrolmentStatus.ACTIVE, EnrolmentStatus.WAITLISTED]


def test_an_invitation_is_sent_by_the_worker_and_its_link_is_kept_nowhere(
    session: Session, make: Make, edition: Edition
) -> None:
    (one,) = invited(session, make, edition, "ana@example.org")
    sweep()
    session.refresh(one)

    kept = " ".join(str(row) for row in one.model_dump().values())
    assert one.state is InvitationState.SENT
    assert secret(one) not in kept
    assert "ana@example.org" not in str([e.details for e in session.exec(select(AuditEvent))])
    assert session.exec(select(Message)).all() == []


def test_the_key_opens_and_nothing_else_does(session: Session, make: Make) -> None:
    edition = make.edition(policy=EnrolmentPolicy.KEY, key_hash=key_hash("Mango 2026"))

    for wrong in ("", "mango", "mango 2027", key_hash("Mango 2026")):
        with pytest.raises(WrongKey):
            join(session, make.account(), edition, key=wrong)
    keyless = make.edition(policy=EnrolmentPolicy.KEY)
    with pytest.raises(WrongKey):
        join(session, make.account(), keyless, key="")

    assert (
        join(session, make.account(), edition, key=" mango 2026 ").status is EnrolmentStatus.ACTIVE
    )


def test_a_key_is_neither_kept_as_it_is_nor_told_by_the_audit_log(
    session: Session, make: Make
) -> None:
    edition = make.edition(policy=EnrolmentPolicy.OPEN)
    terms = terms_of(session, edition.id)
    by_key = type(terms)(
        **{**{n: getattr(terms, n) for n in terms.__slots__}, "policy": EnrolmentPolicy.KEY}
    )
    boss = make.coordinator()

    with pytest.raises(RuleBroken, match="Write the key"):
        change_terms(session, edition.id, by_key, by=boss.id, now=NOW)
    change_terms(session, edition.id, by_key, by=boss.id, now=NOW, key="mango 2026")

    session.refresh(edition)
    told = session.exec(select(AuditEvent)).one()
    assert edition.key_hash == key_hash("mango 2026")
    assert "mango" not in str(edition.model_dump()) + str(told.details)
    assert edition.key_hash not in str(told.details)


def test_an_institution_names_people_and_a_coordinator_decides(
    session: Session, make: Make
) -> None:
    sena = make.institution()
    edition, focal = make.edition(policy=EnrolmentPolicy.NOMINATION), make.focal(sena)
    ana = make.account(institution_id=sena.id)

    with pytest.raises(RuleBroken, match="institutions name"):
        join(session, ana, edition)
    place = nominate(session, ana, edition, by=focal.id, on=DAY, now=NOW)
    with pytest.raises(RuleBroken, match="already"):
        nominate(session, ana, edition, by=focal.id, on=DAY, now=NOW)
    with pytest.raises(RuleBroken, match="Nobody can be named"):
        nominate(session, make.account(), make.edition(), by=focal.id, on=DAY, now=NOW)

    step = session.exec(select(EnrolmentStep)).one()
    assert place.status is EnrolmentStatus.APPLIED
    assert (step.after, step.by_id) == (EnrolmentStatus.APPLIED, focal.id)
    assert [m.kind for m in session.exec(select(Message))] == ["nominated"]


def test_enrolment_opens_on_its_first_day_and_closes_after_its_last(make: Make) -> None:
    days = [date(2026, 6, d) for d in (7, 8, 10, 11)]
    edition = make.edition(enrol_from=days[1], enrol_until=days[2])

    assert [edition.is_open_for_enrolment(day) for day in days] == [False, True, True, False]
