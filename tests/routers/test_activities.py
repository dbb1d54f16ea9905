"""An activity, as a participant reads it, marks it as done, and takes its files along."""

from datetime import date
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.core import files
from app.models import (
    Activity,
    ActivityFile,
    ActivityKind,
    CapstoneKind,
    Certificate,
    Completion,
    Edition,
    Enrolment,
    EnrolmentStatus,
    FileRole,
    Progress,
    ProgressState,
    StoredFile,
)
from app.queries.progress import standing
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(languages=["es", "en"]))


def address(activity: Activity) -> str:
    return f"/editions/{activity.edition_id}/activities/{activity.id}"


def with_file(make: Make, activity: Activity, content: bytes) -> StoredFile:
    kept = files.keep(BytesIO(content), folder="content", limit=10**6)
    stored = make.saved(
        StoredFile(
            key=kept.key,
            name="guide.pdf",
            content_type="application/pdf",
            size=kept.size,
            sha256=kept.sha256,
        )
    )
    make.saved(
        ActivityFile(
            activity_id=activity.id, file_id=stored.id, role=FileRole.DOWNLOAD, language="en"
        )
    )
    return stored


def test_a_page_is_read_in_the_language_it_is_taken_in(
    make: Make, browser: Browser, edition: Edition
) -> None:
    activity = make.activity(
        make.module(edition), title={"es": "Hola", "en": "Hello"}, body="Lea **esto** <script>"
    )
    person = make.account(language="es")
    make.enrolment(person, edition, language="es")
    browser.sign_in(person)

    page = browser.get(address(activity)).text

    assert '<h1 lang="es">Hola</h1>' in page
    assert "Lea <strong>esto</strong> &lt;script&gt;" in page


def test_done_counts_and_leads_on_and_can_be_undone(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    module = make.module(edition)
    first, second = make.activity(module), make.activity(module)
    browser.sign_in(make.participant(edition))

    done = browser.post(f"{address(first)}/done")
    after = browser.get(address(first)).text
    undone = browser.post(f"{address(first)}/undone")

    assert done.headers["Location"] == address(second)
    assert "1 of 2 activities done" in after
    assert undone.headers["Location"] == address(first)
    assert session.exec(select(Progress)).all() == []


def test_the_last_activity_completes_the_edition_and_asks_for_the_certificate(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    activity = make.activity(make.module(edition))
    person = make.participant(edition)
    browser.sign_in(person)

    browser.post(f"{address(activity)}/done")
    again = browser.post(f"{address(activity)}/done")

    session.expire_all()
    enrolment = session.exec(select(Enrolment)).one()
    certificate = session.exec(select(Certificate)).one()
    assert again.status_code == 303
    assert enrolment.status is EnrolmentStatus.COMPLETED
    assert enrolment.completed_at is not None
    assert certificate.facts["recipient"] == person.name
    assert browser.post(f"{address(activity)}/undone").status_code == 422


def test_without_the_capstone_that_is_asked_for_nothing_is_complete(
    make: Make, session: Session, browser: Browser
) -> None:
    edition = make.edition(requires_capstone=True)
    activity = make.activity(make.module(edition))
    browser.sign_in(make.participant(edition))

    browser.post(f"{address(activity)}/done")

    session.expire_all()
    assert session.exec(select(Enrolment.status)).one() is EnrolmentStatus.ACTIVE
    assert session.exec(select(Certificate)).all() == []


def test_an_activity_of_a_closed_module_is_refused_with_the_day(
    make: Make, browser: Browser, edition: Edition
) -> None:
    activity = make.activity(make.module(edition, opens_on=date(2099, 6, 13)))
    browser.sign_in(make.participant(edition))

    shown = browser.get(address(activity))
    done = browser.post(f"{address(activity)}/done")

    assert (shown.status_code, done.status_code) == (403, 403)
    assert "Opens on Saturday 13 June" in shown.text


def test_nothing_leads_into_a_module_that_is_closed(
    make: Make, browser: Browser, edition: Edition
) -> None:
    last = make.activity(make.module(edition))
    closed = make.activity(make.module(edition, opens_on=date(2099, 6, 13)))
    browser.sign_in(make.participant(edition))

    page = browser.get(address(last)).text
    done = browser.post(f"{address(last)}/done")

    assert str(closed.id) not in page
    assert done.headers["Location"] == f"/editions/{edition.id}"


def test_a_module_after_another_opens_when_that_is_done(
    make: Make, browser: Browser, edition: Edition
) -> None:
    before = make.module(edition)
    first = make.activity(before)
    second = make.activity(make.module(edition, after=before))
    browser.sign_in(make.participant(edition))

    closed = browser.get(address(second)).status_code
    browser.post(f"{address(first)}/done")
    opened = browser.get(address(second)).status_code

    assert (closed, opened) == (403, 200)


def test_an_activity_of_another_edition_is_not_found_here(
    make: Make, browser: Browser, edition: Edition
) -> None:
    elsewhere = make.activity(make.module(make.edition()))
    browser.sign_in(make.participant(edition))

    here = f"/editions/{edition.id}/activities/{elsewhere.id}"

    assert browser.get(here).status_code == 404
    assert browser.post(f"{here}/done").status_code == 404
    assert browser.get(address(elsewhere)).status_code == 404


def test_a_tutor_reads_but_does_not_take(make: Make, browser: Browser, edition: Edition) -> None:
    activity = make.activity(make.module(edition))
    browser.sign_in(make.tutor(edition))

    assert browser.get(address(activity)).status_code == 200
    assert browser.post(f"{address(activity)}/done").status_code == 403


def test_a_file_is_only_given_to_those_who_may_read_the_activity(
    make: Make, browser: Browser, edition: Edition
) -> None:
    activity = make.activity(make.module(edition), kind=ActivityKind.FILE)
    other = make.activity(make.module(edition))
    stored = with_file(make, activity, b"%PDF-1.7 guide")
    browser.sign_in(make.participant(edition))

    taken = browser.get(f"{address(activity)}/files/{stored.id}/guide.pdf")
    through_another = browser.get(f"{address(other)}/files/{stored.id}/guide.pdf")
    browser.sign_in(make.account())
    strange = browser.get(f"{address(activity)}/files/{stored.id}/guide.pdf")

    assert taken.content == b"%PDF-1.7 guide"
    assert taken.headers["Content-Disposition"].startswith("attachment")
    assert taken.headers["X-Content-Type-Options"] == "nosniff"
    assert (through_another.status_code, strange.status_code) == (404, 404)


@pytest.mark.parametrize("length", [1, 3])
def test_an_activity_takes_few_statements(
    make: Make, browser: Browser, edition: Edition, length: int
) -> None:
    module = make.module(edition)
    activities = [make.activity(module) for _ in range(length)]
    browser.sign_in(make.participant(edition))
    browser.get(address(activities[0]))

    with statements() as sent:
        browser.get(address(activities[0]))

    assert len(sent) == 4, sent


def test_what_was_done_is_known_in_one_statement(make: Make, session: Session) -> None:
    edition = make.edition()
    enrolment = make.enrolment(make.account(), edition)

    with statements() as sent:
        stands = standing(session, enrolment.id)

    assert len(sent) == 1
    assert (stands.activities, stands.capstone, stands.certificate) == ({}, None, None)


def test_a_page_that_is_done_by_being_opened_tells_so_itself_or_by_a_button(
    make: Make, session: Session, browser: Browser
) -> None:
    edition = make.edition()
    activity = make.activity(make.module(edition), completion=Completion.VIEWED)
    person = make.participant(edition)
    browser.sign_in(person)
    at = f"/editions/{edition.id}/activities/{activity.id}"

    page = browser.get(at).text
    unread = session.exec(select(Progress)).all()
    by_hand = browser.post(f"{at}/done").status_code
    told = browser.post(f"{at}/viewed")

    assert f'action="{at}/viewed"' in page
    assert "load, submit" in page
    assert "This is done once you have opened it." in page
    assert unread == []  # reading changes nothing
    assert by_hand == 422
    assert told.status_code == 303
    assert [row.state for row in session.exec(select(Progress)).all()] == [ProgressState.DONE]
    assert f'action="{at}/viewed"' not in browser.get(at).text


@pytest.mark.parametrize(
    ("kind", "who", "leads_to"),
    [
        (ActivityKind.LIVE_SESSION, "participant", "/sessions"),
        (ActivityKind.LIVE_SESSION, "tutor", "/sessions"),
        (ActivityKind.CAPSTONE, "participant", "/capstone"),
        (ActivityKind.CAPSTONE, "tutor", "/capstones"),
    ],
)
def test_a_meeting_and_the_final_work_lead_to_where_they_are_done(
    make: Make, browser: Browser, kind: ActivityKind, who: str, leads_to: str
) -> None:
    edition = make.edition(capstone=CapstoneKind.ROADMAP, rubric_id=make.rubric().id)
    activity = make.activity(make.module(edition), kind=kind, body="Come along.")
    browser.sign_in(make.participant(edition) if who == "participant" else make.tutor(edition))

    page = BeautifulSoup(browser.get(address(activity)).text, "html.parser")
    main = page.find("a", class_="main")

    assert "Come along." in page.text
    assert main is not None
    assert main["href"] == f"/editions/{edition.id}{leads_to}"
    assert browser.get(str(main["href"])).status_code == 200


def test_the_final_work_of_an_edition_without_one_leads_nowhere(
    make: Make, browser: Browser, edition: Edition
) -> None:
    activity = make.activity(make.module(edition), kind=ActivityKind.CAPSTONE)
    browser.sign_in(make.participant(edition))

    assert "/capstone" not in browser.get(address(activity)).text
