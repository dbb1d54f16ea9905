"""Deleting an account: nothing personal stays but what is declared to, and no figure changes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import obstore
import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from app.core import files
from app.core.db import changing, reading
from app.core.errors import NotFound, RuleBroken
from app.core.ids import uuid7
from app.jobs.tidying import tidy_up
from app.models import (
    Account,
    AccountDeletion,
    Audience,
    AuditEvent,
    CapstoneVersion,
    Certificate,
    CertificateStatus,
    EditionStaff,
    Enrolment,
    EnrolmentStatus,
    Gender,
    Message,
    SignIn,
)
from app.queries.account_list import Wanted, accounts
from app.queries.announcements import Target, recipients
from app.queries.capstones import members, sections
from app.queries.figures import Counting
from app.queries.installation import findings, miscounted
from app.queries.reports import annual_report
from app.queries.statistics import Filters, figures
from app.queries.versions import Snapshot
from app.services.audit import record
from app.services.deletions import GRACE, NOTICE, ask_to_delete, delete_account
from app.services.enrolments import change_status
from app.services.sign_ins import begin_sign_in
from tests.canaries import Canaries, everything
from tests.make import NOW, Make

SOON = timedelta(seconds=1)


def deleted(account: Account, *, with_certificates: bool = False) -> None:
    with changing() as session:
        delete_account(
            session, account.id, with_certificates=with_certificates, by=account.id, now=NOW
        )


def test_what_goes_with_the_account_is_nowhere_and_the_rest_is_what_stays(
    session: Session,
) -> None:
    mine, others = Canaries(session), Canaries(session)
    obstore.put(files.store(), mine.rows["stored_file"]["key"], b"x")

    with changing() as changes:
        delete_account(changes, mine.account["id"], by=None, now=NOW)

    left = everything(session)
    lasting = {c for c in mine.seeded if mine.said(c).kept.outlasts_the_account}
    remains = {column for column, value in mine.seeded.items() if value in left}
    gone = {column for column, value in others.seeded.items() if value not in left}
    print(f"{len(mine.seeded)} columns seeded, {len(remains ^ lasting) + len(gone)} violations")
    assert remains == lasting
    assert gone == set()


def test_the_row_that_stays_is_nobodys(make: Make, session: Session) -> None:
    ana = make.account(
        email="ana@example.org",
        gender=Gender.ANOTHER,
        institution_id=make.institution().id,
        password_hash="x",
        calendar_generation=4,
    )

    deleted(ana)

    session.refresh(ana)
    assert ana.email.startswith("deleted-")
    assert (ana.name, ana.gender, ana.institution_id) == (
        "Deleted account",
        Gender.NOT_ANSWERED,
        None,
    )
    assert (ana.password_hash, ana.calendar_generation, ana.country) == (None, 5, "ZZ")
    assert make.account(email="ana@example.org").id != ana.id


def test_an_enrolment_keeps_what_figures_need_and_counts_agree(
    make: Make, session: Session
) -> None:
    edition = make.edition()
    enrolment = make.counted(make.completed(edition, country="UY"))

    deleted(session.get_one(Account, enrolment.account_id))

    session.refresh(enrolment)
    assert (enrolment.status, enrolment.gender, enrolment.country) == (
        EnrolmentStatus.COMPLETED,
        Gender.WOMAN,
        "UY",
    )
    assert miscounted(session) == 0


def test_who_waits_for_a_place_waits_no_more(make: Make, session: Session) -> None:
    enrolment = make.counted(
        make.enrolment(make.account(), make.edition(), status=EnrolmentStatus.APPLIED)
    )

    deleted(session.get_one(Account, enrolment.account_id))

    session.refresh(enrolment)
    assert enrolment.status is EnrolmentStatus.WITHDRAWN
    assert miscounted(session) == 0


def test_a_certificate_stays_as_it_was_printed(make: Make, session: Session) -> None:
    given = make.certificate()
    owner = session.get_one(Account, session.get_one(Enrolment, given.enrolment_id).account_id)
    name = owner.name

    deleted(owner)

    session.refresh(given)
    assert (given.status, given.facts["recipient"]) == (CertificateStatus.REQUESTED, name)


def test_certificates_go_as_well_if_the_person_wants_it(make: Make, session: Session) -> None:
    given = make.certificate()
    owner = session.get_one(Account, session.get_one(Enrolment, given.enrolment_id).account_id)
    name = owner.name

    deleted(owner, with_certificates=True)

    session.refresh(given)
    assert given.status is CertificateStatus.REVOKED
    assert name not in everything(session)


def test_the_texts_of_a_team_stay_without_the_name(make: Make, session: Session) -> None:
    team = make.team(make.edition())
    ana, ben = make.teammate(team, name="Ana Ruiz"), make.teammate(team, name="Ben Sosa")
    capstone = make.capstone(team)
    section = next(iter(sections(session, capstone.id)))
    version = make.version(capstone, submitted_by_id=ana.id)
    session.execute(
        CapstoneVersion.metadata.tables["capstone_section"].update().values(saved_by_id=ana.id)
    )

    deleted(ana)

    session.expire_all()
    written = sections(session, capstone.id)[section]
    kept = session.get_one(CapstoneVersion, version.id)
    names = [member.name for member in Snapshot.read(kept.content).members]
    assert (written.saved_by, written.body != "") == ("Former member", True)
    assert [member.name for member in members(session, team.id)] == [ben.name]
    assert names == ["Former member", "Ben Sosa"]
    assert "Ana Ruiz" not in everything(session)


def test_the_last_administrator_stays(make: Make, session: Session) -> None:
    last = make.administrator()

    with pytest.raises(RuleBroken, match="last administrator"):
        deleted(last)
    with pytest.raises(RuleBroken, match="last administrator"), changing() as changes:
        ask_to_delete(changes, last.id, with_certificates=False, now=NOW)

    make.administrator()
    deleted(last)
    session.refresh(last)
    assert last.platform_role is None


def test_what_the_person_did_stays_in_the_log_by_number(make: Make, session: Session) -> None:
    ana = make.coordinator()
    record(session, ana.id, "change edition", "edition", None)
    session.flush()

    deleted(ana)

    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    assert [(e.actor_id, e.action) for e in events] == [
        (ana.id, "change edition"),
        (ana.id, "delete account"),
    ]


def test_nobody_comes_in_any_more(make: Make, session: Session) -> None:
    """Also not who had shown the password when it was deleted."""
    ana = make.account()
    deleted(ana)

    with pytest.raises(NotFound), changing() as changes:
        begin_sign_in(changes, ana.id, browser="", keep=True, now=NOW)

    assert session.exec(select(SignIn)).all() == []


def test_twice_is_once(make: Make) -> None:
    ana = make.account()
    deleted(ana)

    with pytest.raises(NotFound):
        deleted(ana)


def test_nothing_is_written_to_who_is_gone(make: Make, session: Session) -> None:
    enrolment = make.enrolment(make.account(), make.edition())
    owner = session.get_one(Account, enrolment.account_id)
    deleted(owner)
    session.expire_all()

    with changing() as changes:
        from app.services.notifications import welcome  # noqa: PLC0415 -- any message does

        welcome(changes, changes.get_one(Account, owner.id))

    assert session.exec(select(func.count()).select_from(Message)).one() == 0


def test_no_list_of_accounts_and_no_news_has_them(make: Make, session: Session) -> None:
    edition = make.edition()
    ana, ben = make.participant(edition), make.participant(edition)
    deleted(ana)

    listed = accounts(session, Wanted(), page=1)
    everybody = recipients(session, edition.id, Target(Audience.EVERYBODY), without=uuid7())

    assert [line.id for line in listed] == [ben.id]
    assert [person.id for person in everybody] == [ben.id]


# --- The days of grace


def asked(account: Account) -> None:
    with changing() as session:
        ask_to_delete(session, account.id, with_certificates=False, now=NOW)


def subjects(session: Session) -> list[str]:
    return [m.subject for m in session.exec(select(Message).order_by(col(Message.id)))]


def test_the_account_goes_on_its_day_and_not_before(make: Make, session: Session) -> None:
    ana = make.account(email="ana@example.org")
    make.saved(SignIn(account_id=ana.id, token_hash="h", expires_at=NOW + timedelta(days=30)))
    asked(ana)
    assert session.exec(select(SignIn)).all() == []

    tidy_up(NOW + GRACE - SOON)
    session.refresh(ana)
    assert ana.email == "ana@example.org"

    tidy_up(NOW + GRACE)
    session.refresh(ana)
    assert ana.deleted_at == NOW + GRACE
    assert subjects(session) == []


def test_the_person_is_told_at_once_and_once_more_before(make: Make, session: Session) -> None:
    asked(make.account())
    told = []
    for moment in (NOW, NOW + GRACE - NOTICE - SOON, NOW + GRACE - NOTICE, NOW + GRACE - SOON):
        tidy_up(moment)
        told.append(len(subjects(session)))

    assert told == [1, 1, 2, 2]
    assert set(subjects(session)) == {"Your account will be deleted"}


def test_signing_in_calls_it_off(make: Make, session: Session) -> None:
    ana = make.account(email="ana@example.org")
    asked(ana)

    def signed_in(*, due: bool) -> int:
        with changing() as changes:
            begin_sign_in(changes, ana.id, browser="", keep=False, second_step_due=due, now=NOW)
        return session.exec(select(func.count()).select_from(AccountDeletion)).one()

    assert signed_in(due=True) == 1  # half a sign-in is nobody yet
    assert signed_in(due=False) == 0
    tidy_up(NOW + GRACE)
    session.refresh(ana)
    assert ana.email == "ana@example.org"
    assert subjects(session)[-1] == "Your account stays"


def test_of_two_administrators_who_go_at_once_one_stays(make: Make, session: Session) -> None:
    both = [make.administrator(), make.administrator()]
    together = Barrier(2)

    def go(account: Account) -> bool:
        together.wait()
        try:
            deleted(account)
        except RuleBroken:
            return False
        return True

    for _again in range(3):
        with ThreadPoolExecutor(2) as threads:
            gone = list(threads.map(go, both))
        session.expire_all()
        assert sum(gone) == 1
        both = [one for one in both if one.deleted_at is None] + [make.administrator()]


def test_who_became_the_last_administrator_meanwhile_stays(make: Make, session: Session) -> None:
    one, other = make.administrator(), make.administrator()
    asked(one)
    deleted(other)

    tidy_up(NOW + GRACE)

    session.refresh(one)
    assert one.deleted_at is None
    assert session.exec(select(AccountDeletion)).all() == []


def test_no_place_is_counted_twice(make: Make, session: Session) -> None:
    """Somebody who is deleted after they were moved keeps the last status."""
    enrolment = make.counted(make.enrolment(make.account(), make.edition()))
    with changing() as changes:
        moved = changes.get_one(Enrolment, enrolment.id)
        change_status(changes, moved, EnrolmentStatus.COMPLETED, now=NOW)

    deleted(session.get_one(Account, enrolment.account_id))

    assert miscounted(session) == 0


def test_no_figure_of_2022_changes_and_the_doctor_finds_nothing(loaded: str) -> None:
    """Of people who took part twice, who have certificates, and of a tutor."""
    del loaded
    before = reported()
    with reading() as session:
        twice = session.exec(
            select(Enrolment.account_id)
            .where(Enrolment.reporting_year == 2022)
            .group_by(col(Enrolment.account_id))
            .having(func.count() > 1)
            .limit(2)
        ).all()
        certified = session.exec(
            select(Enrolment.account_id)
            .join(Certificate, col(Certificate.enrolment_id) == col(Enrolment.id))
            .where(Enrolment.reporting_year == 2022)
            .limit(3)
        ).all()
        tutor = session.exec(select(EditionStaff.account_id).limit(1)).one()

    gone = {*twice, *certified, tutor}
    for account_id in gone:
        with changing() as session:
            delete_account(session, account_id, with_certificates=True, by=None, now=NOW)

    assert len(gone) > 3
    assert reported() == before


def reported() -> object:
    """The report, how many people there are, and what the doctor finds."""
    with reading() as session:
        people = figures(
            session, Filters(year=2022), counting=Counting.PEOPLE, only_institution=None
        )
        troubles = [f.sentence for f in findings(session, now=NOW, deep=True) if not f.fine]
        return annual_report(session, 2022, mode=None, now=NOW), people, troubles
