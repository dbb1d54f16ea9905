"""What the baseline is told: our own page taken apart into static text and plain data."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from sqlmodel import Session, select

from app.core import clock, formats
from app.core.db import reading
from app.core.formats import living_in
from app.core.i18n import speaking
from app.models import Course, Edition, LiveSession
from app.queries.outlines import ActivityLine, ModuleState, module_states, next_activity, outline
from app.queries.progress import Standing
from app.web.labels import label
from app.web.outline import KINDS, opening_words
from bench.baseline import DATA, TEMPLATE, Activity, Meeting, Module, Page, Tab
from bench.programme import ZONE, Programme, Reader

MIDDLE = Path(__file__).with_name("course_page.html")
BEGINS = '<div class="cols start">'
ENDS = "</div>\n</main>"
NAME = "{}<span class"
WEIGHT = "This page: {} KB"


class Differs(Exception):
    """The baseline's page is not ours; the message shows where."""


def tell_baseline(folder: Path, programme: Programme, pages: Sequence[str]) -> None:
    """Write the baseline's template and data into ``folder``; ``pages`` are ours, one a reader."""
    template = _template(pages[0], programme.readers[0])
    (folder / TEMPLATE).write_text(template, encoding="utf-8")
    with reading() as session, speaking("en"), living_in(ZONE):
        told = [
            asdict(_page(session, programme, reader, _weight(page)))
            for reader, page in zip(programme.readers, pages, strict=True)
        ]
    (folder / DATA).write_text(json.dumps(told), encoding="utf-8")


def compare(ours: str, theirs: str) -> None:
    """Both must say the same, letter for letter."""
    if ours == theirs:
        return
    at = next(
        (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b),
        min(len(ours), len(theirs)),
    )
    message = (
        f"The baseline's page differs from ours after {at} letters:\n"
        f"ours    {ours[at - 60 : at + 100]!r}\ntheirs  {theirs[at - 60 : at + 100]!r}\n"
        f"Bring {MIDDLE.name} up to date with app/templates/editions."
    )
    raise Differs(message)


def _template(page: str, reader: Reader) -> str:
    """Header and footer as static text, with slots for what differs between readers."""
    before, begins, rest = page.partition(BEGINS)
    _middle, ends, after = rest.partition(ENDS)
    if not (begins and ends):
        message = f"Our page has no {BEGINS!r} … {ENDS!r}."
        raise Differs(message)
    weight = WEIGHT.format(_weight(page))
    head = _raw(before, NAME.format(reader.name.split()[0]), NAME.format("{{ page.name }}"))
    foot = _raw(ends + after, weight, WEIGHT.format("{{ page.weight }}"))
    return head + MIDDLE.read_text(encoding="utf-8") + foot


def _raw(text: str, told: str, slot: str) -> str:
    """``text`` as Jinja prints it unchanged, but for the one ``told`` in it."""
    before, _, after = text.partition(told)
    mark = "{% raw %}"
    end = "{% endraw %}"
    return f"{mark}{before}{end}{slot}{mark}{after}{end}"


def _weight(page: str) -> str:
    before, after = WEIGHT.split("{}")
    return page.rpartition(before)[2].partition(after)[0]


def _page(session: Session, programme: Programme, reader: Reader, weight: str) -> Page:
    edition, course = session.exec(
        select(Edition, Course).join(Course).where(Edition.id == programme.edition_id)
    ).one()
    lines = outline(session, edition.id, edition.version, "en")
    states = module_states(lines, Standing(reader.states), on=clock.today(ZONE))
    coming = next_activity(states)
    address = programme.address
    modules = tuple(_module(state, address, coming) for state in states)
    return Page(
        name=reader.name.split()[0],
        weight=weight,
        address=address,
        title=course.title["en"],
        language="en",
        dates=formats.date_range(edition.starts_on, edition.ends_on),
        hours=course.hours,
        done=sum(activity.state == "ok" for module in modules for activity in module.activities),
        total=len(lines.activities),
        tabs=_tabs(address),
        next=next(a for m in modules for a in m.activities if coming and a.number == coming.number),
        meeting=_meeting(session, programme),
        modules=modules,
    )


def _tabs(address: str) -> tuple[Tab, ...]:
    return (
        Tab(address, "Course", is_here=True),
        Tab(f"{address}/sessions", "Live sessions", is_here=False),
        Tab(f"{address}/announcements", "Announcements", is_here=False),
        Tab(f"{address}/forum", "Forum", is_here=False),
        Tab(f"{address}/capstone", "Team work", is_here=False),
        Tab(f"{address}/results", "My results", is_here=False),
    )


def _module(state: ModuleState, address: str, coming: ActivityLine | None) -> Module:
    module = state.module
    return Module(
        number=module.place,
        title=module.title,
        summary=module.summary,
        language=module.language,
        opens="" if state.is_open else opening_words(state.waits),
        is_done=state.is_done,
        is_present=coming in module.activities,
        activities=tuple(
            Activity(
                number=line.number,
                title=line.title,
                language=line.language,
                kind=label(line.kind),
                minutes=line.minutes,
                address=f"{address}/activities/{line.id}",
                state=KINDS[how],
            )
            for line, how in zip(module.activities, state.states, strict=True)
        ),
    )


def _meeting(session: Session, programme: Programme) -> Meeting:
    meeting = session.exec(
        select(LiveSession).where(LiveSession.edition_id == programme.edition_id)
    ).one()
    return Meeting(
        title=meeting.title,
        language=meeting.language,
        address=f"{programme.address}/sessions/{meeting.id}",
        instant=f"{meeting.starts_at:%Y-%m-%dT%H:%MZ}",
        moment=formats.moment(meeting.starts_at),
        minutes=meeting.minutes,
        zone=formats.zone_name(ZONE, meeting.starts_at),
    )
