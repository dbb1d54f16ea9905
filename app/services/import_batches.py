"""Some rows of a list of people, done together: all of them in one transaction or none."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import batched
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Session, col, select

from app.core.errors import Conflict, RuleBroken
from app.core.ids import uuid7
from app.core.zones import main_zone
from app.models import (
    PARTICIPANTS,
    Account,
    Course,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Fate,
    Institution,
    PeopleImport,
    PeopleImportRow,
    is_over,
)
from app.queries.accounts import nobody_yet
from app.queries.seats import seats_of
from app.services import import_news
from app.services.admissions import Judgement, decide
from app.services.audit import record
from app.services.enrolment_counts import count_all
from app.services.enrolments import change_status, note_all
from app.services.import_checks import (
    VERDICTS,
    Known,
    is_change,
    known_people,
    origin_of,
    takes_a_seat,
)

#: Rows applied in one transaction: few enough that nobody waits for it.
APPLIED_AT_ONCE = 250


class Batch:
    """Some rows of an import, done together in one transaction."""

    def __init__(
        self,
        session: Session,
        begun: PeopleImport,
        rows: Sequence[PeopleImportRow],
        *,
        now: datetime,
    ) -> None:
        self.session, self.begun, self.rows, self.now = session, begun, rows, now
        self.figures: Counter[str] = Counter()
        self.edition = session.exec(
            select(Edition).where(Edition.id == begun.edition_id).with_for_update(key_share=True)
        ).one()
        self.title = session.get_one(Course, self.edition.course_id).title
        self.seats = seats_of(session, self.edition, on=now.date())
        self.is_over = is_over(self.edition, now.date())  # of years ago nobody is told

    def do(self) -> None:
        emails = [row.email for row in self.rows]
        known = known_people(self.session, self.edition.id, emails)
        here = [r for r in self.rows if r.email in known and known[r.email][1] is not None]
        coming = [
            row
            for row in self.rows
            if row not in here and self._has_place(row, known.get(row.email))
        ]
        fresh = [row for row in coming if row.email not in known]
        if fresh:
            self._make_accounts(fresh)
            known |= known_people(self.session, self.edition.id, [row.email for row in fresh])
        self._change(here, known)
        self._enrol(coming, known, {row.email for row in fresh})

    def _has_place(self, row: PeopleImportRow, known: Known | None) -> bool:
        """Where the person comes from is what their account says, if they have one."""
        if row.status is not EnrolmentStatus.ACTIVE:
            return True
        if takes_a_seat(self.seats, origin_of(known[0] if known else row)):
            return True
        self.figures["no_place"] += 1
        return False

    def _make_accounts(self, rows: list[PeopleImportRow]) -> None:
        """Accounts without a password and without a role; one that was made meanwhile stays."""
        on_sqlite = self.session.get_bind().dialect.name == "sqlite"
        into = (insert_sqlite if on_sqlite else insert_postgresql)(Account)
        there = self._institutions(rows)
        emails = [row.email for row in rows]
        nobodys = delete(Account).where(col(Account.email).in_(emails), *nobody_yet())
        self.session.execute(nobodys.execution_options(synchronize_session=False))
        accounts = [
            Account(
                id=uuid7(),
                created_at=self.now,
                email=row.email,
                name=row.name,
                gender=row.gender,
                country=row.country,
                institution_id=row.institution_id if row.institution_id in there else None,
                language=row.language,
                timezone=main_zone(row.country),
            ).model_dump()
            for row in rows
        ]
        self.session.execute(into.on_conflict_do_nothing(index_elements=["email"]), accounts)

    def _institutions(self, rows: list[PeopleImportRow]) -> set[UUID]:
        wanted = {row.institution_id for row in rows if row.institution_id}
        return set(self.session.exec(select(Institution.id).where(col(Institution.id).in_(wanted))))

    def _enrol(
        self,
        rows: list[PeopleImportRow],
        known: dict[str, tuple[Account, EnrolmentStatus | None]],
        fresh: set[str],
    ) -> None:
        """Everybody at once; gender, country and institution as the person says, as always."""
        made: list[tuple[Enrolment, PeopleImportRow]] = []
        for row in rows:
            account, present = known[row.email]
            if present is None:
                made.append((self._enrolment(row, account), row))
        self.session.add_all(enrolment for enrolment, _row in made)
        self.session.flush()
        own = import_news.own_words(self.session)
        begun_with = [enrolment for enrolment, _row in made]
        count_all(self.session, begun_with)
        note_all(self.session, begun_with, by=self.begun.account_id, now=self.now)
        for enrolment, row in made:
            account = known[row.email][0]
            if row.status is EnrolmentStatus.WAITLISTED:
                by = self.begun.account_id
                change_status(self.session, enrolment, row.status, now=self.now, by=by)
            is_new = row.email in fresh
            if not self.is_over:
                import_news.enrolled(
                    self.session,
                    account,
                    self.title,
                    self.edition.id,
                    row.status,
                    is_new=is_new,
                    own=own,
                )
            record(
                self.session,
                self.begun.account_id,
                "import enrolment",
                "enrolment",
                enrolment.id,
                person=account.id,
                edition=self.edition.id,
                after={"status": enrolment.status},
            )
            self.figures["made_accounts" if is_new else "made_enrolments"] += 1

    def _enrolment(self, row: PeopleImportRow, account: Account) -> Enrolment:
        at_once = row.status in PARTICIPANTS
        languages = self.edition.languages
        return Enrolment(
            id=uuid7(),
            created_at=self.now,
            account_id=account.id,
            edition_id=self.edition.id,
            course_id=self.edition.course_id,
            reporting_year=self.edition.reporting_year,
            status=EnrolmentStatus.ACTIVE if at_once else EnrolmentStatus.APPLIED,
            gender=account.gender,
            country=account.country,
            institution_id=account.institution_id,
            language=row.language if row.language in languages else languages[0],
            admitted_at=self.now if at_once else None,
        )

    def _change(
        self,
        rows: list[PeopleImportRow],
        known: dict[str, tuple[Account, EnrolmentStatus | None]],
    ) -> None:
        """Decide about those who are in the edition, as by hand, where that still fits."""
        wanted: dict[EnrolmentStatus, list[UUID]] = {}
        for row in rows:
            account, present = known[row.email]
            fits = present is not None and is_change(row.status, present)
            if fits and row.fate is Fate.CHANGED and self._has_place(row, known[row.email]):
                wanted.setdefault(row.status, []).append(account.id)
        for status, accounts in wanted.items():
            ids = self.session.exec(
                select(Enrolment.id).where(
                    Enrolment.edition_id == self.edition.id,
                    col(Enrolment.account_id).in_(accounts),
                )
            ).all()
            judgement, by = Judgement(VERDICTS[status]), self.begun.account_id
            for some in batched(ids, APPLIED_AT_ONCE):
                try:
                    done = decide(
                        self.session,
                        self.edition.id,
                        some,
                        judgement,
                        by=by,
                        now=self.now,
                        quietly=self.is_over,
                    )
                except (Conflict, RuleBroken):
                    self.figures["no_place"] += len(some)
                else:
                    self.figures["made_changes"] += done.done
