"""The policy, written out once more as a table that a tutor could read."""

import re
from uuid import UUID

import pytest

from app.policy import (
    ALLOWED,
    ONLY,
    About,
    Action,
    Asker,
    Role,
    permits,
    permits_with,
    permits_with_all,
)

POLICY = """
    action                        visitor  signed_in  participant  observer  tutor  focal  coordinator  administrator
    see the list of editions      no       no         no           no        no     yes    yes          yes
    write courses into the catalogue  no       no         no           no        no     no     yes          yes
    see statistics                no       no         no           no        no     yes    yes          yes
    see the annual report         no       no         no           no        no     no     yes          yes
    see the institutions          no       no         no           no        no     yes    yes          yes
    change the institutions       no       no         no           no        no     no     yes          yes
    propose names of the own institution  no       no         no           no        no     yes    no           no
    name focal points             no       no         no           no        no     no     yes          yes
    see issued certificates       no       no         no           no        no     yes    yes          yes
    revoke certificates           no       no         no           no        no     no     yes          yes
    draw certificates again       no       no         no           no        no     no     yes          yes
    name their own people         no       no         no           no        no     yes    no           no
    open the review queue         no       no         no           no        yes    no     yes          yes
    see the outbox                no       no         no           no        no     no     no           yes
    see addresses that fail       no       no         no           no        no     yes    yes          yes
    change messages' wording      no       no         no           no        no     no     no           yes
    see the audit log             no       no         no           no        no     no     yes          yes
    export the audit log          no       no         no           no        no     no     no           yes
    see accounts                  no       no         no           no        no     no     yes          yes
    give roles on the platform    no       no         no           no        no     no     no           yes
    suspend accounts              no       no         no           no        no     no     no           yes
    end somebody's sign-ins       no       no         no           no        no     no     no           yes
    view as a participant         no       no         no           no        no     no     yes          yes
    view the edition              no       no         yes          yes       yes    yes    yes          yes
    take its activities           no       no         yes          no        no     no     no           no
    see its people                no       no         no           yes       yes    yes    yes          yes
    see the gender of its people  no       no         no           no        no     yes    yes          yes
    see its people's addresses    no       no         no           no        no     yes    yes          yes
    read their applications       no       no         no           no        no     yes    yes          yes
    admit and withdraw people     no       no         no           no        no     no     yes          yes
    import people                 no       no         no           no        no     no     yes          yes
    keep notes on its people      no       no         no           no        no     no     yes          yes
    support applicants            no       no         no           no        no     yes    no           no
    write the team's capstone     no       no         yes          no        no     no     no           no
    read all capstones            no       no         no           yes       yes    no     yes          yes
    review capstones              no       no         no           no        yes    no     yes          yes
    schedule live sessions        no       no         no           no        yes    no     yes          yes
    take attendance               no       no         no           no        yes    no     yes          yes
    see the results of its people no       no         no           yes       yes    yes    yes          yes
    give other results            no       no         no           no        yes    no     yes          yes
    change the edition            no       no         no           no        no     no     yes          yes
    write its content             no       no         no           no        yes    no     yes          yes
    see what surveys say          no       no         no           no        yes    no     yes          yes
    open the next edition         no       no         no           no        yes    no     yes          yes
    write announcements           no       no         no           no        yes    yes    yes          yes
    read all announcements        no       no         no           yes       yes    no     yes          yes
    write announcements to all    no       no         no           no        yes    no     yes          yes
    say who accompanies it        no       no         no           no        no     no     yes          yes
    read its forums               no       no         yes          yes       yes    no     yes          yes
    write in its forums           no       no         yes          no        yes    no     yes          yes
    look after its forums         no       no         no           no        yes    no     yes          yes
    read the community            no       no         yes          yes       yes    no     yes          yes
    write in the community        no       no         yes          no        yes    no     yes          yes
    look after the community      no       no         no           no        yes    no     yes          yes
"""  # noqa: E501 -- a table

#: Where “yes” holds with some rows only. Everywhere else it holds with every row.
CONDITIONS = """
    see statistics                focal        of people of their own institution
    see issued certificates       focal        of people of their own institution
    see its people                focal        of people of their own institution
    see the gender of its people  focal        of people of their own institution
    see its people's addresses    focal        of people of their own institution
    read all capstones            tutor        of their own teams, and of teams that have no tutor
    review capstones              tutor        of their own teams, and of teams that have no tutor
    see the results of its people  focal       of people of their own institution
    see the results of its people  tutor       of their own teams, and of teams that have no tutor
    give other results            tutor        of their own teams, and of teams that have no tutor
    see the audit log             coordinator  of what happened in an edition
    read its forums               participant  of their own team, and what is for all
    write in its forums           participant  with all, or where teams talk apart in their own room
    read its forums               tutor        of their own teams, and of teams that have no tutor
    write in its forums           tutor        of their own teams, and of teams that have no tutor
    look after its forums         tutor        of their own teams, and of teams that have no tutor
"""

ME, ANOTHER = UUID(int=1), UUID(int=2)
#: Somebody who asks, and rows with which the condition holds and does not.
EXAMPLES: dict[str, tuple[Asker, list[About], list[About]]] = {
    "of people of their own institution": (
        Asker(ME, coordinates_id=UUID(int=7)),
        [About(institution_id=UUID(int=7))],
        [About(institution_id=UUID(int=8)), About(institution_id=None)],
    ),
    "of their own teams, and of teams that have no tutor": (
        Asker(ME),
        [About(tutor_id=ME), About(tutor_id=None)],
        [About(tutor_id=ANOTHER)],
    ),
    "of their own team, and what is for all": (
        Asker(ME, team_id=UUID(int=7)),
        [About(team_id=UUID(int=7)), About(team_id=None)],
        [About(team_id=UUID(int=8))],
    ),
    "with all, or where teams talk apart in their own room": (
        Asker(ME, team_id=UUID(int=7)),
        [About(team_id=UUID(int=7), by_team=True), About()],
        [About(team_id=UUID(int=8), by_team=True), About(by_team=True)],
    ),
    "of what happened in an edition": (Asker(ME), [About(edition_id=ME)], [About()]),
}


def rows() -> list[tuple[Action, Role, bool]]:
    head, *lines = POLICY.strip().splitlines()
    roles = [Role(name.replace("_", " ")) for name in head.split()[1:]]
    found = []
    for line in lines:
        action, *answers = line.strip().rsplit(maxsplit=len(roles))
        found += [
            (Action(action), role, answer == "yes")
            for role, answer in zip(roles, answers, strict=True)
        ]
    return found


@pytest.mark.parametrize(("action", "role", "allowed"), rows())
def test_policy(action: Action, role: Role, allowed: bool) -> None:
    assert permits({role}, action) is allowed


def test_every_action_and_every_role_is_in_the_table() -> None:
    assert set(ALLOWED) == set(Action) == {action for action, _, _ in rows()}
    assert {role for _, role, _ in rows()} == set(Role)


def conditions() -> dict[tuple[Action, Role], str]:
    found = {}
    for line in CONDITIONS.strip().splitlines():
        action, role, words = re.split(r"\s{2,}", line.strip())
        found[Action(action), Role(role)] = words
    return found


def test_the_conditions_are_those_of_the_table() -> None:
    assert set(conditions()) == set(ONLY)
    for action, role in ONLY:
        assert role in ALLOWED[action]


@pytest.mark.parametrize(("action", "role"), list(ONLY))
def test_a_condition_holds_with_the_rows_that_it_names(action: Action, role: Role) -> None:
    asker, held, refused = EXAMPLES[conditions()[action, role]]

    assert [permits_with({role}, action, asker, row) for row in held] == [True] * len(held)
    assert [permits_with({role}, action, asker, row) for row in refused] == [False] * len(refused)
    assert not permits_with_all({role}, action)
    assert permits_with({role, Role.ADMINISTRATOR}, action, asker, refused[0])
    assert permits_with_all({role, Role.ADMINISTRATOR}, action)


def test_a_focal_point_without_an_institution_sees_nobody() -> None:
    about = About(institution_id=None)

    assert not permits_with({Role.FOCAL}, Action.SEE_PEOPLE, Asker(ME), about)


def test_without_a_team_one_reads_what_is_for_all_and_writes_nothing_where_teams_talk_apart() -> (
    None
):
    nowhere, for_all = Asker(ME), About(by_team=True)

    reads = permits_with({Role.PARTICIPANT}, Action.READ_FORUM, nowhere, for_all)
    writes = permits_with({Role.PARTICIPANT}, Action.WRITE_FORUM, nowhere, for_all)

    assert (reads, writes) == (True, False)
