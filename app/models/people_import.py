"""A list of people that is being taken into an edition: the file, what each row means, how far."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import JSON, Field, Index, UniqueConstraint

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, acting, impersonal, personal
from app.models.account import Gender
from app.models.enrolment import EnrolmentStatus

TAKEN_IN = personal(why=Why.ADMISSION, kept=Kept.DAY, seen=Seen.COORDINATORS)


class ImportStatus(StrEnum):
    CHECKING = "checking"  # the worker reads the file
    READY = "ready"  # somebody looks at what would be done
    APPLYING = "applying"  # the worker does it
    DONE = "done"
    REFUSED = "refused"  # the file can't be read
    FORGOTTEN = "forgotten"  # nobody confirmed it within a day, or it was thrown away


class Fate(StrEnum):
    """What becomes of a row."""

    NEW_PERSON = "new_person"  # an account is made, and an enrolment
    NEW_ENROLMENT = "new_enrolment"  # of a person we know
    CHANGED = "changed"  # somebody who is in the edition gets another status
    UNCHANGED = "unchanged"
    WRONG = "wrong"


#: The fates in which there is something to do.
TO_DO = (Fate.NEW_PERSON, Fate.NEW_ENROLMENT, Fate.CHANGED)


class PeopleImport(Table, table=True):
    """Its rows and its file are kept only until it is applied, a day at most."""

    edition_id: UUID = Field(foreign_key="edition.id", index=True, ondelete="CASCADE")
    account_id: UUID = Field(
        foreign_key="account.id", description="whose import it is", sa_column_kwargs=acting()
    )
    file_id: UUID | None = Field(default=None, foreign_key="stored_file.id")
    file_name: str = Field(max_length=200, sa_column_kwargs=impersonal())
    language: str = Field(
        max_length=2, description="of the importer", sa_column_kwargs=impersonal()
    )
    status: ImportStatus = Field(
        default=ImportStatus.CHECKING,
        sa_type=stored_as_text(ImportStatus),
        index=True,
        sa_column_kwargs=impersonal(),
    )
    trouble: str = Field(
        default="",
        max_length=500,
        description="why the file can't be read",
        sa_column_kwargs=impersonal(),
    )
    rows: int = Field(default=0, sa_column_kwargs=impersonal())
    to_do: int = Field(
        default=0, description="rows with something to do", sa_column_kwargs=impersonal()
    )
    done: int = Field(
        default=0, description="of those, how many are behind us", sa_column_kwargs=impersonal()
    )
    figures: dict[str, int] = Field(
        default_factory=dict,
        sa_type=JSON,
        description="how many rows had which outcome",
        sa_column_kwargs=impersonal(),
    )
    tries: int = Field(default=0, sa_column_kwargs=impersonal())
    tried_at: datetime | None = Field(
        default=None, description="a worker's last sign of life", sa_column_kwargs=impersonal()
    )
    finished_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())


class PeopleImportRow(Table, table=True):
    __table_args__ = (
        UniqueConstraint("import_id", "number"),
        Index(None, "import_id", "fate", "number"),
    )

    import_id: UUID = Field(foreign_key="people_import.id", ondelete="CASCADE")
    number: int = Field(description="the line of the file", sa_column_kwargs=impersonal())
    email: str = Field(
        default="",
        max_length=254,
        sa_column_kwargs=personal(
            why=Why.ADMISSION, kept=Kept.DAY, seen=Seen.COORDINATORS, finds=True
        ),
    )
    name: str = Field(default="", max_length=250, sa_column_kwargs=TAKEN_IN)
    country: str = Field(default="", max_length=2, sa_column_kwargs=TAKEN_IN)
    institution_id: UUID | None = Field(
        default=None, sa_column_kwargs=impersonal()
    )  # looked for once more when the row is applied
    gender: Gender = Field(
        default=Gender.NOT_ANSWERED, sa_type=stored_as_text(Gender), sa_column_kwargs=TAKEN_IN
    )
    language: str = Field(default="", max_length=2, sa_column_kwargs=TAKEN_IN)
    status: EnrolmentStatus = Field(
        default=EnrolmentStatus.APPLIED,
        sa_type=stored_as_text(EnrolmentStatus),
        sa_column_kwargs=TAKEN_IN,
    )
    fate: Fate = Field(sa_type=stored_as_text(Fate), sa_column_kwargs=impersonal())
    troubles: list[dict[str, Any]] = Field(
        default_factory=list,
        sa_type=JSON,
        description="what is wrong, by key, with what it needs",
        sa_column_kwargs=impersonal(),
    )
    kept: list[str] = Field(
        default_factory=list,
        sa_type=JSON,
        description="what differs from what the person says",
        sa_column_kwargs=TAKEN_IN,
    )
    is_done: bool = Field(default=False, sa_column_kwargs=impersonal())
