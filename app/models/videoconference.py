"""A videoconference: a public event of a series, open to all."""

from datetime import date

from sqlmodel import Field

from app.core.db import Table


class Videoconference(Table, table=True):
    series: int = Field(index=True, description="the year of the series")
    title: str = Field(max_length=300)
    held_on: date
    organisations: str = Field(default="", max_length=300)
    language: str = Field(default="es", max_length=2)
