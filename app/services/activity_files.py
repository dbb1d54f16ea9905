"""The files of an activity: offered, described, put in order, replaced and taken away."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.text import one_line
from app.models import Activity, ActivityFile, ActivityKind, Edition, FileRole, Scene, StoredFile
from app.services.audit import record
from app.services.file_checks import Checked
from app.services.uploads import let_go_unless_used, take_in

#: What each kind of activity offers and shows.
ROLES: dict[ActivityKind, tuple[FileRole, ...]] = {
    ActivityKind.PAGE: (FileRole.IMAGE, FileRole.DOWNLOAD),
    ActivityKind.FILE: (FileRole.DOWNLOAD, FileRole.IMAGE),
    ActivityKind.VIDEO: (
        FileRole.VIDEO,
        FileRole.CAPTIONS,
        FileRole.AUDIO,
        FileRole.DOWNLOAD,
        FileRole.IMAGE,
    ),
    ActivityKind.PANORAMA: (FileRole.PANORAMA, FileRole.DOWNLOAD),
}
#: Of these there is one in each language.
ONE_EACH = frozenset({FileRole.VIDEO, FileRole.AUDIO, FileRole.CAPTIONS})
#: Of these it must be said what they show.
DESCRIBED = frozenset({FileRole.IMAGE})
MOST_FILES = 100


@dataclass(frozen=True, slots=True)
class Description:
    """What is written beside a file."""

    role: FileRole
    language: str
    title: str = ""
    alt: str = ""
    seconds: int = 0  # how long a recording lasts


def refuse_description(session: Session, activity: Activity, said: Description) -> None:
    """Why no file may be offered with these words."""
    if said.role not in ROLES.get(activity.kind, ()):
        raise RuleBroken(_("An activity of this kind has no such files."))
    edition = session.get_one(Edition, activity.edition_id)
    if said.language not in edition.languages:
        raise RuleBroken(_("Choose one of the options."))
    if said.role in DESCRIBED and not said.alt.strip():
        raise RuleBroken(says_nothing())


def says_nothing() -> str:
    return _("Say in a sentence what the picture shows.")


def offer(
    session: Session, activity: Activity, file: Checked, said: Description, *, by: UUID
) -> ActivityFile:
    """Add a file that was looked at; it stands after the others."""
    _lock(session, activity)
    refuse_description(session, activity, said)
    there = session.exec(select(ActivityFile).where(ActivityFile.activity_id == activity.id)).all()
    if len(there) >= MOST_FILES:
        raise RuleBroken(_("This activity has as many files as it can hold."))
    _refuse_second(there, said)
    stored = take_in(
        session, file.kept, name=_free(file.name, there), content_type=file.content_type, by=by
    )
    offered = ActivityFile(
        activity_id=activity.id,
        file_id=stored.id,
        position=max((one.position for one in there), default=0) + 1,
        name=stored.name,
        role=said.role,
        width=file.width,
        height=file.height,
        **_words(said),
    )
    session.add(offered)
    _kept(session, activity, by, "add file", offered, before=None)
    return offered


def replace(
    session: Session, activity: Activity, offered_id: UUID, file: Checked, *, by: UUID
) -> ActivityFile:
    """Put another file in the place of one; the text goes on speaking of it by the same name."""
    _lock(session, activity)
    offered = _offered(session, activity, offered_id)
    before = _facts(offered)
    was = session.get_one(StoredFile, offered.file_id)
    name = _with_ending(offered.name or was.name, file.name)
    there = session.exec(
        select(ActivityFile).where(
            ActivityFile.activity_id == activity.id, ActivityFile.id != offered.id
        )
    ).all()
    stored = take_in(
        session, file.kept, name=_free(name, there), content_type=file.content_type, by=by
    )
    offered.file_id, offered.name = stored.id, stored.name
    offered.width, offered.height = file.width, file.height
    session.add(offered)
    session.flush()
    let_go_unless_used(session, [was.id])
    _kept(session, activity, by, "replace file", offered, before=before)
    return offered


def describe(
    session: Session, activity: Activity, offered_id: UUID, said: Description, *, by: UUID
) -> None:
    """Change what is written beside a file."""
    _lock(session, activity)
    offered = _offered(session, activity, offered_id)
    refuse_description(session, activity, said)
    others = session.exec(
        select(ActivityFile).where(
            ActivityFile.activity_id == activity.id, ActivityFile.id != offered.id
        )
    ).all()
    _refuse_second(others, said)
    before = _facts(offered)
    for name, value in _words(said).items():
        setattr(offered, name, value)
    if _facts(offered) == before:
        return
    session.add(offered)
    _kept(session, activity, by, "change file", offered, before=before)


def move(session: Session, activity: Activity, offered_id: UUID, step: int, *, by: UUID) -> None:
    """Let a file change places with the one before (-1) or after (1) it."""
    _lock(session, activity)
    offered = _offered(session, activity, offered_id)
    order = list(
        session.exec(
            select(ActivityFile)
            .where(ActivityFile.activity_id == activity.id)
            .order_by(col(ActivityFile.position), col(ActivityFile.id))
        )
    )
    at = order.index(offered)
    if not 0 <= at + step < len(order):
        return
    order[at], order[at + step] = order[at + step], order[at]
    for position, one in enumerate(order, 1):
        one.position = position
        session.add(one)
    _kept(session, activity, by, "move file", offered, before={"position": at + 1})


def remove(session: Session, activity: Activity, offered_id: UUID, *, by: UUID) -> None:
    """Take a file away. A copy of the activity that shares it keeps it."""
    _lock(session, activity)
    offered = _offered(session, activity, offered_id)
    if session.exec(select(Scene.id).where(Scene.picture_id == offered.id)).first():
        raise RuleBroken(_("A scene shows this picture. Give the scene another one first."))
    before, stored = _facts(offered), offered.file_id
    session.delete(offered)
    session.flush()
    let_go_unless_used(session, [stored])
    show_anew(session, activity.edition_id)
    record(
        session,
        by,
        "remove file",
        "activity",
        activity.id,
        edition=activity.edition_id,
        before=before,
        after={"there": False},
    )


def show_anew(session: Session, edition_id: UUID) -> None:
    """Say that what everybody sees of the edition has changed."""
    session.flush()
    session.execute(
        update(Edition).where(col(Edition.id) == edition_id).values(version=Edition.version + 1)
    )


def _lock(session: Session, activity: Activity) -> None:
    """What two people change at once is changed one after the other."""
    session.exec(select(Activity.id).where(Activity.id == activity.id).with_for_update()).one()


def _offered(session: Session, activity: Activity, offered_id: UUID) -> ActivityFile:
    offered = session.exec(
        select(ActivityFile).where(
            ActivityFile.id == offered_id, ActivityFile.activity_id == activity.id
        )
    ).one_or_none()
    if offered is None:
        raise NotFound(_("There is nothing at this address."))
    return offered


def _refuse_second(there: Any, said: Description) -> None:
    taken = any(one.role is said.role and one.language == said.language for one in there)
    if said.role in ONE_EACH and taken:
        raise RuleBroken(_("There is one of this kind in this language already. Replace that one."))


def _words(said: Description) -> dict[str, Any]:
    return {
        "language": said.language,
        "title": one_line(said.title),
        "alt": one_line(said.alt),
        "seconds": said.seconds,
    }


def _free(name: str, there: Any) -> str:
    """``name``, as the text can write it, or the next like it that nothing else has."""
    stem, _dot, ending = name.rpartition(".")
    stem = re.sub(r"[^\w.-]+", "-", stem).strip("-.") or "file"
    taken = {(one.name or "").lower() for one in there}
    name, number = f"{stem}.{ending}", 1
    while name.lower() in taken:
        number += 1
        name = f"{stem}-{number}.{ending}"
    return name


def _with_ending(name: str, of: str) -> str:
    return f"{name.rpartition('.')[0] or name}.{of.rpartition('.')[2]}"


def _facts(offered: ActivityFile) -> dict[str, Any]:
    names = ("role", "language", "title", "alt", "seconds", "file_id")
    return {name: str(getattr(offered, name)) for name in names}


def _kept(
    session: Session, activity: Activity, by: UUID, act: str, offered: ActivityFile, *, before: Any
) -> None:
    show_anew(session, activity.edition_id)
    record(
        session,
        by,
        act,
        "activity",
        activity.id,
        edition=activity.edition_id,
        before=before or {"there": False},
        after=_facts(offered),
    )
