"""One spelling of an address: no second account beside somebody's, however it is typed."""

import pytest

from app.models import normalized_email


@pytest.mark.parametrize(
    "typed",
    [
        "ana@example.org",
        "  ANA@Example.ORG\n",
        "ana@example.org.",
        "an\u200ba@exam\ufeffple.org",
        "\u202eana@example.org\u202c",
        "\u2066ana\u2069@example.org",
        "a\u200dna@example.org",
        "a\u00adna@example.org",
        "\uff41\uff4e\uff41@example.org",
        "ana\uff20example.org",
        "ana@example\uff0eorg",
    ],
)
def test_an_address_is_the_same_however_it_is_typed(typed: str) -> None:
    assert normalized_email(typed) == "ana@example.org"


def test_a_domain_is_kept_in_its_own_letters() -> None:
    assert normalized_email("ana@xn--bcher-kva.example") == "ana@bücher.example"
    assert normalized_email("ana@bu\u0308cher.example") == "ana@bücher.example"
    assert normalized_email("ana@xn--\x00.example") == "ana@xn--.example"
    assert normalized_email("no address xn--ü") == "no address xn--ü"


def test_what_differs_stays_different() -> None:
    """Mail to another local part may go to another person; only they know."""
    others = {"ana+a@example.org", "a.na@example.org", "anna@example.org", "\u0430na@example.org"}

    assert {normalized_email(one) for one in others} == others
