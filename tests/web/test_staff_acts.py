"""Whatever only staff may change leaves a row in the audit trail, before and after."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.core import clock, db
from app.core.ids import uuid7
from app.core.question_content import Essay
from app.core.question_files import portable
from app.core.text import folded
from app.models import (
    Account,
    Activity,
    ActivityKind,
    ApplicationQuestion,
    AskedKind,
    AuditEvent,
    CapstoneKind,
    CertificateStatus,
    Course,
    Edition,
    Enrolment,
    EnrolmentNote,
    EnrolmentPolicy,
    EnrolmentStatus,
    ForumReport,
    Hotspot,
    ImportStatus,
    Institution,
    InstitutionMerge,
    InstitutionProposal,
    Invitation,
    MessageStatus,
    PeopleImport,
    ProposalKind,
    QuestionKind,
    QuizExtension,
    QuizSlot,
    ReservedSeats,
    RuleKind,
    Scene,
    StaffRole,
    Survey,
    SurveyKind,
    SurveyQuestion,
    Verdict,
    WaitingPlace,
)
from app.queries.attempts import asked_in
from app.queries.audit import examined
from app.queries.institution_imports import fingerprint, plan
from app.queries.institutions import institutions
from app.queries.quizzes import quiz_of
from app.queries.regrading import plan as regraded
from app.services.addresses import seen
from app.services.admissions import Judgement, decide
from app.services.attempts import Sender, Sent, begin_attempt, hand_in
from app.services.notifications import welcome
from app.web.institution_file import packed, rows_of
from app.web.question_file import packed as packed_questions
from tests.conftest import Browser
from tests.make import Make, a_sign_in
from tests.web.test_routes_and_roles import MEANT, everything, in_words

#: Changes of staff that leave none, and why.
NOT_RECORDED = {
    "/editions/{edition}/content/activities/{activity}/text/draft": (
        "a draft is its writer's own; what they save for everybody is recorded"
    ),
    "/editions/{edition}/content/activities/{activity}/text/draft/discard": "as above",
    "/editions/{edition}/capstones/{capstone}/review (saved)": (
        "a draft is its tutor's own notes; what they decide is recorded"
    ),
    "/editions/{edition}/people/import": "a file that nothing is taken from until it is confirmed",
    "/editions/{edition}/people/import/{people_import}/throw-away": "nothing was taken from it",
    "/institutions/{institution}/proposals": "a wish; what a coordinator decides is recorded",
}
#: Addresses that only show something, though what is typed comes in a form.
CHANGE_NOTHING = {
    "/editions/{edition}/content/activities/{activity}/text/preview",
    "/editions/{edition}/announcements/new",
    "/editions/{edition}/content/questions/import",
    "/editions/{edition}/people/balance",
    "/institutions/import",
}
#: Sent by programs, piece by piece; what comes of it is recorded (tests/routers/test_uploads.py).
BY_A_PROGRAM = {"/editions/{edition}/content/activities/{activity}/uploads"}
#: Who may do what everybody may: their own affairs, not acts of staff.
OF_EVERYBODY = {
    "everyone",
    "who is signed in",
    "who is half way",
    "who is in it or applies",
    "its participant",
    "who reads its forums",
    "who writes in its forums",
    "key holders",
}

type Act = tuple[str, str, dict[str, str], str]


@pytest.fixture
def boss(make: Make, browser: Browser) -> Account:
    boss = make.administrator(email="boss@example.org")
    make.administrator()
    browser.sign_in(boss)
    return boss


def acts(session: Session, make: Make, boss: Account) -> Iterator[Act]:
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

    yield from _of_outbox(session, make, eva)
    terms = {"reporting_year": "2026", "policy": "closed", "required_share": "90"}
    yield "/editions/{edition}/settings", f"{at}/settings", terms, "change edition"
    somebody = {"email": eva.email, "role": StaffRole.OBSERVER.value}
    pattern = "/editions/{edition}/settings/staff"
    yield pattern, f"{at}/settings/staff", somebody, "appoint staff"
    yield f"{pattern}/{{account}}/end", f"{at}/settings/staff/{eva.id}/end", {}, "dismiss staff"
    decision = {"do": "approve", "chosen": str(applied.id)}
    pattern = "/editions/{edition}/people/decisions"
    yield pattern, f"{at}/people/decisions", decision, "approve enrolment"
    yield from _of_writing(make, edition)
    yield from _of_sessions(make, edition, applied)
    yield from _of_works(make, edition)
    yield from _of_forums(make)
    yield from _of_certificates(make)
    yield from _of_admission(make, boss)
    yield from _of_lists(make, boss)
    yield from _of_people(session, make)
    yield from _of_institutions(make)
    yield from _of_messages(make)
    yield from _of_files(make)
    yield from _of_quizzes(session, make)
    yield from _of_results(make)


def _of_writing(make: Make, edition: Edition) -> Iterator[Act]:
    yield from _of_content(make, edition)
    yield from _of_next_edition(make)
    yield from _of_courses(make)
    yield from _of_texts(make)


def _of_outbox(session: Session, make: Make, eva: Account) -> Iterator[Act]:
    message = welcome(session, eva)
    message.status = MessageStatus.FAILED
    make.saved(message)
    again = f"/outbox/{message.id}/again"
    yield "/outbox/{message}/again", again, {}, "send message again"


def _of_courses(make: Make) -> Iterator[Act]:
    course = make.course()
    words = {"mode": "tutor_led", "hours": "12", "languages": "en", "title_en": "Another course"}
    yield "/editions/courses/new", "/editions/courses/new", words, "add course"
    pattern, at = "/editions/courses/{course_id}", f"/editions/courses/{course.id}"
    yield pattern, at, words | {"slug": course.slug}, "change course"
    edition = {"press": str(uuid7()), "course": str(course.id), "slug": "2027", "languages": "en",
               "reporting_year": "2027", "policy": "closed"}  # fmt: skip
    yield "/editions/new", "/editions/new", edition, "open edition"


def _of_next_edition(make: Make) -> Iterator[Act]:
    edition = make.edition()
    plan = {"press": str(uuid7()), "slug": "the-next", "reporting_year": "2027"}
    yield "/editions/{edition}/next", f"/editions/{edition.id}/next", plan, "open next edition"
    newer = make.edition(make.course(), came_from_id=edition.id)
    first, second = make.module(edition), make.module(edition)
    pattern, at = "/editions/{edition}/changes", f"/editions/{newer.id}/changes"
    yield pattern, at, {"take": str(first.id)}, "take over content"
    yield pattern, at, {"leave": str(second.id)}, "leave content"


def _of_content(make: Make, edition: Edition) -> Iterator[Act]:
    """The content of an edition: each change of it is one kind of act."""
    pattern, at = "/editions/{edition}/content", f"/editions/{edition.id}/content"
    first, second = make.module(edition), make.module(edition)
    page, other = make.activity(first), make.activity(first)
    kind = "change content"
    words = {"title_en": "Other words"}
    day = {"kind": "date", "opens_on": "2026-06-13"}
    yield f"{pattern}/modules/new", f"{at}/modules/new", words, kind
    new = words | {"kind": "page"}
    own = f"{pattern}/modules/{{module}}"
    yield f"{own}/activities/new", f"{at}/modules/{first.id}/activities/new", new, kind
    for of, address, last in (
        (own, f"{at}/modules/{first.id}", ""),
        (f"{pattern}/activities/{{activity}}", f"{at}/activities/{page.id}", "/settings"),
    ):
        yield f"{of}{last}", f"{address}{last}", words, kind
        yield f"{of}/place", f"{address}/place", {"way": "down"}, kind
        yield f"{of}/visibility", f"{address}/visibility", {"hidden": "on"}, kind
        yield f"{of}/duplicate", f"{address}/duplicate", {}, kind
        yield f"{of}/rules", f"{address}/rules", day, kind
    rule = make.rule(second, RuleKind.DATE, opens_on=date(2026, 6, 13))
    yield f"{pattern}/rules/{{rule}}/removal", f"{at}/rules/{rule.id}/removal", {}, kind
    gone = f"{at}/activities/{other.id}/removal"
    yield f"{pattern}/activities/{{activity}}/removal", gone, {}, kind
    yield f"{own}/removal", f"{at}/modules/{second.id}/removal", {}, kind


def _of_texts(make: Make) -> Iterator[Act]:
    edition = make.edition(make.course(languages=["en", "es"]))
    activity = make.activity(make.module(edition))
    content = "/editions/{edition}/content"
    pattern = f"{content}/activities/{{activity}}/text"
    at = f"/editions/{edition.id}/content/activities/{activity.id}/text"
    yield f"{pattern}/draft", f"{at}/draft?language=en", {"body": "So far.", "number": "1"}, ""
    yield f"{pattern}/draft/discard", f"{at}/draft/discard?language=en", {}, ""
    yield pattern, f"{at}?language=en", {"body": "Read that.", "number": "1"}, "write text"
    restore = f"{at}/versions/1/restore?language=en"
    yield f"{pattern}/versions/{{number}}/restore", restore, {"number": "2"}, "write text"
    fallback = {"fallback": "es"}
    address = f"/editions/{edition.id}/content/languages"
    yield f"{content}/languages", address, fallback, "choose fallback language"


def _of_forums(make: Make) -> Iterator[Act]:
    """What those do who look after a forum, in an edition and among all people of a course."""
    edition = make.edition()
    course = make.session.get_one(Course, edition.course_id)
    owner, tutor = make.participant(edition), make.tutor(edition)
    empty = make.forum(edition)
    pattern = "/editions/{edition}/content/activities/{forum}/forum"
    address = f"/editions/{edition.id}/content/activities/{empty.activity_id}/forum"
    yield pattern, address, {"by_team": "true"}, "change forum"
    talk = make.forum(edition)
    for forum, pattern, at, names in (
        (talk, "/editions/{edition}/activities/{forum}",
         f"/editions/{edition.id}/activities/{talk.activity_id}", ("topic", "post")),
        (make.community(edition), "/courses/{course}/community",
         f"/courses/{course.slug}/community", ("common_topic", "common_post")),
    ):  # fmt: skip
        topic = make.topic(forum, owner)
        answer, bad, fine = (make.post(topic, who) for who in (tutor, owner, owner))
        make.saved(ForumReport(post_id=fine.id, account_id=tutor.id, words="Look."))
        of_topic, here = f"{pattern}/topics/{{{names[0]}}}", f"{at}/topics/{topic.id}"
        of_post = f"{of_topic}/posts/{{{names[1]}}}"
        on = {"on": "true"}
        yield f"{of_topic}/pin", f"{here}/pin", on, "pin topic"
        yield f"{of_topic}/close", f"{here}/close", on, "close topic"
        yield f"{of_post}/answer", f"{here}/posts/{answer.id}/answer", on, "mark answer"
        yield f"{of_post}/hide", f"{here}/posts/{bad.id}/hide", {"reason": "No."}, "hide post"
        yield f"{of_post}/restore", f"{here}/posts/{bad.id}/restore", {}, "restore post"
        yield f"{of_post}/leave", f"{here}/posts/{fine.id}/leave", {}, "settle reports"


def _of_results(make: Make) -> Iterator[Act]:
    edition = make.edition()
    quiz = make.quiz(make.module(edition))
    ana = make.counted(make.enrolment(make.account(), edition))
    at = f"/editions/{edition.id}"
    pattern = "/editions/{edition}/content/activities/{activity}/done-when"
    rule = {"rule": "answered", "weight": "2"}
    yield pattern, f"{at}/content/activities/{quiz.id}/done-when", rule, "change content"
    pattern = "/editions/{edition}/results/all/{enrolment}/{quiz}"
    given = {"percent": "80", "reason": "The line broke"}
    of = f"{at}/results/all/{ana.id}/{quiz.id}"
    yield pattern, of, given, "override result"
    yield f"{pattern}/undo", f"{of}/undo", {}, "take result back"


def _of_quizzes(session: Session, make: Make) -> Iterator[Act]:
    edition = make.edition()
    quiz = make.quiz(make.module(edition))
    ana = make.counted(make.enrolment(make.account(), edition))
    bank, pattern = (
        f"/editions/{edition.id}/content/questions",
        "/editions/{edition}/content/questions",
    )
    words = {"kind": "essay", "text-en": "Why?"}
    yield f"{pattern}/new", f"{bank}/new", words, "write question"
    file = {"questions": packed_questions([portable(QuestionKind.ESSAY, Essay(), {"en": "?"}, {})])}
    yield f"{pattern}/import/apply", f"{bank}/import/apply", file, "take in questions"
    essay = make.question(edition.course_id, QuestionKind.ESSAY, Essay())
    one = f"{pattern}/{{bank_question}}"
    yield one, f"{bank}/{essay.id}", words | {"text-en": "Why not?"}, "change question"
    retired = f"{bank}/{essay.id}/retirement"
    yield f"{one}/retirement", retired, {"retired": "on"}, "change question"
    at = f"/editions/{edition.id}/content/activities/{quiz.id}"
    pattern = "/editions/{edition}/content/activities/{quiz}"
    yield f"{pattern}/questions", f"{at}/questions", {"chosen": str(essay.id)}, "change quiz"
    yield f"{pattern}/draws", f"{at}/draws", {"draws": "2", "points": "1"}, "change quiz"
    with db.reading() as fresh:
        slot = fresh.exec(select(QuizSlot).where(QuizSlot.question_id == essay.id)).one()
    address = f"{at}/slots/{slot.id}"
    yield f"{pattern}/slots/{{slot}}", address, {"do": "save", "points": "3"}, "change quiz"
    yield f"{pattern}/quiz-rules", f"{at}/quiz-rules", {"pass_percent": "55"}, "change quiz"
    more = {"enrolment": str(ana.id), "minutes": "5", "reason": "A slow line"}
    yield f"{pattern}/extensions", f"{at}/extensions", more, "extend quiz"
    with db.reading() as fresh:
        given = fresh.exec(select(QuizExtension)).one()
    address = f"{at}/extensions/{given.id}/end"
    yield f"{pattern}/extensions/{{extension}}/end", address, {}, "extend quiz"
    with db.changing() as own:
        attempt = begin_attempt(own, ana.id, own.get_one(Activity, quiz.id), now=clock.now())
        texts = [(a.position, a.id) for a, _v, q in asked_in(own, attempt.id) if q.id == essay.id]
        position, answer = texts[0]
        sent = {position: Sent({"text": "I think"}, 0)}
        hand_in(own, ana.id, quiz.id, 1, sent, Sender("a", 1), now=clock.now())
    address = f"{at}/marking/{answer}"
    yield f"{pattern}/marking/{{answer}}", address, {"points": "2"}, "mark essay"
    with db.changing() as own:
        slot = own.exec(select(QuizSlot).where(QuizSlot.quiz_id == slot.quiz_id)).first() or slot
        slot.points = 9.0
        own.add(slot)
    with db.reading() as fresh:
        rules = quiz_of(fresh, quiz.id)
        assert rules
        again = regraded(fresh, fresh.get_one(Activity, quiz.id), rules)
    shown = {"shown": again.fingerprint}
    yield f"{pattern}/regrading", f"{at}/regrading", shown, "regrade quiz"
    del session


def _of_certificates(make: Make) -> Iterator[Act]:
    certificate = make.certificate(make.completed(make.edition()))
    certificate.status = CertificateStatus.FAILED
    make.saved(certificate)
    path = f"/certificates/{certificate.code}"
    yield "/certificates/{code}/draw", f"{path}/draw", {}, "draw certificate again"
    reason = {"reason": "because of this"}
    yield "/certificates/{code}/revoke", f"{path}/revoke", reason, "revoke certificate"


def _of_admission(make: Make, boss: Account) -> Iterator[Act]:
    edition = make.edition(capacity=9)
    pattern = "/editions/{edition}/settings"
    at = f"/editions/{edition.id}/settings"
    kind = "change application form"
    basics = {"motivation": "required", "motivation_length": "500", "position": "no"}
    yield f"{pattern}/form", f"{at}/form", basics | {"letter": "no"}, kind
    words = {"kind": "short", "text-en": "Why?"}
    yield f"{pattern}/form/questions", f"{at}/form/questions", words, kind
    first, second = (
        make.saved(ApplicationQuestion(edition_id=edition.id, position=n, kind=AskedKind.SHORT,
                                       text={"en": f"Question {n}?"}))
        for n in (5, 6)
    )  # fmt: skip
    one = f"{pattern}/form/questions/{{question}}"
    yield one, f"{at}/form/questions/{first.id}", words, kind
    yield f"{one}/place", f"{at}/form/questions/{second.id}/place", {"way": "up"}, kind
    yield f"{one}/removal", f"{at}/form/questions/{first.id}/removal", {}, kind
    invited = {"emails": "new@example.org", "language": "en"}
    yield f"{pattern}/invitations", f"{at}/invitations", invited, "invite"
    invitation = make.saved(
        Invitation(edition_id=edition.id, email="old@example.org", invited_by_id=boss.id,
                   changed_at=clock.now())
    )  # fmt: skip
    address = f"{at}/invitations/{invitation.id}/revocation"
    revoked = f"{pattern}/invitations/{{invitation}}/revocation"
    yield revoked, address, {}, "revoke invitation"
    kept = {"country": "PE", "seats": "2"}
    yield f"{pattern}/seats", f"{at}/seats", kept, "reserve seats"
    reserve = make.saved(ReservedSeats(edition_id=edition.id, country="CL", seats=1))
    address = f"{at}/seats/{reserve.id}/release"
    yield f"{pattern}/seats/{{reserve}}/release", address, {}, "release seats"
    for position in (1, 2):
        waits = make.enrolment(make.account(), edition, status=EnrolmentStatus.WAITLISTED)
        make.session.add(
            WaitingPlace(enrolment_id=waits.id, edition_id=edition.id, position=position)
        )
        make.session.flush()
    yield f"{pattern}/line/{{waiting}}", f"{at}/line/{waits.id}", {"position": "1"}, "move in line"
    nominated = make.edition(make.course(slug="named"), policy=EnrolmentPolicy.NOMINATION)
    focal = make.session.exec(select(Account).where(Account.email == "focal@example.org")).one()
    make.account(email="named@example.org", institution_id=focal.coordinates_id)
    address = f"/courses/named/{nominated.slug}/nominations"
    pattern = "/courses/{course}/{run}/nominations"
    yield f"{pattern} (focal point)", address, {"email": "named@example.org"}, "nominate"


def _of_lists(make: Make, boss: Account) -> Iterator[Act]:
    """A decision that is taken back, and a list of people that is taken in or not."""
    edition = make.edition()
    at, pattern = f"/editions/{edition.id}/people", "/editions/{edition}/people"
    applied = make.counted(
        make.enrolment(make.account(), edition, status=EnrolmentStatus.APPLIED, admitted_at=None)
    )
    judgement = Judgement(Verdict.WAITLIST)
    with db.changing() as own:
        decision = decide(own, edition.id, [applied.id], judgement, by=boss.id, now=clock.now())
    address = f"{at}/decisions/{decision.id}/undo"
    yield f"{pattern}/decisions/{{decision}}/undo", address, {}, "take decision back"
    for end, kind in (("apply", "import people"), ("throw-away", "")):
        begun = make.saved(
            PeopleImport(edition_id=edition.id, account_id=boss.id, file_name="people.csv",
                         language="en", status=ImportStatus.READY, to_do=1)
        )  # fmt: skip
        address = f"{at}/import/{begun.id}/{end}"
        yield f"{pattern}/import/{{people_import}}/{end}", address, {}, kind
    yield f"{pattern}/import", f"{at}/import", {"list": "file"}, ""
    words = {"audience": "participants", "title_en": "News", "text_en": "It begins."}
    make.participant(edition)
    address = f"/editions/{edition.id}/announcements"
    yield "/editions/{edition}/announcements", address, words, "send announcement"


def _of_people(session: Session, make: Make) -> Iterator[Act]:
    boss = session.exec(select(Account).where(Account.email == "boss@example.org")).one()
    focal = session.exec(select(Account).where(Account.email == "focal@example.org")).one()
    edition = make.edition()
    someone = make.account(institution_id=focal.coordinates_id)
    enrolment = make.counted(make.enrolment(someone, edition))
    applied = make.counted(
        make.enrolment(make.account(institution_id=focal.coordinates_id), edition,
                       status=EnrolmentStatus.APPLIED)
    )  # fmt: skip
    pattern = "/editions/{edition}/people/{enrolment}"
    at = f"/editions/{edition.id}/people/{enrolment.id}"
    mended = {"country": "PE", "why": "Written wrongly."}
    mended |= {"institution": str(focal.coordinates_id)}
    yield f"{pattern}/corrections", f"{at}/corrections", mended, "correct enrolment"
    other = make.enrolment(make.account(), edition, status=EnrolmentStatus.APPLIED)
    address = f"/editions/{edition.id}/people/{make.counted(other).id}/decision"
    yield f"{pattern}/decision", address, {"do": "waitlist"}, "put on waiting list"
    yield f"{pattern}/notes", f"{at}/notes", {"body": "Called."}, "write note"
    note = make.saved(EnrolmentNote(enrolment_id=enrolment.id, author_id=boss.id, body="Old."))
    yield f"{pattern}/notes/{{note}}/remove", f"{at}/notes/{note.id}/remove", {}, "remove note"
    at = f"/editions/{edition.id}/people/{applied.id}/support"
    words = {"words": "We need them."}
    yield f"{pattern}/support (focal point)", at, words, "support application"
    yield f"{pattern}/support/remove (focal point)", f"{at}/remove", {}, "take support back"


def _of_institutions(make: Make) -> Iterator[Act]:
    seen = make.institution(acronym="OURS", name="The one that is changed")
    pattern, at = "/institutions/{institution}", f"/institutions/{seen.id}"
    new = {"acronym": "NEW", "name": "A wholly other house", "country": "PE", "kind": "other"}
    yield "/institutions/new", "/institutions/new", new, "add institution"
    other = {"acronym": "OURS", "name": "Now called so", "country": "CO", "kind": "other"}
    yield f"{pattern}/edit", f"{at}/edit", other, "change institution"
    named = {"alias": "Ours of old", "alias_kind": "former"}
    yield f"{pattern}/aliases", f"{at}/aliases", named, "add alias"
    alias = make.alias(seen, "The gone one")
    yield (
        f"{pattern}/aliases/{{alias}}/remove",
        f"{at}/aliases/{alias.id}/remove",
        {},
        ("remove alias"),
    )
    focal = make.account(email="tobe@example.org")
    to_be = {"focal_email": focal.email}
    yield f"{pattern}/focal-points", f"{at}/focal-points", to_be, "name focal point"
    address = f"{at}/focal-points/{focal.id}/remove"
    yield f"{pattern}/focal-points/{{focal_point}}/remove", address, {}, "remove focal point"
    wish = {"wish": "A better name", "wish_for": "alias"}
    yield f"{pattern}/proposals (focal point)", "/institutions/{own}/proposals", wish, ""
    double = make.institution(acronym="TWICE")
    into = {"into": str(seen.id)}
    merge = f"/institutions/{double.id}/merge"
    yield f"{pattern}/merge", merge, into, "merge institution, take in institution"
    with db.reading() as fresh:
        merged = fresh.exec(select(InstitutionMerge)).one()
    pattern, at = "/institutions/merges/{merge}/undo", f"/institutions/merges/{merged.id}/undo"
    yield pattern, at, {}, "undo merge, undo merge"
    file = b"acronym,name,kind,country\nFILED,Filed house,other,PE\n"
    planned = plan(institutions(make.session, merged=True), rows_of(file))
    shown = {"content": packed(file), "shown": fingerprint(planned)}
    yield (
        "/institutions/import/apply",
        "/institutions/import/apply",
        shown,
        ("add institution, import institutions"),
    )
    yield from _of_proposals(make, seen)


def _of_proposals(make: Make, seen: Institution) -> Iterator[Act]:
    pattern = "/institutions/proposals"
    ways: dict[str, tuple[dict[str, str], str]] = {
        "accept": (
            {"acronym": "ACC", "name": "Proposed accept", "country": "CO", "kind": "other",
             "sure": "on"},
            "add institution, accept institution proposal",
        ),
        "alias": (
            {"institution": str(seen.id)}, "add alias, accept institution proposal"
        ),
        "decline": ({"reason": "It closed."}, "decline institution proposal"),
        "change": ({}, "add alias, accept institution proposal"),
    }  # fmt: skip
    for way, (form, kind) in ways.items():
        name = f"Proposed {way}"
        proposal = make.saved(
            InstitutionProposal(
                kind=ProposalKind.CHANGE if way == "change" else ProposalKind.NEW,
                account_id=make.account().id,
                country="CO",
                name=name,
                key=folded(name),
                institution_id=seen.id if way == "change" else None,
                as_alias=way == "change",
            )
        )
        word = "change" if way == "change" else "proposal"
        yield f"{pattern}/{{{word}}}/{way}", f"{pattern}/{proposal.id}/{way}", form, kind


def _of_messages(make: Make) -> Iterator[Act]:
    bounced = make.account(email_bounced_at=clock.now())
    pattern = "/outbox/addresses/{colleague}/clear"
    yield pattern, f"/outbox/addresses/{bounced.id}/clear", {}, "clear bounce"
    pattern, at = "/messages/templates/{letter}/{language}", "/messages/templates/welcome/en"
    words = {"subject": "Hello", "body": "Come in: {address}"}
    yield pattern, at, words, "reword message"
    yield f"{pattern}/restore", f"{at}/restore", {}, "restore wording"


def _of_files(make: Make) -> Iterator[Act]:
    activity = make.activity(make.module(make.edition()))
    pattern = "/editions/{edition}/content/activities/{activity}/files"
    at = f"/editions/{activity.edition_id}/content/activities/{activity.id}/files"
    about = {"role": "download", "language": "en", "file": "a.csv"}
    yield pattern, at, about, "add file"
    first, second = (make.file_of(activity, f"{name}.csv").id for name in ("b", "c"))
    one = f"{pattern}/{{offered}}"
    yield one, f"{at}/{first}", about | {"title": "A table"}, "change file"
    yield f"{one}/content", f"{at}/{first}/content", about, "replace file"
    yield f"{one}/place", f"{at}/{second}/place", {"way": "up"}, "move file"
    yield f"{one}/removal", f"{at}/{first}/removal", {}, "remove file"
    yield from _of_panoramas(make)
    yield from _of_surveys(make)


def _of_surveys(make: Make) -> Iterator[Act]:
    activity = make.activity(make.module(make.edition()), kind=ActivityKind.SURVEY)
    survey = make.saved(Survey(activity_id=activity.id))
    pattern = "/editions/{edition}/content/activities/{survey}"
    at = f"/editions/{activity.edition_id}/content/activities/{activity.id}"
    words = {"kind": "long", "text-en": "How was it?"}
    asked = f"{pattern}/survey-questions"
    yield asked, f"{at}/survey-questions", words, "change survey"
    first, second = (
        make.saved(SurveyQuestion(survey_id=survey.id, position=n, kind=SurveyKind.LONG)).id
        for n in (7, 8)
    )
    one = f"{asked}/{{survey_question}}"
    yield one, f"{at}/survey-questions/{first}", words, "change survey"
    yield f"{one}/place", f"{at}/survey-questions/{second}/place", {"way": "up"}, "change survey"
    yield f"{one}/removal", f"{at}/survey-questions/{second}/removal", {}, "change survey"
    rules = {"anonymous": "no", "shows_results": "true"}
    yield f"{pattern}/survey-rules", f"{at}/survey-rules", rules, "change survey"
    yield f"{pattern}/survey-rules/closing", f"{at}/survey-rules/closing", {}, "change survey"


def _of_panoramas(make: Make) -> Iterator[Act]:
    edition = make.edition()
    link, around = (
        make.activity(make.module(edition), kind=kind)
        for kind in (ActivityKind.LINK, ActivityKind.PANORAMA)
    )
    pattern, at = (f"/editions/{one}/content/activities" for one in ("{edition}", edition.id))
    leads = {"url-en": "https://example.org/", "seen": seen({})}
    yield f"{pattern}/{{leading}}/address", f"{at}/{link.id}/address", leads, "change address"
    pattern, at = f"{pattern}/{{around}}/scenes", f"{at}/{around.id}/scenes"
    words = {"title-en": "Hall", "words-en": "A wide hall."}
    yield pattern, at, words, "change panorama"
    first, second = (make.saved(Scene(activity_id=around.id, position=n)).id for n in (7, 8))
    one = f"{pattern}/{{scene}}"
    yield one, f"{at}/{first}", words | {"yaw": "90"}, "change panorama"
    yield f"{one}/place", f"{at}/{second}/place", {"way": "up"}, "change panorama"
    door = {"title-en": "Door", "yaw": "10"}
    yield f"{one}/points", f"{at}/{first}/points", door, "change panorama"
    point = make.saved(Hotspot(scene_id=first, position=7, yaw=0, pitch=0)).id
    address = f"{at}/{first}/points/{point}"
    yield f"{one}/points/{{point}}", address, door | {"pitch": "5"}, "change panorama"
    yield f"{one}/points/{{point}}/removal", f"{address}/removal", {}, "change panorama"
    yield f"{one}/removal", f"{at}/{second}/removal", {}, "change panorama"


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
    driven, wrong, actor = set(CHANGE_NOTHING | BY_A_PROGRAM), [], boss
    focal = make.focal(make.institution(), email="focal@example.org")
    for pattern, address, form, kind in acts(session, make, boss):
        if (who := focal if pattern.endswith(" (focal point)") else boss) is not actor:
            actor = who
            browser.sign_in(actor)
        before, known = everything(), len(_events())
        table = ("people.csv", b"email,name,country\na@example.org,Ana,CO\n")
        files: dict[str, Any] = {name: table for name in ("list", "file") if name in form}
        at = address.format(own=focal.coordinates_id)
        answer = browser.post(at, data=form, files=files or None)
        new = _events()[known:]
        pattern = pattern.removesuffix(" (focal point)")  # noqa: PLW2901
        driven.add(pattern.removesuffix(" (saved)"))
        if everything() == before or answer.status_code != 303:
            wrong.append(f"{pattern}: changed nothing ({answer.status_code})")
        elif pattern in NOT_RECORDED:
            assert new == []  # and the reason stands beside it
        elif [e.action for e in new] != kind.split(", "):
            wrong.append(f"{pattern}: left {[e.action for e in new]}")
        elif any(e.actor_id != actor.id or not {"before", "after"} <= set(e.details) for e in new):
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
