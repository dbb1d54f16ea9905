"""One ordinary certificate; tests change the fact that they are about."""

from datetime import date

import pytest

from certificates import Facts, Kind, Signatory


@pytest.fixture
def facts() -> Facts:
    return Facts(
        code="T7K4-9WQX-3HMR",
        kind=Kind.COMPLETION,
        recipient="Nombre Apellido Apellido",
        institution="SENA",
        country="Colombia",
        course="The digitalization of vocational training",
        hours=10,
        mode="self_administered",
        finished_on=date(2022, 3, 18),
        issued_on=date(2022, 3, 21),
        language="en",
        verify_url="https://taller.example.org/verify/T7K4-9WQX-3HMR",
        verify_at="taller.example.org/verify",
        seed="the-digitalization-of-vocational-training",
        signatories=(
            Signatory("For the network", "Director of learning"),
            Signatory("For the course", "Course coordinator"),
        ),
    )
