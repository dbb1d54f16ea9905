"""What the course page weighs on the wire: it is opened all day, on weak lines."""

import gzip
import re

from app.web.static import assets
from tests.conftest import Browser
from tests.make import Make

KB = 1000


def named(page: str) -> set[str]:
    return set(re.findall(r"/static/([\w./-]+)", page))


def test_the_course_page_keeps_its_budget_of_bytes_and_requests(
    make: Make, browser: Browser
) -> None:
    edition = make.edition()
    for _ in range(8):
        module = make.module(edition, summary={"en": "Collect, clean and classify. " * 5})
        for _ in range(6):
            make.activity(module, title={"en": "Classify twenty vacancies by occupation"})
    browser.sign_in(make.participant(edition))

    answer = browser.get(f"/editions/{edition.id}", headers={"Accept-Encoding": "gzip"})
    again = browser.get(
        f"/editions/{edition.id}", headers={"If-None-Match": answer.headers["ETag"]}
    )

    page = len(gzip.compress(answer.content, 6))
    by_name = {asset.name: asset for asset in assets().values()}
    loaded = named(answer.text)
    weight = page + sum(by_name[name].weight for name in loaded)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert {name.rpartition(".")[2] for name in loaded} == {"css", "woff2", "js", "svg"}
    assert 1 + len(loaded) <= 6, sorted(loaded)
    assert weight <= 60 * KB
    assert page <= 12 * KB
    assert (again.status_code, again.content) == (304, b"")


def test_what_a_page_loads_is_kept_for_ever(browser: Browser) -> None:
    for name in named(browser.get("/").text):
        answer = browser.get(f"/static/{name}")

        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["Cache-Control"]
