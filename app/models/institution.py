"""An institution of the network: acronyms repeat, so each is shown with its country."""

from sqlmodel import Field, UniqueConstraint

from app.core.db import Table


class Institution(Table, table=True):
    __table_args__ = (UniqueConstraint("acronym", "country"),)

    acronym: str = Field(max_length=40)
    name: str = Field(max_length=200)
    country: str = Field(max_length=2, index=True, description="ISO 3166-1 alpha-2")
    is_example: bool = Field(default=False, description="invented for the demonstration")
