"""How many took part: every figure from the records, as they were on admission."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.models import (
    Edition,
    Enrolment,
    EnrolmentCount,
    EnrolmentStatus,
    Gender,
    Institution,
    Mode,
)
from app.queries.figures import Counting, Dimension, EditionNamed, Group, InstitutionNamed, Part
from app.queries.statistics import Filters, figures, years
from app.queries.statistics_choices import choices
from tests.counting import statements
from tests.make import Make

D = Dimension
EARLIER, LATER = datetime(2022, 1, 10, tzinfo=UTC), datetime(2022, 9, 1, tzinfo=UTC)


def total(session: Session, filters: Filters | None = None, **given: UUID | Counting) -> Group:
    asked: dict[str, object] = {"only_institution": None, **given}
    return figures(session, filters or Filters(), **asked).total  # type: ignore[arg-type]  # -- as given


def parts(group: Group) -> tuple[int | None, ...]:
    return group.women, group.men, group.other, group.not_stated, group.total


def lines(session: Session, *by: Dimension, **given: object) -> dict[tuple[object, ...], Group]:
    filters = given.pop("filters", Filters())
    asked: dict[str, object] = {"only_institution": None, **given}
    (table,) = figures(session, filters, by, **asked).tables  # type: ignore[arg-type]  # -- as given
    return {tuple(getattr(key, "id", key) for key in group.keys): group for group in table.groups}


def test_the_five_answers_are_four_parts_that_add_up(session: Session, make: Make) -> None:
    edition = make.edition()
    for gender, size in zip(Gender, (5, 4, 3, 2, 1), strict=True):
        make.crowd(edition, size, gender=gender)

    assert parts(total(session)) == (5, 4, 3, 3, 15)


def test_reports_do_not_change_when_people_do(session: Session, make: Make) -> None:
    """Who moves to another country, job or gender next year was counted as they were."""
    edition, institution = make.edition(), make.institution(country="CO")
    account = make.account(country="CO", gender=Gender.WOMAN, institution_id=institution.id)
    make.counted(make.enrolment(account, edition))

    account.country, account.gender, account.institution_id = "BR", Gender.MAN, None
    make.saved(account)

    for counting in Counting:
        found = lines(session, D.COUNTRY, D.INSTITUTION, D.GENDER, counting=counting)
        assert found["CO", institution.id, Part.WOMEN].total == 1


def test_institutions_and_countries_of_the_total_are_counted_once(
    session: Session, make: Make
) -> None:
    one, other = make.edition(), make.edition()
    shared, own = make.institution(), make.institution()
    make.crowd(one, 2, country="CO", institution_id=shared.id)
    make.crowd(other, country="CO", institution_id=shared.id)
    make.crowd(other, country="PE", institution_id=own.id)

    found = lines(session, D.EDITION)
    everything = total(session)

    assert (found[one.id,].institutions, found[other.id,].institutions) == (1, 2)
    assert (everything.institutions, everything.countries, everything.total) == (2, 2, 4)


def test_institutions_that_nobody_recorded_are_not_zero_but_unknown(
    session: Session, make: Make
) -> None:
    edition = make.edition()
    make.crowd(edition, 2, institution_id=None)

    assert lines(session, D.EDITION)[edition.id,].institutions is None
    make.crowd(edition, 3, institution_id=make.institution().id)
    partly = lines(session, D.EDITION)[edition.id,]
    assert (partly.institutions, partly.without_institution) == (1, 2)


def test_a_line_for_each_answer_even_where_nobody_gave_it(session: Session, make: Make) -> None:
    edition = make.edition()
    make.crowd(edition, 2, country="UY", gender=Gender.WOMAN)

    found = lines(session, D.COUNTRY, D.GENDER)

    assert {key: group.total for key, group in found.items()} == {
        ("UY", Part.WOMEN): 2,
        ("UY", Part.MEN): 0,
        ("UY", Part.OTHER): 0,
        ("UY", Part.NOT_STATED): 0,
    }


def test_each_edition_has_a_line_for_each_answer(session: Session, make: Make) -> None:
    one, other = make.edition(), make.edition()
    make.crowd(one, gender=Gender.MAN)
    make.crowd(other, gender=Gender.ANOTHER)

    found = lines(session, D.GENDER, D.EDITION)

    assert set(found) == {(part, edition.id) for part in Part for edition in (one, other)}
    assert {key for key, group in found.items() if group.total} == {
        (Part.MEN, one.id),
        (Part.OTHER, other.id),
    }


def test_tables_cross_in_the_order_asked_for(session: Session, make: Make) -> None:
    edition = make.edition(reporting_year=2021)
    make.crowd(edition, 2, country="UY")
    make.crowd(edition, 1, country="CL")

    assert set(lines(session, D.YEAR, D.COUNTRY)) == {(2021, "UY"), (2021, "CL")}
    assert set(lines(session, D.COUNTRY, D.COURSE)) == {
        ("UY", edition.course_id),
        ("CL", edition.course_id),
    }


def test_lines_bring_their_names(session: Session, make: Make) -> None:
    institution = make.institution(acronym="IEFP", name="Instituto do Emprego", country="PT")
    course = make.course(title={"es": "Curso", "en": "Course"})
    edition = make.edition(course, starts_on=date(2022, 4, 6), ends_on=date(2022, 7, 29))
    make.crowd(edition, institution_id=institution.id)

    (by_both,) = figures(
        session, Filters(), (D.EDITION, D.INSTITUTION), only_institution=None
    ).tables

    assert by_both.groups[0].keys == (
        EditionNamed(edition.id, course.title, date(2022, 4, 6), date(2022, 7, 29)),
        InstitutionNamed(institution.id, "IEFP", "Instituto do Emprego", "PT"),
    )


class TestFilters:
    @pytest.fixture
    def wanted(self, make: Make) -> Enrolment:
        """One enrolment, and beside it one that differs in each respect."""
        course = make.course(mode=Mode.TUTOR_LED)
        edition = make.edition(course, reporting_year=2022, starts_on=date(2022, 3, 1))
        here: dict[str, Any] = {
            "country": "BO",
            "gender": Gender.MAN,
            "institution_id": make.institution().id,
        }
        (wanted,) = make.crowd(edition, **here)
        alone = make.course(mode=Mode.SELF_ADMINISTERED)
        make.crowd(make.edition(alone, reporting_year=2021, starts_on=None), **here)
        make.crowd(make.edition(reporting_year=2020, starts_on=date(2020, 1, 1)), **here)
        make.crowd(edition, **here | {"country": "PE"})
        make.crowd(edition, **here | {"gender": Gender.WOMAN})
        make.crowd(edition, **here | {"institution_id": make.institution().id})
        account = make.account(**here)
        make.counted(make.enrolment(account, edition, status=EnrolmentStatus.WITHDRAWN))
        return wanted

    @pytest.mark.parametrize("counting", Counting)
    def test_each_filter_leaves_out_what_differs(
        self, session: Session, wanted: Enrolment, counting: Counting
    ) -> None:
        def number(**given: object) -> int | None:
            return total(session, Filters(**given), counting=counting).total  # type: ignore[arg-type]  # -- as given

        assert number() == 6
        assert number(year=2022) == 4
        assert number(starts_from=date(2022, 1, 1)) == 4
        assert number(starts_to=date(2021, 12, 31)) == 1
        assert number(starts_from=date(2022, 3, 1), starts_to=date(2022, 3, 1)) == 4
        assert number(course_id=wanted.course_id) == 4
        assert number(edition_id=wanted.edition_id) == 4
        assert number(mode=Mode.SELF_ADMINISTERED) == 1
        assert number(country="PE") == 1
        assert number(institution_id=wanted.institution_id) == 5
        assert number(part=Part.WOMEN) == 1
        assert number(statuses=(EnrolmentStatus.WITHDRAWN,)) == 1
        assert number(statuses=tuple(EnrolmentStatus)) == 7

    @pytest.mark.parametrize("counting", Counting)
    def test_together_they_leave_one(
        self, session: Session, wanted: Enrolment, counting: Counting
    ) -> None:
        everything = Filters(
            year=2022,
            starts_from=date(2022, 3, 1),
            starts_to=date(2022, 3, 1),
            course_id=wanted.course_id,
            edition_id=wanted.edition_id,
            mode=Mode.TUTOR_LED,
            country="BO",
            institution_id=wanted.institution_id,
            part=Part.MEN,
        )

        found = figures(session, everything, counting=counting, only_institution=None)

        assert parts(found.total) == (0, 1, 0, 0, 1)
        assert found.editions == 1


class TestPeople:
    def test_a_person_counts_once_in_each_line_and_once_in_the_total(
        self, session: Session, make: Make
    ) -> None:
        one, other, person = make.edition(), make.edition(), make.account()
        make.counted(make.enrolment(person, one))
        make.counted(make.enrolment(person, other))
        make.crowd(other)

        found = lines(session, D.EDITION, counting=Counting.PEOPLE)

        assert (found[one.id,].total, found[other.id,].total) == (1, 2)
        assert total(session, counting=Counting.PEOPLE).total == 2
        assert total(session, counting=Counting.ENROLMENTS).total == 3

    def test_what_a_person_said_last_counts_and_the_parts_still_add_up(
        self, session: Session, make: Make
    ) -> None:
        person = make.account()
        before = make.edition(reporting_year=2021)
        after = make.edition(reporting_year=2022)
        # Written down in the other order: the admission decides.
        make.counted(make.enrolment(person, after, gender=Gender.ANOTHER, admitted_at=LATER))
        make.counted(make.enrolment(person, before, gender=Gender.WOMAN, admitted_at=EARLIER))

        assert parts(total(session, counting=Counting.PEOPLE)) == (0, 0, 1, 0, 1)
        earlier = total(session, Filters(year=2021), counting=Counting.PEOPLE)
        assert parts(earlier) == (1, 0, 0, 0, 1)

    def test_institutions_and_countries_are_all_that_their_enrolments_name(
        self, session: Session, make: Make
    ) -> None:
        person = make.account()
        for country in ("CO", "PE"):
            institution = make.institution(country=country)
            make.counted(
                make.enrolment(
                    person, make.edition(), country=country, institution_id=institution.id
                )
            )

        found = total(session, counting=Counting.PEOPLE)

        assert (found.total, found.institutions, found.countries) == (1, 2, 2)


@pytest.mark.parametrize("counting", Counting)
def test_a_focal_coordinator_is_told_of_no_one_elses_people(
    session: Session, make: Make, counting: Counting
) -> None:
    own, others, edition = make.institution(), make.institution(), make.edition()
    make.crowd(edition, 2, institution_id=own.id, country="BO")
    make.crowd(edition, 3, institution_id=others.id, country="PE")
    make.crowd(make.edition(), 4, institution_id=None)

    found = figures(
        session,
        Filters(institution_id=others.id),
        counting=counting,
        only_institution=own.id,
    )
    assert (found.total.total, found.editions) == (0, 0)
    assert total(session, only_institution=own.id, counting=counting).total == 2
    by_country = lines(session, D.COUNTRY, only_institution=own.id, counting=counting)
    assert set(by_country) == {("BO",)}


def test_enrolments_are_read_from_their_summary_alone(session: Session, make: Make) -> None:
    """Millions of enrolments must not slow the figures down."""
    make.crowd(make.edition())

    with statements() as sent:
        figures(session, Filters(year=2026), (D.EDITION,), (D.COUNTRY,), only_institution=None)

    assert len(sent) == 2
    assert [s for s in sent if "FROM enrolment " in s or "JOIN enrolment " in s] == []


def test_counts_that_fell_to_nothing_make_no_line(session: Session, make: Make) -> None:
    (enrolment,) = make.crowd(make.edition())
    row = session.get_one(
        EnrolmentCount,
        (enrolment.edition_id, EnrolmentStatus.ACTIVE, "CO", Gender.WOMAN, UUID(int=0)),
    )
    row.n = 0
    session.add(row)
    session.flush()

    assert lines(session, D.COUNTRY) == {}
    assert years(session, only_institution=None) == []


class TestChoices:
    @pytest.fixture
    def own(self, make: Make) -> Institution:
        return make.institution(acronym="OWN")

    @pytest.fixture
    def edition(self, make: Make, own: Institution) -> Edition:
        edition = make.edition(reporting_year=2022)
        make.crowd(edition, institution_id=own.id, country="BO")
        elsewhere = make.edition(reporting_year=2021)
        make.crowd(elsewhere, institution_id=make.institution(acronym="ELSE").id, country="PE")
        make.edition(reporting_year=2027)
        return edition

    @pytest.mark.usefixtures("edition")
    def test_years_are_those_with_participants_the_newest_first(
        self, session: Session, own: Institution
    ) -> None:
        assert years(session, only_institution=None) == [2022, 2021]
        assert years(session, only_institution=own.id) == [2022]

    def test_what_can_be_chosen_belongs_to_the_year(
        self, session: Session, edition: Edition
    ) -> None:
        offered = choices(session, Filters(year=2022), only_institution=None)

        assert [e.id for e in offered.editions] == [edition.id]
        assert offered.countries == ["BO"]
        assert [i.acronym for i in offered.institutions] == ["OWN"]

    @pytest.mark.usefixtures("edition")
    def test_what_was_chosen_stays_among_the_choices(self, session: Session, make: Make) -> None:
        older = make.edition(reporting_year=2019)
        asked = Filters(year=2022, edition_id=older.id)

        offered = choices(session, asked, only_institution=None)

        assert older.id in {e.id for e in offered.editions}

    def test_a_focal_coordinator_reads_no_other_institutions_names(
        self, session: Session, edition: Edition, own: Institution
    ) -> None:
        offered = choices(session, Filters(), only_institution=own.id)

        assert [i.acronym for i in offered.institutions] == ["OWN"]
        assert offered.countries == ["BO"]
        assert [e.id for e in offered.editions] == [edition.id]
