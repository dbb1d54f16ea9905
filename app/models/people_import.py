"""A list of people that is being taken into an edition: the file, what each row means, how far."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import JSON, Field, Index, UniqueConstraint

from app.core.db import Table, stored_as_text
from app.models.account import Gender
from app.models.enrolment import EnrolmentStatus


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
    account_id: UUID = Field(foreign_key="account.id", description="whose import it is")
    file_id: UUID | None = Field(default=None, foreign_key="stored_file.id")
    file_name: str = Field(max_length=200)
    language: str = Field(max_length=2, description="of the importer")
    status: ImportStatus = Field(
        default=ImportStatus.CHECKING, sa_type=stored_as_text(ImportStatus), index=True
    )
    trouble: str = Field(default="", max_length=500, description="why the file can't be read")
    rows: int = 0
    to_do: int = Field(default=0, description="rows with something to do")
    done: int = Field(default=0, description="of those, how many are behind us")
    figures: dict[str, int] = Field(
        default_factory=dict, sa_type=JSON, description="how many rows had which outcome"
    )
    tries: int = 0
    tried_at: datetime | None = Field(default=None, description="a worker's last sign of life")
    finished_at: datetime | None = None


class PeopleImportRow(Table, table=True):
    __table_args__ = (
        UniqueConstraint("import_id", "number"),
        Index(None, "import_id", "fate", "number"),
    )

    import_id: UUID = Field(foreign_key="people_import.id", ondelete="CASCADE")
    number: int = Field(description="the line of the file")
    email: str = Field(default="", max_length=254)
    name: str = Field(default="", max_length=250)
    country: str = Field(default="", max_length=2)
    institution_id: UUID | None = None  # looked for once more when the row is applied
    gender: Gender = Field(default=Gender.NOT_ANSWERED, sa_type=stored_as_text(Gender))
    language: str = Field(default="", max_length=2)
    status: EnrolmentStatus = Field(
        default=EnrolmentStatus.APPLIED, sa_type=stored_as_text(EnrolmentStatus)
    )
    fate: Fate = Field(sa_type=stored_as_text(Fate))
    troubles: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON, description="what is wrong, by key, with what it needs"
    )
    kept: list[str] = Field(
        default_factory=list, sa_type=JSON, description="what differs from what the person says"
    )
    is_done: bool = False
