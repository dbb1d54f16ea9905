"""How fast one worker draws certificates."""

import time
from collections.abc import Iterator
from datetime import date

from bench.report import Row
from certificates import Facts, Kind, Signatory, draw

NAMES = ("Ana María Rojas Peña", "João Conceição", "Fabiënne Lâm", "José Ñandú", "Zoë Ångström")


def measure_certificates(number: int) -> Iterator[Row]:
    draw(_facts(number))  # the first one loads fonts
    began, used = time.perf_counter(), time.process_time()
    weight = sum(len(draw(_facts(n))) for n in range(number))
    took, used = time.perf_counter() - began, time.process_time() - used
    yield Row(
        "Certificates drawn by one worker",
        f"{number / took:.1f} a second",
        f"{used / number * 1000:.0f} ms, {weight / number / 1000:.0f} KB each",
    )


def _facts(n: int) -> Facts:
    code = f"T7K4-9WQX-{n:04}"
    return Facts(
        code=code,
        kind=Kind.COMPLETION,
        recipient=NAMES[n % len(NAMES)],
        institution="INFOTEP",
        country="Dominican Republic",
        course="Big Data and the skills gap",
        hours=40,
        mode="tutor_led",
        finished_on=date(2022, 7, 29),
        issued_on=date(2022, 8, 1),
        language="en",
        verify_url=f"https://taller.example.org/verify/{code}",
        verify_at="taller.example.org/verify",
        seed="big-data-and-the-skills-gap",
        signatories=(Signatory("For the network", "Director of learning"),),
    )
