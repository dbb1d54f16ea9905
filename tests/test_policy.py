"""The policy, written out once more as a table that a tutor could read."""

import pytest

from app.policy import ALLOWED, Action, Role, permits

POLICY = """
    action                        visitor  signed_in  participant  observer  tutor  focal  coordinator  administrator
    see the list of editions      no       no         no           no        no     yes    yes          yes
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
    see the audit log             no       no         no           no        no     no     no           yes
    view the edition              no       no         yes          yes       yes    yes    yes          yes
    take its activities           no       no         yes          no        no     no     no           no
    see its people                no       no         no           yes       yes    yes    yes          yes
    see the gender of its people  no       no         no           no        no     yes    yes          yes
    see its people's addresses    no       no         no           no        no     yes    yes          yes
    read their applications       no       no         no           no        no     yes    yes          yes
    admit and withdraw people     no       no         no           no        no     no     yes          yes
    write the team's capstone     no       no         yes          no        no     no     no           no
    read all capstones            no       no         no           yes       yes    no     yes          yes
    review capstones              no       no         no           no        yes    no     yes          yes
    schedule live sessions        no       no         no           no        yes    no     yes          yes
    take attendance               no       no         no           no        yes    no     yes          yes
    change the edition            no       no         no           no        no     no     yes          yes
"""  # noqa: E501 -- a table


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
