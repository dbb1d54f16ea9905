"""What a link opens, for whom, how often and for how long; and many who use one at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlmodel import Session, select

from app.core.db import changing
from app.core.errors import TallerError
from app.core.ids import token_hash, uuid7
from app.core.links import link_secret, place_of_link, with_links, without_links
from app.jobs.messages import as_mail
from app.models import Account, Audience, LinkKind, Message, MessageWording, OneTimeToken
from app.queries.announcements import Target
from app.services.account_messages import confirm_address, confirm_new_address, sign_in_link
from app.services.accounts import change_password, reset_password
from app.services.announcements import Draft, announce
from app.services.email_changes import ask_to_change, confirm_change
from app.services.links import HOLDS, LinkVoid, enter_by_link, give_link, use_link
from app.services.notifications import CapstoneNews, capstone_decided, tell, welcome
from app.services.registration import confirm_registration
from tests.make import NOW, Make

MINUTE = timedelta(minutes=1)


def a_link(session: Session, account: Account, kind: LinkKind = LinkKind.SIGN_IN) -> str:
    give_link(session, account, kind, now=NOW)
    newest = max(session.exec(select(OneTimeToken.id)).all())
    return link_secret(newest)


@pytest.mark.parametrize("kind", [LinkKind.SIGN_IN, LinkKind.PASSWORD, LinkKind.CONFIRM])
def test_of_fifty_who_use_a_link_at_once_one_succeeds(
    session: Session, make: Make, kind: LinkKind
) -> None:
    secret = a_link(session, make.account(password_hash="x"), kind)

    def use(_person: int) -> bool:
        try:
            with changing() as own:
                if kind is LinkKind.SIGN_IN:
                    enter_by_link(own, secret, now=NOW)
                elif kind is LinkKind.PASSWORD:
                    reset_password(own, secret, "hash", now=NOW)
                else:
                    confirm_registration(own, secret, browser="", password_hash="hash", now=NOW)
        except LinkVoid:
            return False
        return True

    with ThreadPoolExecutor(10) as people:
        assert sorted(people.map(use, range(50))) == [False] * 49 + [True]


def test_the_secret_is_nowhere_at_rest(session: Session, make: Make) -> None:
    ana = make.account()
    place = give_link(session, ana, LinkKind.SIGN_IN, now=NOW)
    message = sign_in_link(session, ana, place)
    row = session.exec(select(OneTimeToken)).one()
    secret = link_secret(row.id)

    assert row.token_hash == token_hash(secret)
    assert secret not in repr(row.model_dump()) + repr(message.model_dump())
    assert len(secret) == 43


def test_the_link_is_put_in_when_the_message_leaves(session: Session, make: Make) -> None:
    ana = make.account(email="ana@example.org")
    message = sign_in_link(session, ana, give_link(session, ana, LinkKind.SIGN_IN, now=NOW))
    secret = link_secret(session.exec(select(OneTimeToken.id)).one())
    ana.email = "moved@example.org"

    mail = as_mail(message, ana)

    assert isinstance(mail, EmailMessage)
    for form in ("plain", "html"):
        part = mail.get_body((form,))
        assert part is not None
        assert f"http://testserver/link/{secret}" in part.get_content()
    assert "ana@example.org" in mail["To"]  # a link goes where it is bound to, or nowhere
    assert "moved" not in mail["To"]


def test_a_mail_to_an_address_that_may_be_anybodys_names_nobody(make: Make) -> None:
    typed = "Buy at evil.example"
    pending = make.account(name=typed, email_confirmed_at=None, password_hash="x")
    known = make.account(name=typed, email="ana@example.org")
    link = place_of_link(known.id)
    mails = [
        as_mail(confirm_address(make.session, pending, link), pending),
        as_mail(confirm_new_address(make.session, known, "luis@example.org", link), known),
    ]

    assert [mail for mail in mails if "evil" in mail.as_string()] == []
    assert typed in str(as_mail(sign_in_link(make.session, known, link), known)["To"])


def test_what_people_write_never_becomes_a_link(session: Session, make: Make) -> None:
    """By their name, in an announcement, to a team, in an administrator's own words for a letter.

    Else whoever has read the ids of links in a stolen database is sent the secrets of them.
    """
    boss, edition = make.administrator(), make.edition()
    give_link(session, boss, LinkKind.SIGN_IN, now=NOW)
    row = session.exec(select(OneTimeToken.id)).one()
    secret, place = link_secret(row), place_of_link(row)
    hidden = place.replace("link", "li\u2060nk")
    for name in (place, hidden):
        body = f"{place}\n\n{{address}}"
        own = MessageWording(
            letter="welcome", language="en", subject=place, body=body, changed_at=NOW
        )
        eve = make.participant(edition, name=name, language="en")
        news = CapstoneNews(name, 1, is_accepted=True, message=place, address="/x")
        tell(session, eve, "welcome", {"address": "/home"}, own={"en": own})
        capstone_decided(session, eve, news)
        welcome(session, eve)
        look = {"en": f"Look: {place} {hidden}"}
        draft = Draft(uuid7(), Target(Audience.PARTICIPANTS), {"en": name}, look)
        announce(session, edition.id, draft, by=boss.id, now=NOW)
    session.flush()
    written = [m for m in session.exec(select(Message)).all() if m.account_id != boss.id]

    mails = [as_mail(m, session.get_one(Account, m.account_id)).as_string() for m in written]

    assert len(mails) >= 9
    assert [mail for mail in mails if secret[:20] in mail.replace("=\n", "")] == []


def test_only_the_place_of_a_link_is_filled(make: Make) -> None:
    place = place_of_link(make.account().id)
    text = f"a {place} b ⟦link:x⟧ ⟦other⟧"

    assert without_links(text, "(link)") == "a (link) b ⟦link:x⟧ ⟦other⟧"
    assert with_links(text).startswith("a http://testserver/link/")
    assert with_links(text).endswith(" b ⟦link:x⟧ ⟦other⟧")


def test_a_link_holds_for_an_hour(session: Session, make: Make) -> None:
    ana = make.account()
    late, in_time = a_link(session, ana), a_link(session, ana)

    with pytest.raises(LinkVoid):
        enter_by_link(session, late, now=NOW + HOLDS)
    assert enter_by_link(session, in_time, now=NOW + HOLDS - MINUTE).account_id == ana.id


def test_a_link_is_for_one_account_and_one_kind(session: Session, make: Make) -> None:
    ana, luis = make.account(), make.account()
    hers, his = a_link(session, ana), a_link(session, luis)

    for secret in ("", "x", hers[:-1], hers.swapcase()):
        with pytest.raises(LinkVoid):
            enter_by_link(session, secret, now=NOW)
    with pytest.raises(LinkVoid):
        reset_password(session, his, "hash", now=NOW)
    assert enter_by_link(session, hers, now=NOW).account_id == ana.id
    assert enter_by_link(session, his, now=NOW).account_id == luis.id


def test_a_link_is_bound_to_the_address_it_was_sent_to(session: Session, make: Make) -> None:
    ana = make.account()
    secret = a_link(session, ana)
    ana.email = "moved@example.org"
    session.add(ana)
    session.flush()

    with pytest.raises(LinkVoid):
        enter_by_link(session, secret, now=NOW)


@pytest.mark.parametrize("kind", LinkKind)
def test_a_new_password_ends_every_link_of_that_person_alone(
    session: Session, make: Make, kind: LinkKind
) -> None:
    ana, luis = make.account(password_hash="x"), make.account()
    hers, his = a_link(session, ana, kind), a_link(session, luis, kind)

    change_password(session, ana.id, "new hash")

    with pytest.raises(LinkVoid):
        use_link(session, hers, kind, now=NOW)
    use_link(session, his, kind, now=NOW)


def test_a_new_address_ends_every_link(session: Session, make: Make) -> None:
    ana = make.account(email="ana@example.org", email_bounced_at=NOW, email_bounce_reason="550")
    before = a_link(session, ana)
    ask_to_change(session, ana.id, "new@example.org", "203.0.113.9", now=NOW)
    rows = session.exec(select(OneTimeToken).where(OneTimeToken.kind != LinkKind.SIGN_IN)).all()
    for row in rows:
        confirm_change(session, link_secret(row.id), now=NOW)

    session.refresh(ana)
    assert (ana.email, ana.unsubscribe_generation) == ("new@example.org", 2)
    assert (ana.email_bounced_at, ana.email_bounce_reason) == (None, "")
    with pytest.raises(LinkVoid):
        enter_by_link(session, before, now=NOW)
    assert session.exec(select(OneTimeToken)).all() == []


def test_both_addresses_saying_yes_at_once_change_it_once(session: Session, make: Make) -> None:
    ana = make.account(email="ana@example.org")
    ask_to_change(session, ana.id, "new@example.org", "203.0.113.9", now=NOW)
    secrets = [link_secret(row) for row in session.exec(select(OneTimeToken.id)).all()]

    def say_yes(secret: str) -> str | None:
        try:
            with changing() as own:
                return confirm_change(own, secret, now=NOW)
        except TallerError:
            return "refused"

    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(say_yes, secrets * 2))

    assert sorted(map(str, answers)) == ["None", "new@example.org", "refused", "refused"]
    told = select(Message.id).where(Message.kind == "address changed")
    assert len(session.exec(told).all()) == 1


def test_in_another_browser_a_registration_needs_a_password(session: Session, make: Make) -> None:
    ana = make.account(email_confirmed_at=None, password_hash="a stranger's")
    secret = a_link(session, ana, LinkKind.CONFIRM)

    with pytest.raises(TallerError, match="Choose a password"):
        confirm_registration(session, secret, browser="", password_hash=None, now=NOW)
