"""The teams' works of the demonstration: written, handed in, answered, revised."""

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from app.core.i18n import country_name
from app.demo.catalogue import RUBRIC
from app.demo.chance import Chance
from app.demo.enrolments import TeamMade
from app.demo.moments import at_work
from app.demo.rows import Rows, named
from app.demo.texts import Works, WorkText
from app.models import (
    Capstone,
    CapstoneSection,
    CapstoneStatus,
    CapstoneVersion,
    Criterion,
    Decision,
    Edition,
    Level,
    Milestone,
    Review,
    ReviewComment,
    SectionKey,
)
from app.queries.versions import MemberNamed, MilestoneSeen, Snapshot

#: In which order teams write: an unfinished draft has the first parts only.
IN_DRAFT = 2
COMMENTS = (2, 3)
ANSWERED_WITHIN = (1, 6)  # days
#: What a tutor said of the last version of a work that stands so.
ANSWERS = {
    CapstoneStatus.ACCEPTED: Decision.ACCEPT,
    CapstoneStatus.RETURNED: Decision.RETURN,
}


@dataclass(frozen=True)
class Assignment:
    """Which work a team writes, how far it has come, and between which moments."""

    made: TeamMade
    edition: Edition
    work: WorkText
    title: str
    status: CapstoneStatus
    versions: int  # how many were handed in
    began: datetime
    until: datetime
    tutor: UUID

    @property
    def chance(self) -> Chance:
        return Chance(f"capstone of {self.made.team.id}")


def works_for(teams: Sequence[TeamMade], works: Works, course: str) -> list[tuple[WorkText, str]]:
    """A work and its title for each team of an edition; no two teams share a title."""
    given: list[tuple[WorkText, str]] = []
    used: Counter[str] = Counter()
    for made in teams:
        spoken = Counter(member.language for member in made.members).most_common(1)[0][0]
        bank = works.of(course, spoken) or works.of(course, "es")
        work = min(bank, key=lambda work: used[work.title])
        used[work.title] += 1
        title = work.title if used[work.title] == 1 else f"{work.title} – {made.team.name}"
        given.append((work, title))
    return given


def add_capstone(rows: Rows, works: Works, given: Assignment) -> Capstone:
    status, team = given.status, given.made.team
    author = given.made.members[0].account_id
    times = _submissions(given)
    saved_at = times[-1] if times else at_work(given.until, given.chance, latest=given.until)
    capstone = rows.add(
        Capstone(
            id=named("capstone", team.id),
            created_at=given.began,
            edition_id=given.edition.id,
            team_id=team.id,
            title=given.title,
            status=status,
            language=given.work.language,
            saved_at=saved_at,
            saved_by_id=author,
        )
    )
    milestones = _milestones(given, capstone)
    sections = _sections(given)
    if status is CapstoneStatus.DRAFT:
        sections = dict(list(sections.items())[:IN_DRAFT])
        milestones = milestones[:IN_DRAFT]
    for number, at in enumerate(times, 1):
        version = _hand_in(rows, given, capstone, sections, milestones, number=number, at=at)
        if number < len(times):
            about = _answer(rows, works, given, version, Decision.RETURN)
            sections = _revised(sections, works, given, about)
        elif status in ANSWERS:
            _answer(rows, works, given, version, ANSWERS[status])
    for milestone in milestones:
        rows.add(milestone)
    for key, body in sections.items():
        rows.add(
            CapstoneSection(
                id=named("section", capstone.id, key),
                capstone_id=capstone.id,
                key=key,
                body=body,
                saved_at=saved_at,
                saved_by_id=author,
            )
        )
    return capstone


def _submissions(given: Assignment) -> list[datetime]:
    """When each version was handed in, evenly spread; the last leaves time for its answer."""
    waits = given.status is CapstoneStatus.SUBMITTED
    step = (given.until - given.began) / (given.versions + (not waits))
    chance = Chance(f"submissions of {given.made.team.id}")
    return [
        at_work(given.began + step * number, chance, latest=given.until)
        for number in range(1, given.versions + 1)
    ]


def _sections(given: Assignment) -> dict[SectionKey, str]:
    return {key: _filled(given.work.section(key), given) for key in SectionKey}


def _filled(text: str, given: Assignment) -> str:
    """``text`` about the team's own country and institution."""
    parts = given.made.planned.members
    country = Counter(part.country for part in parts).most_common(1)[0][0]
    acronym = Counter(part.institution[0] for part in parts).most_common(1)[0][0]
    return text.replace("{country}", country_name(country, given.work.language)).replace(
        "{institution}", acronym
    )


def _milestones(given: Assignment, capstone: Capstone) -> list[Milestone]:
    """The work's milestones, their months counted from the end of the edition."""
    first = given.edition.ends_on or given.until.date()
    return [
        Milestone(
            id=named("milestone", capstone.id, position),
            capstone_id=capstone.id,
            position=position,
            title=_filled(text.title, given),
            responsible=_filled(text.responsible_role, given),
            due_on=_end_of_month(first, text.month),
            indicator=_filled(text.indicator, given),
            resources=_filled(text.resources, given),
        )
        for position, text in enumerate(given.work.milestone, 1)
    ]


def _end_of_month(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    year = first.year + years
    return date(year, month + 1, monthrange(year, month + 1)[1])


def _hand_in(
    rows: Rows,
    given: Assignment,
    capstone: Capstone,
    sections: Mapping[SectionKey, str],
    milestones: Sequence[Milestone],
    *,
    number: int,
    at: datetime,
) -> CapstoneVersion:
    content = Snapshot(
        title=capstone.title,
        language=capstone.language,
        sections=sections,
        milestones=tuple(MilestoneSeen.of(milestone) for milestone in milestones),
        members=tuple(
            MemberNamed(place.account_id, part.person.name)
            for place, part in zip(given.made.members, given.made.planned.members, strict=True)
        ),
    )
    return rows.add(
        CapstoneVersion(
            id=named("version", capstone.id, number),
            created_at=at,
            capstone_id=capstone.id,
            number=number,
            submitted_at=at,
            submitted_by_id=given.made.members[0].account_id,
            content=content.written(),
        )
    )


def _answer(
    rows: Rows, works: Works, given: Assignment, version: CapstoneVersion, decision: Decision
) -> list[str]:
    """A tutor's review of a version; says which sections it has comments on."""
    chance, language = given.chance, given.work.language
    accepted = decision is Decision.ACCEPT
    version.status = CapstoneStatus.ACCEPTED if accepted else CapstoneStatus.RETURNED
    answered = version.submitted_at + timedelta(days=chance.whole(*ANSWERED_WITHIN))
    version.decided_at = max(
        at_work(min(answered, given.until), chance, latest=given.until),
        version.submitted_at + timedelta(hours=1),
    )
    levels, score, out_of = _judged(rows, chance, accepted=accepted)
    review = rows.add(
        Review(
            id=named("review", version.id),
            created_at=version.decided_at,
            version_id=version.id,
            tutor_id=given.tutor,
            decision=decision,
            message=chance.pick(works.messages(language, decision)),
            levels=levels,
            score=score,
            out_of=out_of,
        )
    )
    about = chance.shuffled([*(key.value for key in SectionKey), "milestones"])
    about = about[: 1 if accepted else chance.whole(*COMMENTS)]
    for section in about:
        rows.add(
            ReviewComment(
                id=named("comment", review.id, section),
                review_id=review.id,
                section=section,
                body=chance.pick(works.comments(language, section)),
            )
        )
    return about


def _judged(rows: Rows, chance: Chance, *, accepted: bool) -> tuple[dict[str, str], int, int]:
    """A level for each criterion: the upper ones of a work that is accepted."""
    levels, score, out_of = {}, 0, 0
    for criterion in (c for c in rows.of(Criterion) if c.rubric_id == RUBRIC):
        steps = [level for level in rows.of(Level) if level.criterion_id == criterion.id]
        middle = len(steps) // 2
        level = chance.pick(steps[middle:] if accepted else steps[: middle + 1])
        levels[str(criterion.id)] = str(level.id)
        score += level.points
        out_of += criterion.points
    return levels, score, out_of


def _revised(
    sections: Mapping[SectionKey, str], works: Works, given: Assignment, about: Sequence[str]
) -> dict[SectionKey, str]:
    """The team answers each comment with a paragraph."""
    chance, language = given.chance, given.work.language
    return {
        key: f"{body.rstrip()}\n\n{chance.pick(works.revisions(language, key.value))}"
        if key.value in about
        else body
        for key, body in sections.items()
    }
