"""Dates, sizes and names as each language writes them."""

from datetime import UTC, date, datetime

import pytest

from app.core import formats, i18n


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("es", "lunes 1 de junio"),
        ("pt", "segunda-feira, 1 de junho"),
        ("en", "Monday 1 June"),
        ("fr", "lundi 1er juin"),
    ],
)
def test_a_day_is_said_in_every_language(language: str, spoken: str) -> None:
    with i18n.speaking(language):
        assert formats.day(date(2026, 6, 1)) == spoken


def test_the_year_of_a_range_is_said_twice_only_where_it_differs() -> None:
    with i18n.speaking("en"):
        assert formats.date_range(date(2022, 4, 6), date(2022, 7, 29)) == "6 Apr – 29 Jul 2022"
        assert formats.date_range(date(2021, 10, 4), date(2022, 1, 2)) == "4 Oct 2021 – 2 Jan 2022"
        assert formats.date_range(None, None) == "Any day"


@pytest.mark.parametrize(
    ("weight", "language", "said"),
    [
        (999, "en", "999 B"),
        (2_252_731, "es", "2.3 MB"),
        (2_252_731, "fr", "2,3 Mo"),
        (34 * 10**6, "en", "34 MB"),
    ],
)
def test_a_size_is_said_in_powers_of_ten(weight: int, language: str, said: str) -> None:
    with i18n.speaking(language):
        assert formats.size(weight) == said


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("María del Carmen Rojas", "M. R."),
        ("Ana Pérez", "A. P."),
        ("João Pedro da Silva Santos", "J. S."),
        ("Madonna", "M."),
    ],
)
def test_initials_pass_over_particles(name: str, short: str) -> None:
    assert formats.initials(name) == short


def test_an_offset_is_that_of_the_day() -> None:
    june, january = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)

    assert formats.offset("America/Bogota", june) == "UTC−5"
    assert [formats.offset("Europe/Madrid", at) for at in (january, june)] == ["UTC+1", "UTC+2"]
    assert formats.offset("UTC", june) == "UTC"


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (["español", "inglés"], "español e inglés"),
        (["inglés", "español"], "inglés y español"),
        (["español", "portugués", "inglés"], "español, portugués e inglés"),
        (["madres", "hijas"], "madres e hijas"),
        (["agua", "hielo"], "agua y hielo"),
        (["inglés"], "inglés"),
        ([], ""),
    ],
)
def test_spanish_says_e_before_the_sound_of_an_i(items: list[str], said: str) -> None:
    with i18n.speaking("es"):
        assert formats.listing(items) == said


def test_one_day_is_no_range() -> None:
    assert formats.date_range(date(2021, 11, 29), date(2021, 11, 29)) == "29 Nov 2021"


def test_a_day_of_another_year_is_told_with_its_year() -> None:
    today = date(2026, 11, 22)

    assert formats.near_day(date(2026, 11, 29), today) == "Sunday 29 November"
    assert formats.near_day(date(2021, 12, 6), today) == "6 December 2021"


@pytest.mark.parametrize(
    ("language", "country", "number", "percent", "day"),
    [
        ("es", "", "1,234.5", "46%", "12 sept"),
        ("es", "UY", "1.234,5", "46%", "12 set."),
        ("es", "AR", "1.234,5", "46%", "12 sept"),
        ("es", "ES", "1.234,5", "46\xa0%", "12 sept"),
        ("es", "MX", "1,234.5", "46%", "12 sep"),
        ("es", "GT", "1,234.5", "46%", "12 sept"),
        ("es", "HT", "1,234.5", "46%", "12 sept"),  # where Spanish has no habits of its own
        ("pt", "", "1.234,5", "46%", "12 set."),
        ("pt", "PT", "1\xa0234,5", "46%", "12 set."),
        ("en", "IN", "1,234.5", "46%", "12 Sept"),
        ("fr", "CA", "1\u202f234,5", "46\xa0%", "12 sept."),
    ],
)
def test_numbers_and_dates_follow_the_persons_country(
    language: str, country: str, number: str, percent: str, day: str
) -> None:
    with i18n.speaking(language), formats.living_in("UTC", country):
        said = (formats.number(1234.5), formats.percent(0.463))
        short = formats.short_day(date(2022, 9, 12))

    assert (*said, short) == (number, percent, day)


def test_words_do_not_follow_the_country() -> None:
    with i18n.speaking("pt"), formats.living_in("UTC", "PT"):
        assert i18n.gettext("Sign in") == "Entrar"
        assert i18n.country_name("DE") == "Alemanha"


def test_after_somebody_elses_message_one_lives_where_one_did() -> None:
    formats.live_in("America/Bogota", "CO")
    with formats.living_in("Europe/Madrid"), i18n.speaking("es"):
        assert formats.number(0.5) == "0.5"
    with i18n.speaking("es"):
        assert formats.number(0.5) == "0,5"
    assert formats.current_zone() == "America/Bogota"
    formats.live_in("UTC")
