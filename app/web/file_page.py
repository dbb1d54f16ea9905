"""The pages on which the files of an activity are added and described."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from app.core.errors import NotFound
from app.core.formats import size as in_words
from app.core.i18n import N_, gettext
from app.core.i18n import gettext as _
from app.models import Activity, FileRole
from app.queries.activity_files import Offered, offered_files
from app.services.activity_files import DESCRIBED, ROLES
from app.services.file_checks import what_is_taken
from app.web.file_forms import FileForm, in_minutes
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.pages import render
from app.web.writing_page import around_writing

#: What a file is for, in the words of who writes.
USES = {
    FileRole.IMAGE: N_("Picture in the text"),
    FileRole.DOWNLOAD: N_("To take along"),
    FileRole.VIDEO: N_("The video"),
    FileRole.CAPTIONS: N_("Captions of the video"),
    FileRole.AUDIO: N_("The sound of the video alone"),
    FileRole.PANORAMA: N_("360° picture"),
}
#: The whole body of a request; without scripts there is no more than one.
MOST_AT_ONCE = 30_000_000


def show_files(
    request: Request, visit: EditionVisit, activity: Activity, form: Form[FileForm]
) -> Response:
    roles = ROLES.get(activity.kind, ())
    if not roles:
        raise NotFound(_("There is nothing at this address."))
    if not form.typed:
        form.typed["language"] = visit.edition.languages[0]
        form.typed["role"] = roles[0]
    return render(
        request,
        visit,
        "activity_files/index.html",
        status=422 if form.errors else 200,
        **around_writing(visit, activity, "files"),
        form=form,
        files=offered_files(visit.session, activity.id),
        **_about_uses(roles),
    )


def _about_uses(roles: tuple[FileRole, ...]) -> dict[str, Any]:
    return {
        "roles": [(role.value, gettext(USES[role])) for role in roles],
        "uses": {role: gettext(USES[role]) for role in FileRole},
        "taken": [(gettext(USES[role]), what_is_taken(role)) for role in roles],
        "needs_words": any(role in DESCRIBED for role in roles),
        "has_recordings": FileRole.VIDEO in roles,
        "most_at_once": in_words(MOST_AT_ONCE),
        "FileRole": FileRole,
    }


def file_to_write(visit: EditionVisit, activity: Activity, offered_id: UUID) -> Offered:
    for one in offered_files(visit.session, activity.id):
        if one.id == offered_id:
            return one
    raise NotFound(_("There is nothing at this address."))


def describing(seen: Offered) -> Form[FileForm]:
    """The form as it stands."""
    return Form(
        {
            "role": seen.role.value,
            "language": seen.language,
            "title": seen.title,
            "alt": seen.alt,
            "lasts": in_minutes(seen.seconds),
        }
    )


def show_file(
    request: Request,
    visit: EditionVisit,
    activity: Activity,
    seen: Offered,
    form: Form[FileForm],
    replacing: Form[FileForm] | None = None,
) -> Response:
    replacing = replacing or Form()
    return render(
        request,
        visit,
        "activity_files/show.html",
        status=422 if form.errors or replacing.errors else 200,
        **around_writing(visit, activity, "files"),
        file=seen,
        form=form,
        replacing=replacing,
        **_about_uses((seen.role,)),
    )
