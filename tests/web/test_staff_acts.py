"""Whatever only staff may change leaves a row in the audit trail, before and after."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.core import clock, db
from app.models import (
    Account,
    AuditEvent,
    CapstoneKind,
    CertificateStatus,
    Edition,
    Enrolment,
    EnrolmentStatus,
    MessageStatus,
    StaffRole,
)
from app.queries.audit import examined
from app.services.notifications import welcome
from tests.conftest import Browser
from tests.make import Make, a_sign_in
from tests.web.test_routes_and_roles import MEANT, everything, in_words

#: Changes of staff that leave none, and why.
NOT_RECORDED = {
    "/editions/{edition}/capstones/{capstone}/review (saved)": (
        "a draft is its tutor's own notes; what they decide is recorded"
    ),
}
#: Who may do what everybody may: their own affairs, not acts of staff.
OF_EVERYBODY = {"everyone", "who is signed in", "its participant", "key holders"}

type Act = tuple[str, str, dict[str, str], str]


@pytest.fixture
def boss(make: Make, browser: Browser) -> Account:
    boss = make.administrator()
    make.administrator()
    browser.sign_in(boss)
    return boss


def acts(session: Session, make: Make) -> Iterator[Act]:
    """One valid change at every address of staff: its pattern, address, form and kind of act."""
    edition = make.edition(capstone=CapstoneKind.ROADMAP, rubric_id=make.rubric(0).id)
    at = f"/editions/{edition.id}"
    ana, eva, sena = make.account(), make.account(email="eva@example.org"), make.institution()
    applied = make.enrolment(make.account(), edition, status=EnrolmentStatus.APPLIED)
    make.counted(applied)
    phone, tablet = a_sign_in(ana, "phone"), a_sign_in(ana, "tablet")
    make.saved(phone)
    make.saved(tablet)
    of = f"/accounts/{ana.id}"
    yield "/accounts/{account}/view", f"/accounts/{eva.id}/view", {}, "begin viewing as"
    yield "/viewing/end", "/viewing/end", {}, "end viewing as"
    one = {"edition": str(edition.id), "staff_role": "tutor"}
    yield "/accounts/{account}/editions", f"{of}/editions", one, "appoint staff"
    pattern = "/accounts/{account}/editions/{edition}/end"
    yield pattern, f"{of}/editions/{edition.id}/end", {}, "dismiss staff"
    pattern = "/accounts/{account}/sign-ins/{sign_in}/end"
    yield pattern, f"{of}/sign-ins/{phone.id}/end", {}, "end sign-ins"
    yield "/accounts/{account}/sign-outs", f"{of}/sign-outs", {}, "end sign-ins"
    reason = {"reason": "because of this"}
    yield "/accounts/{account}/suspension", f"{of}/suspension", reason, "suspend account"
    pattern = "/accounts/{account}/suspension/end"
    yield pattern, f"{of}/suspension/end", reason, "reactivate account"
    role = {"role": "coordinator", "institution": str(sena.id)}
    yield "/accounts/{account}/role", f"{of}/role", role, "give platform role"

    message = welcome(session, eva)
    message.status = MessageStatus.FAILED
    make.saved(message)
    again = f"/outbox/{message.id}/again"
    yield "/outbox/{message}/again", again, {}, "send message again"
    terms = {"reporting_year": "2026", "policy": "closed", "required_share": "90"}
    yield "/editions/{edition}/settings", f"{at}/settings", terms, "change edition"
    somebody = {"email": eva.email, "role": StaffRole.OBSERVER.value}
    pattern = "/editions/{edition}/settings/staff"
    yield pattern, f"{at}/settings/staff", somebody, "appoint staff"
    yield f"{pattern}/{{account}}/end", f"{at}/settings/staff/{eva.id}/end", {}, "dismiss staff"
    decision = {"do": "approve", "chosen": str(applied.id)}
    pattern = "/editions/{edition}/people/decisions"
    yield pattern, f"{at}/people/decisions", decision, "approve enrolment"
    yield from _of_sessions(make, edition, applied)
    yield from _of_works(make, edition)
    certificate = make.certificate(make.completed(make.edition()))
    certificate.status = CertificateStatus.FAILED
    make.saved(certificate)
    path = f"/certificates/{certificate.code}"
    yield "/certificates/{code}/draw", f"{path}/draw", {}, "draw certificate again"
    yield "/certificates/{code}/revoke", f"{path}/revoke", reason, "revoke certificate"


def _of_sessions(make: Make, edition: Edition, enrolment: Enrolment) -> Iterator[Act]:
    at = f"/editions/{edition.id}/sessions"
    plan = {
        "title": "Clinic",
        "language": "en",
        "starts_at": f"{clock.now() + timedelta(days=9):%Y-%m-%dT%H:%M}",
        "day": f"{clock.now() + timedelta(days=9):%Y-%m-%d}",
        "hour": "10:00",
        "timezone": "America/Bogota",
        "minutes": "60",
    }
    ahead = make.live_session(edition)
    begun = make.live_session(edition, clock.now() - timedelta(minutes=20))
    pattern = "/editions/{edition}/sessions"
    one = f"{pattern}/{{live_session}}"
    yield f"{pattern}/new", f"{at}/new", plan, "schedule live session"
    seen = {"sequence": "0", "seen": "0"}
    yield f"{one}/edit", f"{at}/{ahead.id}/edit", plan | seen, "change live session"
    yield f"{one}/cancel", f"{at}/{ahead.id}/cancel", {}, "cancel live session"
    came = {f"minutes-{enrolment.id}": "20"}
    yield f"{one}/attendance", f"{at}/{begun.id}/attendance", came, "take attendance"
    kept = {"recording_url": "https://video.example.org/1", "publish": "on", "do": "publish"}
    yield f"{one}/recording", f"{at}/{begun.id}/recording", kept, "save recording"


def _of_works(make: Make, edition: Edition) -> Iterator[Act]:
    capstone = make.handed_in(edition, "Team", 3)
    pattern = "/editions/{edition}/capstones/{capstone}/review"
    address = f"/editions/{capstone.edition_id}/capstones/{capstone.id}/review"
    yield f"{pattern} (saved)", address, {"do": "save", "message": "So far."}, ""
    back = {"do": "return", "saved": "1", "message": "Change this."}
    yield pattern, address, back, "capstone.return"


def test_every_change_by_staff_leaves_a_row(
    session: Session, make: Make, browser: Browser, boss: Account
) -> None:
    driven, wrong = set(), []
    for pattern, address, form, kind in acts(session, make):
        before, known = everything(), len(_events())
        answer = browser.post(address, data=form)
        new = _events()[known:]
        driven.add(pattern.removesuffix(" (saved)"))
        if everything() == before or answer.status_code != 303:
            wrong.append(f"{pattern}: changed nothing ({answer.status_code})")
        elif pattern in NOT_RECORDED:
            assert new == []
        elif [e.action for e in new] != [kind]:
            wrong.append(f"{pattern}: left {[e.action for e in new]}")
        elif new[0].actor_id != boss.id or not {"before", "after"} <= set(new[0].details):
            wrong.append(f"{pattern}: does not say who did it, or what was before and after")

    assert not wrong, "\n".join(wrong)
    staffs = {
        path for (m, path), who in in_words().items() if m == "POST" and who not in OF_EVERYBODY
    }
    assert staffs | {"/viewing/end"} == driven
    assert set(in_words().values()) <= set(MEANT)
    with db.reading() as fresh:
        assert examined(fresh).trouble == ""


def _events() -> list[AuditEvent]:
    with db.reading() as fresh:
        return list(fresh.exec(select(AuditEvent).order_by(col(AuditEvent.seq))).all())
