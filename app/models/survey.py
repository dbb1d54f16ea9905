"""A survey: what it asks, and what was answered: by whom, or counted so that nobody can tell."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Field, SQLModel, UniqueConstraint

from app.core.db import Table, Texts, localized, stored_as_text
from app.core.i18n import choose
from app.core.personal import Kept, Seen, Why, personal

FEWEST_POINTS, MOST_POINTS = 3, 10

#: What was chosen, and how often, by the group of those who chose; "people" is how many answered.
Counts = dict[str, dict[str, int]]
PEOPLE = "people"

_NOBODYS = personal(why=Why.FIGURES, kept=Kept.FIGURES, seen=Seen.STAFF, of_others=True)
_OWN = personal(why=Why.LEARNING, kept=Kept.ACCOUNT, seen=Seen.STAFF)


class SurveyKind(StrEnum):
    SCALE = "scale"
    ONE = "one"
    SEVERAL = "several"
    SHORT = "short"
    LONG = "long"

    @property
    def is_text(self) -> bool:
        return self in {SurveyKind.SHORT, SurveyKind.LONG}

    @property
    def has_options(self) -> bool:
        return self in {SurveyKind.ONE, SurveyKind.SEVERAL}


class SplitBy(StrEnum):
    """By what the answers to a question are told apart. Never by two things at once."""

    NOTHING = "nothing"
    GENDER = "gender"
    COUNTRY = "country"


class Survey(Table, table=True):
    activity_id: UUID = Field(foreign_key="activity.id", unique=True, ondelete="CASCADE")
    anonymous: bool = Field(default=True, description="fixed by the first answer")
    opens_at: datetime | None = None
    closes_at: datetime | None = Field(default=None, description="for good, once answered")
    shows_results: bool = Field(default=False, description="to participants, when it is closed")

    def is_closed(self, now: datetime) -> bool:
        return self.closes_at is not None and self.closes_at <= now

    def is_open(self, now: datetime) -> bool:
        return (self.opens_at is None or self.opens_at <= now) and not self.is_closed(now)


class SurveyQuestion(Table, table=True):
    """What is asked. Choices are known by their place, points of a scale by their number."""

    __table_args__ = (
        UniqueConstraint("survey_id", "position"),
        CheckConstraint("points BETWEEN 3 AND 10", name="a_scale"),
    )

    survey_id: UUID = Field(foreign_key="survey.id", ondelete="CASCADE")
    position: int
    kind: SurveyKind = Field(sa_type=stored_as_text(SurveyKind))
    required: bool = False
    split_by: SplitBy = Field(default=SplitBy.NOTHING, sa_type=stored_as_text(SplitBy))
    text: Texts = localized()
    points: int = Field(default=5, description="of a scale")
    low: Texts = localized(description="what the lowest point means")
    high: Texts = localized(description="what the highest point means")
    options: list[Texts] = Field(default_factory=list, sa_type=JSON)

    @property
    def values(self) -> list[int]:
        """All that can be chosen, in order."""
        if self.kind is SurveyKind.SCALE:
            return list(range(1, self.points + 1))
        return list(range(len(self.options)))

    def choices(self, language: str) -> list[tuple[str, str]]:
        """Values and words, for a control."""
        return [(str(n), choose(words, language)) for n, words in enumerate(self.options)]

    def lacks(self, languages: list[tuple[str, str]]) -> list[str]:
        """The names of those languages in which it is not written."""
        return [name for code, name in languages if not self.text.get(code)]


class SurveyTaken(SQLModel, table=True):
    """That somebody has answered a survey, and on which day: never what."""

    __tablename__ = "survey_taken"
    __table_args__ = ({"sqlite_with_rowid": False},)  # no row says which came before which

    survey_id: UUID = Field(primary_key=True, foreign_key="survey.id", ondelete="CASCADE")
    enrolment_id: UUID = Field(
        primary_key=True, foreign_key="enrolment.id", ondelete="CASCADE", index=True
    )
    answered_on: date = Field(sa_column_kwargs=_OWN)


class SurveyBox(SQLModel, table=True):
    """What is kept of the answers to a question of an anonymous survey: sums, and loose texts.

    There is no row for a person. Each answer writes all boxes of the survey anew, in one go, with
    the texts shuffled, so that neither the order of rows nor of texts tells who came when.
    """

    __tablename__ = "survey_box"

    question_id: UUID = Field(
        primary_key=True, foreign_key="survey_question.id", ondelete="CASCADE"
    )
    counts: Counts = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs=_NOBODYS)
    texts: list[str] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs=_NOBODYS)


class SurveyAnswer(Table, table=True):
    """What somebody answered to a question of a survey that is not anonymous."""

    __table_args__ = (UniqueConstraint("question_id", "enrolment_id"),)

    question_id: UUID = Field(foreign_key="survey_question.id", ondelete="CASCADE")
    enrolment_id: UUID = Field(foreign_key="enrolment.id", ondelete="CASCADE", index=True)
    chosen: list[int] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs=_OWN)
    words: str = Field(default="", sa_column_kwargs=_OWN)
