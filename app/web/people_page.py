"""The list of an edition's people as a page: filtered, counted, with what can be decided."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import Conflict, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import ngettext, pgettext
from app.models import REASONS_TO_DECLINE, REASONS_TO_WITHDRAW, Reason, Verdict
from app.policy import Action
from app.queries.admissions import LastDecision, last_decision
from app.queries.balance import Balance, balance, room
from app.queries.people import Order, PersonLine, State, Tally, ids_of, lines, tally
from app.services.admission_news import reason_words
from app.services.admissions import Judgement, decide
from app.services.approvals import MOST_AT_ONCE
from app.services.undoing import UNDO_WITHIN
from app.web.asked import address_of, heard, in_pages
from app.web.days import Instant
from app.web.edition_place import edition_place
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.pages import render
from app.web.people import Asked, Filters, read

PAGE = 50
MOST_ON_A_PAGE = 500
#: What of an address is for one look only.
FLEETING = ("page", "keys", "all", "tick")


class Ticked(BaseModel):
    """Who is chosen: those with a tick, or everybody of the list, whose number was said."""

    seen: Instant | None = None  # when the page was made from which this was sent
    chosen: list[UUID] = Field(default_factory=list, max_length=MOST_ON_A_PAGE)
    everyone: int | None = Field(default=None, ge=1)
    back: str = Field(default="", max_length=1000)


class DecisionForm(Ticked):
    do: Verdict
    decline_reason: Reason | None = None
    decline_words: str = Field(default="", max_length=1000)
    decline_tell: bool = False
    withdraw_reason: Reason | None = None
    withdraw_words: str = Field(default="", max_length=1000)
    withdraw_tell: bool = False

    @property
    def judgement(self) -> Judgement:
        if self.do not in {Verdict.DECLINE, Verdict.WITHDRAW}:
            return Judgement(self.do, seen_at=self.seen)
        reason, words, tell = (
            getattr(self, f"{self.do}_{what}") for what in ("reason", "words", "tell")
        )
        return Judgement(self.do, reason, words, tell, self.seen)


def check_reason(form: Form[DecisionForm]) -> None:
    """Another reason than those of the list has to be written down."""
    if form.data and form.data.judgement.reason is Reason.OTHER and not form.data.judgement.words:
        form.refuse(f"{form.data.do}_words", _("Write the reason."))


def carry_out(
    visit: EditionVisit, chosen: Collection[UUID], form: Form[DecisionForm]
) -> tuple[str, UUID]:
    """Decide what a whole form says about ``chosen``: what is to be said of it, and its id."""
    if form.data is None:
        raise RuleBroken(_("Tick the people you mean, then press the button again."))
    done = decide(
        visit.session,
        visit.edition.id,
        chosen,
        form.data.judgement,
        by=visit.viewer.id,
        now=clock.now(),
    )
    return said(form.data.do, done.done, done.left), done.id


def list_asked(back: str) -> Form[Filters]:
    """The list from which a form was sent."""
    return heard(Filters, dict(parse_qsl(back)))


def ids_chosen(visit: EditionVisit, ticked: Ticked | None) -> list[UUID]:
    """The people meant, whatever page they are on; refused if they are others than was said."""
    if ticked is None or not (ticked.chosen or ticked.everyone):
        raise RuleBroken(_("Tick the people you mean, then press the button again."))
    if ticked.everyone is None:
        return ticked.chosen
    wanted = read(visit, list_asked(ticked.back)).wanted
    found = ids_of(visit.session, wanted, most=MOST_AT_ONCE + 1)
    if len(found) != ticked.everyone:
        raise Conflict(
            _("The list has changed: it had %(before)s people, now %(now)s. Look at it again.")
            % {"before": ticked.everyone, "now": len(found)}
        )
    return found


@dataclass(frozen=True)
class Ticks:
    """What the form of the list holds when the page comes back with it."""

    chosen: Collection[UUID] = ()
    everyone: bool = False
    form: Form[Any] | None = None


def show_people(
    request: Request, visit: EditionVisit, form: Form[Filters], ticks: Ticks | None = None
) -> Response:
    wish = read(visit, form)
    ticks = ticks or Ticks()
    filters = form.data or Filters()
    numbers = tally(visit.session, wish.wanted)
    total = numbers.total(wish.wanted.state)
    size = MOST_ON_A_PAGE if filters.all and total <= MOST_ON_A_PAGE else PAGE
    on_page, last = in_pages(total, filters.page, size)
    people = lines(visit.session, wish.wanted, **wish.in_order, page=on_page, size=size)
    chosen = {line.id for line in people} if filters.tick else set(ticks.chosen)
    deeds = deeds_for(visit, wish.wanted.state)
    return render(
        request,
        visit,
        "people/index.html",
        part="people/_people.html",
        status=422 if ticks.form and ticks.form.errors else 200,
        **edition_place(visit),
        **wish.offered,
        **_addresses(visit, form, numbers),
        **_offered_for_all(wish, people, total),
        filtered=bool(address_of("", form, "state", "sort", *FLEETING)),
        orders=_orders(wish),
        form=form,
        wish=wish,
        numbers=numbers,
        room=room(visit.session, visit.edition.id, on=clock.today()),
        people=people,
        on_page=on_page,
        last=last,
        total=total,
        deeds=deeds,
        sees_balance=Verdict.APPROVE in deeds,
        balance=_balance(visit, deeds, ticks, chosen),
        chosen=chosen,
        everyone=ticks.everyone,
        decision=ticks.form or Form[DecisionForm](),
        last_decision=_last_decision(visit),
        reasons=reasons(),
        may_import=visit.may(Action.IMPORT_PEOPLE),
        State=State,
    )


def _orders(wish: Asked) -> list[tuple[str, str]]:
    """The orders of the list, for phones, where its columns have no heads to press."""
    words = {
        Order.NAME: _("Name"),
        Order.INSTITUTION: _("Institution"),
        Order.COUNTRY: _("Country"),
        Order.GENDER: _("Gender"),
        Order.STATUS: _("Status"),
        Order.SUPPORT: _("Supported"),
        Order.DONE: _("Activities done"),
        Order.SINCE: _("Since"),
    }
    backwards = {order: _("%(column)s, backwards") % {"column": words[order]} for order in words}
    return [
        (sign + order, said[order])
        for order in Order
        if order in wish.orders
        for sign, said in (("", words), ("-", backwards))
    ]


def _offered_for_all(wish: Asked, people: list[PersonLine], total: int) -> dict[str, Any]:
    """Whether everybody of the list can be chosen: those of one state, if not too many."""
    in_reach = wish.wanted.state is not None and len(people) < total <= MOST_AT_ONCE
    return {"offers_everyone": in_reach, "few_enough": total <= MOST_ON_A_PAGE}


def _balance(
    visit: EditionVisit, deeds: list[Verdict], ticks: Ticks, chosen: Collection[UUID]
) -> Balance | None:
    everybody = ticks.chosen if ticks.everyone else chosen
    if Verdict.APPROVE not in deeds or not everybody:
        return None
    return balance(visit.session, visit.edition.id, everybody, on=clock.today())


def _last_decision(visit: EditionVisit) -> LastDecision | None:
    """What the reader may still take back."""
    if not visit.may(Action.ADMIT_PEOPLE):
        return None
    since = clock.now() - UNDO_WITHIN
    return last_decision(visit.session, visit.edition.id, visit.viewer.id, since=since)


def reasons() -> dict[str, list[tuple[str, str]]]:
    """What the two lists of reasons offer."""
    return {
        Verdict.DECLINE.value: [(r.value, reason_words(r)) for r in REASONS_TO_DECLINE],
        Verdict.WITHDRAW.value: [(r.value, reason_words(r)) for r in REASONS_TO_WITHDRAW],
    }


def deeds_for(visit: EditionVisit, state: State | None) -> list[Verdict]:
    """What can be decided about people of this state by whoever looks."""
    if not visit.may(Action.ADMIT_PEOPLE):
        return []
    return {
        None: list(Verdict),
        State.TO_DECIDE: [Verdict.APPROVE, Verdict.WAITLIST, Verdict.DECLINE],
        State.WAITING: [Verdict.APPROVE, Verdict.DECLINE],
        State.TAKING_PART: [Verdict.WITHDRAW],
        State.COMPLETED: [],
        State.LEFT: [Verdict.APPROVE],
    }[state]


def said(verdict: Verdict, done: int, left: int) -> str:
    """What was done, for the next page to say; and that some were left as they are."""
    sentence = {
        Verdict.APPROVE: ngettext(
            "%(num)s person was approved and gets an e-mail.",
            "%(num)s people were approved and get an e-mail.",
            done,
        ),
        Verdict.WAITLIST: ngettext(
            "%(num)s person is on the waiting list now and gets an e-mail.",
            "%(num)s people are on the waiting list now and get an e-mail.",
            done,
        ),
        Verdict.DECLINE: ngettext(
            "%(num)s application was declined. The person gets an e-mail.",
            "%(num)s applications were declined. The people get an e-mail.",
            done,
        ),
        Verdict.WITHDRAW: ngettext(
            "%(num)s person was withdrawn and gets an e-mail. You can approve them again.",
            "%(num)s people were withdrawn and get an e-mail. You can approve them again.",
            done,
        ),
    }[verdict] % {"num": done}
    if not left:
        return sentence
    rest = ngettext(
        "%(num)s person stays as they were: it does not fit them, or somebody else was quicker.",
        "%(num)s people stay as they were: it does not fit them, or somebody else was quicker.",
        left,
    )
    return f"{sentence} {rest % {'num': left}}"


def undone(done: int, stay: list[str]) -> str:
    sentence = ngettext(
        "%(num)s person is as before, and is told.",
        "%(num)s people are as before, and are told.",
        done,
    ) % {"num": done}
    if not stay:
        return sentence
    names = ", ".join(stay[:5]) + ("…" if len(stay) > 5 else "")  # noqa: PLR2004 -- a line of names
    moved_on = _("Whoever has moved on since stays: %(names)s.") % {"names": names}
    return f"{sentence} {moved_on}"


def _addresses(visit: EditionVisit, form: Form[Filters], numbers: Tally) -> dict[str, Any]:
    """The same list in other states, orders and pages, and as a file."""
    path = f"/editions/{visit.edition.id}/people"
    everybody = address_of(path, form, "state", *FLEETING)
    words = {
        State.TO_DECIDE: _("To decide"),
        State.WAITING: _("Waiting list"),
        State.TAKING_PART: _("Taking part"),
        State.COMPLETED: _("Completed"),
        State.LEFT: _("Declined or withdrawn"),
    }
    sign = "&" if "?" in everybody else "?"
    return {
        "state_tabs": [
            ("", everybody, pgettext("people", "All"), numbers.total()),
            *((s, f"{everybody}{sign}state={s}", words[s], numbers.total(s)) for s in State),
        ],
        "sort_address": address_of(path, form, "sort", *FLEETING),
        "page_address": address_of(path, form, *FLEETING),
        "here_address": address_of(path, form, "keys", "tick"),
        "csv_address": address_of(f"{path}.csv", form, *FLEETING),
        "xlsx_address": address_of(f"{path}.xlsx", form, *FLEETING),
        "back": address_of("", form, "keys", "tick").removeprefix("?"),
        "list_address": path,
    }
