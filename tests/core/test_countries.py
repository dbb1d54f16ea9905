"""A country is understood however people write its name."""

import pytest

from app.core.countries import country_meant


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Trinidad and Tobago", "TT"),
        ("Trinidad & Tobago", "TT"),
        ("trinidad y tobago", "TT"),
        ("Saint Kitts and Nevis", "KN"),
        ("St Kitts & Nevis", "KN"),
        ("St. Lucia", "LC"),
        ("Saint Vincent and the Grenadines", "VC"),
        ("HAÏTI", "HT"),
        ("Rep. Dominicana", "DO"),
        ("col", "CO"),
    ],
)
def test_a_name_is_understood_in_full_and_shortened(words: str, code: str) -> None:
    assert country_meant(words) == code


def test_what_names_no_country_is_none() -> None:
    assert country_meant("Atlantis") is None
