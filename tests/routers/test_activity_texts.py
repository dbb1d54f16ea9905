"""Writing an activity's text: nothing typed is lost, and a draft is seen by its writer alone."""

import re
from html.parser import HTMLParser
from io import BytesIO

import pytest
from sqlmodel import Session, select

from app.core import files
from app.models import (
    Account,
    Activity,
    ActivityFile,
    ActivityText,
    Edition,
    FileRole,
    StoredFile,
    TextDraft,
)
from tests.conftest import Browser
from tests.core.test_markdown import VECTORS
from tests.counting import statements
from tests.make import Make

pytestmark = pytest.mark.usefixtures("tutor")
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(languages=["en", "es", "fr"]))


@pytest.fixture
def activity(make: Make, edition: Edition) -> Activity:
    return make.activity(
        make.module(edition), title={"en": "Read", "es": "Leer"}, body="First words."
    )


@pytest.fixture
def tutor(make: Make, browser: Browser, edition: Edition) -> Account:
    tutor = make.tutor(edition, name="Marta Gil", language="en")
    browser.sign_in(tutor)
    return tutor


def at(activity: Activity, beneath: str = "", language: str = "en") -> str:
    address = f"/editions/{activity.edition_id}/content/activities/{activity.id}/text"
    return f"{address}{beneath}?language={language}"


def read_at(activity: Activity) -> str:
    return f"/editions/{activity.edition_id}/activities/{activity.id}"


def body_of(session: Session, activity: Activity) -> str:
    session.expire_all()
    return session.exec(
        select(ActivityText.body).where(
            ActivityText.activity_id == activity.id, ActivityText.language == "en"
        )
    ).one()


def a_picture(make: Make, activity: Activity, name: str = "plan one.png") -> StoredFile:
    kept = files.keep(BytesIO(b"\x89PNG"), folder="content", limit=10**6)
    stored = make.saved(
        StoredFile(
            key=kept.key, name=name, content_type="image/png", size=123_000, sha256=kept.sha256
        )
    )
    make.saved(
        ActivityFile(
            activity_id=activity.id, file_id=stored.id, role=FileRole.DOWNLOAD, language="en"
        )
    )
    return stored


def test_a_saved_text_is_what_participants_read(
    make: Make, browser: Browser, edition: Edition, activity: Activity
) -> None:
    opened = browser.get(at(activity)).text
    saved = browser.post(at(activity), data={"body": "Second **words**.", "number": "1"})

    assert "First words.</textarea>" in opened
    assert saved.headers["Location"] == at(activity)
    assert "Version 2 is saved" in browser.get(at(activity)).text
    browser.sign_in(make.participant(edition))
    page = browser.get(read_at(activity)).text
    assert "Second <strong>words</strong>." in page
    assert "/content/activities/" not in page
    assert "writing" not in page
    assert "overtype" not in page


def test_a_draft_is_kept_for_its_writer_alone_and_offered_again(
    make: Make,
    session: Session,
    browser: Browser,
    edition: Edition,
    activity: Activity,
) -> None:
    typed = {"body": "Secret draft.", "number": "1", "page": "a"}

    kept = browser.post(at(activity, "/draft"), data=typed, headers=PART)
    again = browser.get(at(activity)).text

    assert "Draft kept" in kept.text
    assert 'name="revision" id="revision" value="1"' in kept.text
    assert "Secret draft.</textarea>" in again
    assert "This is your draft" in again
    assert body_of(session, activity) == "First words."
    for other in (make.participant(edition), make.tutor(edition), make.coordinator()):
        browser.sign_in(other)
        for address in (read_at(activity), at(activity), at(activity, "/versions")):
            assert "Secret draft." not in browser.get(address).text


def test_a_discarded_draft_brings_back_what_all_read(
    session: Session, browser: Browser, activity: Activity
) -> None:
    browser.post(at(activity, "/draft"), data={"body": "Draft.", "number": "1"})

    gone = browser.post(at(activity, "/draft/discard"))

    assert gone.status_code == 303
    assert "First words.</textarea>" in browser.get(at(activity)).text
    assert session.exec(select(TextDraft)).all() == []


def test_another_window_of_the_same_person_is_told_of_the_other_draft(
    browser: Browser, activity: Activity
) -> None:
    browser.post(at(activity, "/draft"), data={"body": "One.", "number": "1", "page": "a"})

    other = {"body": "Two.", "number": "1", "page": "b"}
    answer = browser.post(at(activity, "/draft"), data=other, headers=PART)
    instead = browser.post(at(activity, "/draft"), data=other | {"revision": "1"}, headers=PART)

    assert answer.status_code == 409
    assert "One.</blockquote>" in answer.text
    assert "Draft kept" in instead.text


def test_who_is_slower_sees_both_texts_and_loses_none(
    make: Make,
    session: Session,
    browser: Browser,
    edition: Edition,
    activity: Activity,
) -> None:
    browser.post(at(activity), data={"body": "Theirs.", "number": "1"})
    browser.sign_in(make.tutor(edition))

    late = browser.post(at(activity), data={"body": "Mine.", "number": "1"})
    merged = browser.post(at(activity), data={"body": "Both.", "number": "1", "over": "2"})

    assert late.status_code == 409
    assert "Mine.</textarea>" in late.text
    assert "Theirs.</blockquote>" in late.text
    assert "Marta Gil saved this text" in late.text
    assert 'name="over" value="2"' in late.text
    assert merged.status_code == 303
    assert body_of(session, activity) == "Both."


def test_a_draft_begun_before_somebody_else_saved_says_so_when_it_is_opened(
    make: Make, browser: Browser, edition: Edition, activity: Activity, tutor: Account
) -> None:
    browser.post(at(activity, "/draft"), data={"body": "Mine.", "number": "1", "page": "a"})
    other = make.tutor(edition, name="Eva Ruiz")
    browser.sign_in(other)
    browser.post(at(activity), data={"body": "Theirs.", "number": "1"})
    browser.sign_in(tutor)

    page = browser.get(at(activity)).text

    assert "Eva Ruiz saved this text" in page
    assert "Mine.</textarea>" in page
    assert "Theirs.</blockquote>" in page


def test_a_picture_without_a_description_is_refused_and_the_text_stays(
    session: Session, browser: Browser, activity: Activity
) -> None:
    answer = browser.post(at(activity), data={"body": "See ![](file:plan.png)", "number": "1"})

    assert answer.status_code == 422
    assert "Say what the picture plan.png shows" in answer.text
    assert "See ![](file:plan.png)</textarea>" in answer.text
    assert body_of(session, activity) == "First words."


def test_the_preview_shows_what_readers_will_see_and_what_they_will_not(
    make: Make, session: Session, browser: Browser, activity: Activity
) -> None:
    a_picture(make, activity)
    text = "![A plan](<file:plan one.png>) $x^2$ $\\frac{1$ [g](file:none.pdf)"
    typed = {"body": text, "number": "1"}

    whole = browser.post(at(activity, "/preview"), data=typed)
    part = browser.post(at(activity, "/preview"), data=typed, headers=PART)

    for answer in (whole, part):
        assert re.search(r'<img src="/editions/\S+/plan%20one\.png" alt="A plan"', answer.text)
        assert "<msup>" in answer.text
        assert "can&#39;t be shown: a bracket is not closed" in answer.text
        assert "no file called none.pdf" in answer.text
    assert "</textarea>" in whole.text
    assert "<html" not in part.text
    assert body_of(session, activity) == "First words."


def test_a_picture_is_shown_in_the_page_or_is_a_link_to_save_data(
    make: Make, browser: Browser, activity: Activity
) -> None:
    stored = a_picture(make, activity)
    body = "![A plan](<file:plan one.png>)"
    browser.post(at(activity), data={"body": body, "number": "1"})
    address = f"{read_at(activity)}/files/{stored.id}/plan%20one.png"

    page = browser.get(read_at(activity)).text
    light = browser.get(read_at(activity), params={"light": "1"}).text

    assert f'<img src="{address}" alt="A plan" loading="lazy">' in page
    assert f'<a href="{address}" rel="noopener nofollow">A plan, 123 KB</a>' in light
    assert "<img" not in light
    shown = browser.get(address)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/png")
    assert not shown.headers.get("Content-Disposition", "").startswith("attachment")


def test_versions_are_listed_compared_and_restored(
    session: Session, browser: Browser, activity: Activity
) -> None:
    changed = {"body": "Second words.", "number": "1", "note": "Clearer"}
    browser.post(at(activity), data=changed)

    listed = browser.get(at(activity, "/versions")).text
    chosen = browser.get(f"{at(activity, '/versions')}&older=1&newer=2")
    compared = browser.get(at(activity, "/versions/2/1")).text
    first = browser.get(at(activity, "/versions/1")).text
    restored = browser.post(at(activity, "/versions/1/restore"), data={"number": "2"})
    late = browser.post(at(activity, "/versions/2/restore"), data={"number": "2"})

    assert "Marta Gil" in listed
    assert "Clearer" in listed
    assert chosen.headers["Location"] == at(activity, "/versions/2/1")
    assert "<del>First</del> <ins>Second</ins> words." in compared
    assert "Restore this version" in first
    assert restored.status_code == 303
    assert late.status_code == 409
    assert body_of(session, activity) == "First words."
    assert browser.get(at(activity, "/versions/9")).status_code == 404


def test_another_language_stands_beside_the_one_that_is_written(
    browser: Browser, activity: Activity
) -> None:
    page = browser.get(f"{at(activity, language='fr')}&beside=es").text

    assert "Text in French" in page
    assert "Beside it, in Spanish" in page
    assert "reads English" in page  # what readers of French get meanwhile
    assert browser.get(at(activity, language="pt")).status_code == 404


def test_what_is_missing_is_listed_and_the_fallback_is_chosen(
    browser: Browser, activity: Activity
) -> None:
    address = f"/editions/{activity.edition_id}/content/languages"

    before = browser.get(address).text
    chosen = browser.post(address, data={"fallback": "es"})
    after = browser.get(address).text
    wrong = browser.post(address, data={"fallback": "pt"})

    assert "reads English" in before
    assert chosen.headers["Location"] == address
    assert "reads Spanish" in after
    assert wrong.status_code == 422


def test_an_activity_of_another_edition_is_not_written_here(
    make: Make, browser: Browser, activity: Activity
) -> None:
    foreign = make.activity(make.module(make.edition()), body="Theirs.")
    address = at(activity).replace(str(activity.id), str(foreign.id))

    for answer in (browser.get(address), browser.post(address, data={"body": "x", "number": "1"})):
        assert answer.status_code == 404
        assert "Theirs." not in answer.text


def test_pages_take_the_same_statements_however_much_there_is(
    make: Make, browser: Browser, edition: Edition, activity: Activity
) -> None:
    languages = f"/editions/{activity.edition_id}/content/languages"
    counted = []
    for n in range(1, 4):
        browser.post(at(activity), data={"body": f"Words {n}.", "number": str(n)})
        make.activity(
            make.module(edition),
            title={"en": "More", "es": "Más"},
        )
        with statements() as sent:
            for address in (at(activity), at(activity, "/versions"), languages):
                browser.get(address)
        counted.append(len(sent))

    assert counted[0] == counted[-1] <= 20


# ── What must not come through ───────────────────────────────────────────────────────────────────


class Acts(HTMLParser):
    """The tags and attributes by which a text would do something in its reader's browser."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and "src" not in given:
            self.found.append("script")
        if tag in {"base", "iframe", "object", "embed", "svg/onload"}:
            self.found.append(tag)
        for name, value in attrs:
            leads = (
                (value or "").strip().lower().startswith(("javascript:", "data:text", "vbscript:"))
            )
            if name.startswith("on") or name == "style" or leads:
                self.found.append(f"{tag} {name}={value}")


def test_no_text_runs_anywhere_it_is_shown(
    make: Make, browser: Browser, activity: Activity, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the page, the editor, its preview, its versions, their difference, and a conflict."""
    a_picture(make, activity)
    bad = "\n\n".join(VECTORS)
    typed = {"body": bad, "note": VECTORS[0], "number": "1"}
    browser.post(at(activity, "/draft"), data=typed | {"body": VECTORS[1], "page": VECTORS[2]})
    shown = [browser.get(at(activity))]
    shown += [browser.post(at(activity), data=typed)]
    shown += [browser.get(at(activity, where)) for where in ("", "/versions", "/versions/2/1")]
    shown += [browser.get(at(activity, "/versions/2")), browser.get(read_at(activity))]
    shown += [browser.post(at(activity), data=typed | {"body": "Late", "page": VECTORS[2]})]
    shown += [browser.post(at(activity, "/preview"), data=typed, headers=PART)]
    shown += [browser.post(at(activity, "/draft"), data=typed | {"page": "b"}, headers=PART)]

    violations = [found for answer in shown for found in Acts(answer.text).found]

    with capsys.disabled():
        cases = len(shown) * len(VECTORS)
        print(f"\n[texts of activities] cases run: {cases}, violations: {len(violations)}")
    assert [answer.status_code for answer in shown].count(200) >= 8
    assert violations == []
