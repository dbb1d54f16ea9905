"""What is kept of people is declared beside each column, and said in words."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Table

from app.core.personal import AGES, Kept, declared
from app.queries.own_data import is_about_people, is_somebodys, tables, undeclared
from app.services.retention import swept
from app.web.personal_words import WORDS

HOUSE = Path(__file__).parents[1]
#: Columns with such names lead to a person, whether or not a foreign key does.
LEADS_TO_SOMEBODY = re.compile(
    r"(^|_)(e?mail|phone|account|person|people|user|member|actor|author|recipient|address)(_|$)"
)
ASK = """
{table}.{column}: nothing is declared. In its Field, beside the other arguments, write
    sa_column_kwargs=personal(why=Why.…, kept=Kept.…, seen=Seen.…)
or, if it says nothing of a person,
    sa_column_kwargs=impersonal()
(app/core/personal.py; whatever else the column takes, such as server_default=…, goes into the same
call; `localized(sa_column_kwargs=…)` for texts in several languages)."""


def missing(table: Table) -> list[str]:
    if is_about_people(table):
        return undeclared(table)
    known = {column.name for column, _said in declared(table)}
    return [
        column.name
        for column in table.columns
        if LEADS_TO_SOMEBODY.search(column.name) and column.name not in known
    ]


def test_each_column_about_people_says_why_how_long_and_for_whom() -> None:
    asked = [
        ASK.format(table=table.name, column=name) for table in tables() for name in missing(table)
    ]

    print(f"{sum(len(table.columns) for table in tables())} columns, {len(asked)} undeclared")
    assert not asked, "".join(asked)


def test_a_table_with_personal_columns_leads_to_a_person() -> None:
    """Else it would be in nobody's copy; what is of others alone says so."""
    lost = [
        f"{table.name}: mark the e-mail address with finds=True, or a key with about()"
        for table in tables()
        if not is_about_people(table) and not is_somebodys(table)
        if any(not said.of_others for _column, said in declared(table))
    ]

    assert lost == []


def test_each_table_with_personal_columns_has_words() -> None:
    without = [
        f'"{table.name}": N_("…"), is missing in WORDS of app/web/personal_words.py'
        for table in tables()
        for _column in [c for c, _said in declared(table) if f"{table.name}.{c.name}" not in WORDS]
        if table.name not in WORDS
    ]

    assert sorted(set(without)) == []


@pytest.mark.parametrize("kept", [*AGES, Kept.UNTIL_IT_ENDS])
def test_what_is_kept_for_a_time_can_go_row_by_row(kept: Kept) -> None:
    for table in swept(kept):
        mixed = {
            f"{table.name}.{column.name}: {said.kept.name}, beside {kept.name}; rows go whole"
            for column, said in declared(table)
            if said.kept is not kept
        }
        ends = "expires_at" if kept is Kept.UNTIL_IT_ENDS else "created_at"

        assert mixed == set()
        assert ends in table.columns, f"{table.name} needs {ends} to be kept {kept.value!r}"


def test_the_page_for_those_who_run_it_is_up_to_date() -> None:
    script = [sys.executable, "scripts/privacy.py", "check"]
    done = subprocess.run(script, cwd=HOUSE, capture_output=True, text=True, check=False)

    assert (done.stderr, done.returncode) == ("", 0)
