"""Links, frames and panoramas: written, seen, and loading nothing that was not asked for."""

import json

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, col, select

from app.core.embeds import embeddable, safe_url
from app.core.errors import RuleBroken
from app.core.settings import settings
from app.models import (
    Activity,
    ActivityAddress,
    ActivityFile,
    ActivityKind,
    ActivityText,
    Edition,
    FileRole,
    Hotspot,
    Scene,
    StoredFile,
)
from app.services.activity_kinds import carry_over
from app.web.headers import CONTENT_SECURITY_POLICY
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(languages=["en", "es"]))


@pytest.fixture(autouse=True)
def _tutor(make: Make, edition: Edition, browser: Browser) -> None:
    browser.sign_in(make.tutor(edition))


def of_kind(make: Make, edition: Edition, kind: ActivityKind) -> Activity:
    return make.activity(make.module(edition), kind=kind)


def writing(activity: Activity) -> str:
    return f"/editions/{activity.edition_id}/content/activities/{activity.id}"


def reading(activity: Activity) -> str:
    return f"/editions/{activity.edition_id}/activities/{activity.id}"


def typed(browser: Browser, page: str, **given: str) -> dict[str, str]:
    """The form of a page with something written into it."""
    soup = BeautifulSoup(browser.get(page).text, "lxml")
    hidden = {
        str(i["name"]): str(i.get("value", "")) for i in soup.select("main form input[type=hidden]")
    }
    return hidden | {name.replace("_", "-"): text for name, text in given.items()}


def policy(browser: Browser, page: str) -> dict[str, str]:
    header = browser.get(page).headers["Content-Security-Policy"]
    return {name: value for name, _, value in (p.strip().partition(" ") for p in header.split(";"))}


def test_a_link_says_where_it_leads_and_is_done_by_hand(
    make: Make, browser: Browser, edition: Edition
) -> None:
    activity = of_kind(make, edition, ActivityKind.LINK)
    page = f"{writing(activity)}/address"
    form = typed(browser, page, url_en="https://www.example.org/a?b=1", title_en="A report")

    saved = browser.post(page, data=form)
    browser.sign_in(make.participant(edition))
    seen = BeautifulSoup(browser.get(reading(activity)).text, "lxml")
    done = browser.post(f"{reading(activity)}/done")

    assert (saved.status_code, done.status_code) == (303, 303)
    link = seen.select_one("article a.btn")
    assert link is not None
    assert link["href"] == "https://www.example.org/a?b=1"
    assert "noopener" in str(link["rel"])
    assert "Leads to www.example.org" in seen.get_text()


NOWHERE = [
    "http://example.org/",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://",
    "https://localhost/",
    "https://127.0.0.1/",
    "https://user:secret@example.org/",
    "https://example.org:8443/",
    'https://example.org/"onload="x',
    "https://example.org/ a",
    "https://exa mple.org/",
    "//example.org/",
    "https://example.org\\@evil.example/",
]


@pytest.mark.parametrize("url", NOWHERE)
def test_what_is_no_whole_address_leads_nowhere(url: str) -> None:
    with pytest.raises(RuleBroken):
        safe_url(url)


@pytest.mark.parametrize(
    ("copied", "shown"),
    [
        ("https://www.youtube.com/watch?v=aB-3_x&t=4", "https://www.youtube-nocookie.com/embed/aB-3_x"),
        ("https://youtu.be/aB3", "https://www.youtube-nocookie.com/embed/aB3"),
        ("https://vimeo.com/1234", "https://player.vimeo.com/video/1234"),
        ("https://archive.org/details/film/x", "https://archive.org/embed/film"),
        ("https://player.vimeo.com/video/1?h=2", "https://player.vimeo.com/video/1?h=2"),
    ],
)  # fmt: skip
def test_what_people_copy_from_the_browser_becomes_the_address_of_a_frame(
    copied: str, shown: str
) -> None:
    assert embeddable(copied) == shown


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/embed/1",
        "https://player.vimeo.com.evil.example/1",
        "https://youtube.com/",
    ],
)
def test_no_other_site_comes_into_a_frame(
    make: Make, browser: Browser, edition: Edition, session: Session, url: str
) -> None:
    activity = of_kind(make, edition, ActivityKind.EMBED)
    page = f"{writing(activity)}/address"

    answer = browser.post(page, data=typed(browser, page, url_en=url, instead_en="Words."))

    assert answer.status_code == 422
    assert "may not be shown" in answer.text
    assert url in answer.text
    assert session.exec(select(ActivityAddress)).all() == []


@pytest.mark.parametrize("kind", [ActivityKind.EMBED, ActivityKind.VIDEO])
def test_a_frame_is_loaded_after_a_click_alone_and_nothing_else_may_be(
    make: Make,
    browser: Browser,
    edition: Edition,
    monkeypatch: pytest.MonkeyPatch,
    kind: ActivityKind,
) -> None:
    activity = of_kind(make, edition, kind)
    page = f"{writing(activity)}/address"
    form = typed(browser, page, url_en="https://vimeo.com/12", instead_en="A **lathe** turns.")
    browser.post(page, data=form)
    browser.sign_in(make.participant(edition))

    before = browser.get(reading(activity))
    after = browser.get(f"{reading(activity)}?play=1")
    widened = policy(browser, f"{reading(activity)}?play=1")
    monkeypatch.setattr(settings(), "embed_hosts", ["archive.org"])
    forbidden = browser.get(f"{reading(activity)}?play=1")

    assert "<iframe" not in before.text
    assert before.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "Load it from player.vimeo.com" in before.text
    assert "A <strong>lathe</strong> turns." in before.text
    frame = BeautifulSoup(after.text, "lxml").select_one("iframe")
    assert frame is not None
    assert frame["src"] == "https://player.vimeo.com/video/12"
    assert "allow-top-navigation" not in str(frame["sandbox"])
    assert "A <strong>lathe</strong> turns." in after.text
    assert widened.pop("frame-src") == "https://player.vimeo.com"
    assert "; ".join(f"{n} {v}" for n, v in widened.items()) == CONTENT_SECURITY_POLICY
    assert "<iframe" not in forbidden.text
    assert forbidden.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_of_two_who_write_an_address_the_second_sees_what_the_first_wrote(
    make: Make, browser: Browser, edition: Edition
) -> None:
    page = f"{writing(of_kind(make, edition, ActivityKind.LINK))}/address"
    first = typed(browser, page, url_en="https://one.example.org/")
    second = typed(browser, page, url_en="https://two.example.org/")

    browser.post(page, data=first)
    conflict = browser.post(page, data=second)
    again = BeautifulSoup(conflict.text, "lxml").select_one("input[name=seen]")

    assert conflict.status_code == 409
    assert "https://one.example.org/" in conflict.text
    assert "https://two.example.org/" in conflict.text
    assert again is not None
    assert browser.post(page, data=second | {"seen": str(again["value"])}).status_code == 303


def with_picture(make: Make, activity: Activity, name: str) -> ActivityFile:
    stored = make.saved(
        StoredFile(
            key=f"none/{name}",
            name=name,
            content_type="image/jpeg",
            size=4_200_000,
            sha256="0" * 64,
        )
    )
    return make.saved(
        ActivityFile(activity_id=activity.id, file_id=stored.id, role=FileRole.PANORAMA,
                     language="en", name=name, width=4000, height=2000)
    )  # fmt: skip


def written_panorama(make: Make, browser: Browser, activity: Activity) -> None:
    """Two scenes that lead to each other, written as a tutor writes them."""
    scenes = f"{writing(activity)}/scenes"
    for name in ("Hall", "Yard"):
        picture = with_picture(make, activity, f"{name}.jpg")
        form = {
            "title-en": name,
            "words-en": f"A wide **{name.lower()}**.",
            "picture": str(picture.id),
        }
        assert browser.post(scenes, data=form).status_code == 303
    hall, yard = make.session.exec(select(Scene).order_by(col(Scene.position))).all()
    for here, there in ((hall, yard), (yard, hall)):
        door = {"title-en": "A door", "yaw": "45", "pitch": "-5", "leads_to": str(there.id)}
        assert browser.post(f"{scenes}/{here.id}/points", data=door).status_code == 303
    sign = {
        "title-en": "<script>alert(1)</script>",
        "yaw": "-170",
        "words-en": "Read it.",
        "url": "https://example.org/",
    }
    assert browser.post(f"{scenes}/{hall.id}/points", data=sign).status_code == 303


def test_a_panorama_is_words_always_and_a_picture_all_around_after_a_click(
    make: Make, browser: Browser, edition: Edition
) -> None:
    activity = of_kind(make, edition, ActivityKind.PANORAMA)
    written_panorama(make, browser, activity)
    browser.sign_in(make.participant(edition))

    before = browser.get(reading(activity))
    with statements() as counted:
        after = browser.get(f"{reading(activity)}?play=1")
    (look,) = BeautifulSoup(after.text, "lxml").select("#look")
    plan = json.loads(str(look["data-plan"]))
    widened = policy(browser, f"{reading(activity)}?play=1")

    assert "pannellum" not in before.text
    assert before.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "Look around, 8.4 MB" in before.text
    for page in (before, after):
        assert "A wide <strong>hall</strong>." in page.text
        assert "Leads to “Yard”" in page.text
        assert "<script>alert" not in page.text
    assert after.text.count("<noscript><img") == 2
    assert widened == policy(browser, reading(activity)) | {"img-src": "'self' data: blob:"}
    scenes = list(plan["scenes"].values())
    assert scenes[0]["panorama"].startswith(f"{reading(activity)}/files/")
    assert [spot["type"] for spot in scenes[0]["hotSpots"]] == ["scene", "info"]
    assert plan["default"]["escapeHTML"] is True
    assert len(counted) <= 8


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"title-en": "", "words-en": ""}, "title-en", "Give the scene a name"),
        ({"title-en": "Hall", "words-en": ""}, "words-en", "what there is to see"),
        ({"title-en": "Hall", "words-en": "x", "yaw": "500"}, "yaw", "at most 180"),
    ],
)
def test_a_scene_that_says_nothing_is_asked_for_it_and_keeps_what_was_typed(
    make: Make, browser: Browser, edition: Edition,
    form: dict[str, str], field: str, words: str,
) -> None:  # fmt: skip
    activity = of_kind(make, edition, ActivityKind.PANORAMA)

    answer = browser.post(f"{writing(activity)}/scenes", data=form)

    soup = BeautifulSoup(answer.text, "lxml")
    error = soup.select_one(f"#{field}-error")
    assert answer.status_code == 422
    assert error is not None
    assert words in error.get_text()
    assert form["title-en"] in answer.text


def test_a_scene_shows_and_leads_to_nothing_of_another_panorama(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    own, other = (of_kind(make, edition, ActivityKind.PANORAMA) for _ in "12")
    picture = with_picture(make, other, "a.jpg")
    scene = make.saved(Scene(activity_id=other.id, position=1, title={"en": "Theirs"}))
    mine = make.saved(Scene(activity_id=own.id, position=1, title={"en": "Mine"}))
    at = f"{writing(own)}/scenes"

    door = {"title-en": "A", "yaw": "1", "leads_to": str(scene.id)}
    answers = [
        browser.post(at, data={"title-en": "A", "words-en": "B", "picture": str(picture.id)}),
        browser.post(f"{at}/{mine.id}/points", data=door),
        browser.post(f"{at}/{scene.id}", data={"title-en": "A", "words-en": "B"}),
        browser.post(f"{at}/{scene.id}/removal"),
    ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [422, 404, 404, 404]
    assert session.exec(select(Hotspot)).all() == []


def test_a_copy_of_an_activity_has_its_own_addresses_and_scenes(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    original, copy = (of_kind(make, edition, ActivityKind.PANORAMA) for _ in "12")
    written_panorama(make, browser, original)
    _without_texts(session, copy)

    carry_over(session, original, copy)

    made = session.exec(select(Scene).where(Scene.activity_id == copy.id)).all()
    in_it = col(Hotspot.scene_id).in_([scene.id for scene in made])
    points = session.exec(select(Hotspot).where(in_it)).all()
    pictures = session.exec(
        select(ActivityFile.id).where(ActivityFile.activity_id == copy.id)
    ).all()
    assert {scene.title["en"] for scene in made} == {"Hall", "Yard"}
    assert {scene.picture_id for scene in made} == set(pictures)
    assert {point.leads_to_id for point in points} == {None, *(scene.id for scene in made)}


def _without_texts(session: Session, activity: Activity) -> None:
    for text in session.exec(select(ActivityText).where(ActivityText.activity_id == activity.id)):
        session.delete(text)
    session.flush()
