"""Passwords: the right one fits, and what everybody tries first is known."""

import pytest

from app.core.passwords import hash_password, is_common, password_matches


def test_only_the_password_itself_fits() -> None:
    hashed = hash_password("tres tristes tigres")

    assert "tigres" not in hashed
    assert password_matches("tres tristes tigres", hashed)
    assert not password_matches("Tres tristes tigres", hashed)
    assert not password_matches("", hashed)


def test_nobody_has_the_password_of_nobody() -> None:
    assert not password_matches("nobody has this password", None)


@pytest.mark.parametrize(
    "password",
    [
        *("1234567890", "Contraseña123", "P A S S W O R D 1 2 3", "aaaaaaaaaaaa", "abababababab"),
        *("taller-demo", "senha123456", "motdepasse123", "QWERTYUIOP"),
    ],
)
def test_what_is_tried_first_is_known(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize("password", ["tres tristes tigres", "k8#mQ!x2vb", "colibri 7 lluvia"])
def test_other_passwords_may_do(password: str) -> None:
    assert not is_common(password)
