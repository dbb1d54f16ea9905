"""An institution of the network: acronyms repeat, so each is shown with its country."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import JSON, Field, Index, SQLModel, UniqueConstraint, text

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal

PROPOSED = personal(why=Why.KNOWN, kept=Kept.ACCOUNT, seen=Seen.COORDINATORS)


class InstitutionKind(StrEnum):
    TRAINING = "training"  # a vocational training institution: most of the network
    MINISTRY = "ministry"  # a ministry, or a public service of one
    EMPLOYERS = "employers"
    WORKERS = "workers"
    OTHER = "other"  # a centre, a university, or anything else


class AliasKind(StrEnum):
    SPELLING = "spelling"
    FORMER = "former"
    LANGUAGE = "language"  # its name in another language


class ProposalKind(StrEnum):
    NEW = "new"  # somebody works at an institution that is not in the list
    CHANGE = "change"  # a focal point asks for another name of the own institution


class ProposalState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Institution(Table, table=True):
    """A row is never deleted: what was merged into another stays, for who was admitted from it."""

    __table_args__ = (UniqueConstraint("acronym", "country"),)

    acronym: str = Field(max_length=40)
    name: str = Field(max_length=200)
    country: str = Field(max_length=2, index=True, description="ISO 3166-1 alpha-2")
    kind: InstitutionKind = Field(
        default=InstitutionKind.TRAINING, sa_type=stored_as_text(InstitutionKind)
    )
    is_example: bool = Field(default=False, description="invented for the demonstration")
    needs_review: bool = Field(default=False, description="somebody should look at it again")
    merged_into_id: UUID | None = Field(
        default=None,
        foreign_key="institution.id",
        index=True,
        description="the one that took its place; not offered in choices any more",
    )


class InstitutionAlias(Table, table=True):
    """Another way of writing an institution; in its country it means no other one."""

    __table_args__ = (UniqueConstraint("country", "key"),)

    institution_id: UUID = Field(foreign_key="institution.id", index=True, ondelete="CASCADE")
    country: str = Field(max_length=2, description="the institution's, copied")
    words: str = Field(max_length=200)
    key: str = Field(max_length=400, description="the words as `folded` gives them")
    kind: AliasKind = Field(default=AliasKind.SPELLING, sa_type=stored_as_text(AliasKind))


class InstitutionMerge(Table, table=True):
    """That one institution took another's place, and what is needed to take that back."""

    gone_id: UUID = Field(foreign_key="institution.id", index=True)
    stays_id: UUID = Field(foreign_key="institution.id", index=True)
    by_id: UUID | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    undone_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())
    undone_by_id: UUID | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    aliases_moved: list[str] = Field(
        default_factory=list, sa_type=JSON, description="their ids", sa_column_kwargs=impersonal()
    )
    aliases_made: list[str] = Field(
        default_factory=list, sa_type=JSON, description="their ids", sa_column_kwargs=impersonal()
    )
    proposals_moved: list[str] = Field(
        default_factory=list, sa_type=JSON, description="their ids", sa_column_kwargs=impersonal()
    )


class Belonging(StrEnum):
    """What of an account points to an institution."""

    WORKS_AT = "works at"
    COORDINATES = "coordinates"


class InstitutionMove(SQLModel, table=True):
    """An account that a merge moved. Gone as soon as somebody chooses for it anew."""

    __tablename__ = "institution_move"

    merge_id: UUID = Field(primary_key=True, foreign_key="institution_merge.id", ondelete="CASCADE")
    account_id: UUID = Field(
        primary_key=True, foreign_key="account.id", ondelete="CASCADE", index=True
    )
    belonging: Belonging = Field(
        primary_key=True, sa_type=stored_as_text(Belonging), sa_column_kwargs=PROPOSED
    )


class InstitutionProposal(Table, table=True):
    """What somebody proposes; a coordinator decides. Of a person at most one new one waits."""

    __table_args__ = (
        Index(
            "ix_institution_proposal_one_waiting",
            "account_id",
            unique=True,
            sqlite_where=text("kind = 'new' AND state = 'waiting'"),
            postgresql_where=text("kind = 'new' AND state = 'waiting'"),
        ),
        Index(None, "state", "country", "key"),
    )

    kind: ProposalKind = Field(sa_type=stored_as_text(ProposalKind), sa_column_kwargs=impersonal())
    state: ProposalState = Field(
        default=ProposalState.WAITING,
        sa_type=stored_as_text(ProposalState),
        sa_column_kwargs=impersonal(),
    )
    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")
    country: str = Field(max_length=2, sa_column_kwargs=PROPOSED)
    name: str = Field(max_length=200, sa_column_kwargs=PROPOSED)
    acronym: str = Field(default="", max_length=40, sa_column_kwargs=PROPOSED)
    key: str = Field(
        max_length=400, description="the name as `folded` gives it", sa_column_kwargs=PROPOSED
    )
    institution_id: UUID | None = Field(
        default=None,
        foreign_key="institution.id",
        index=True,
        description="the one to be changed, or the one that a new one became",
    )
    as_alias: bool = Field(
        default=False,
        description="of a change: beside the name, not for it",
        sa_column_kwargs=impersonal(),
    )
    decided_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())
    decided_by_id: UUID | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
