"""The public list of videoconferences."""

from datetime import date

import pytest
from bs4 import BeautifulSoup

from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


def test_everybody_sees_the_events_by_series_the_newest_first(make: Make, browser: Browser) -> None:
    make.videoconference(series=2020, title="Digitization", held_on=date(2020, 5, 7))
    make.videoconference(
        series=2022,
        title="New normality",
        held_on=date(2022, 3, 29),
        organisations="SENAI; SENA; INA",
    )
    # The series of 2022 began at the end of the year before.
    make.videoconference(series=2022, title="Harvesting", held_on=date(2021, 12, 15))

    answer = browser.get("/videoconferences")
    html = BeautifulSoup(answer.text, "lxml")

    assert answer.status_code == 200
    assert [heading.get_text() for heading in html.select("h2, h3")] == [
        "Series 2022",
        "New normality",
        "Harvesting",
        "Series 2020",
        "Digitization",
    ]
    assert "SENAI, SENA and INA" in answer.text
    assert "29 March 2022" in answer.text
    assert html.select_one("h3[lang=en]") is not None


def test_before_the_first_event_the_page_says_so(browser: Browser) -> None:
    answer = browser.get("/videoconferences")

    assert answer.status_code == 200
    assert "No videoconference yet" in answer.text


@pytest.mark.parametrize("events", [1, 3])
def test_the_list_takes_one_statement(make: Make, browser: Browser, events: int) -> None:
    for _ in range(events):
        make.videoconference()

    with statements() as sent:
        browser.get("/videoconferences")

    assert len(sent) == 1, sent
