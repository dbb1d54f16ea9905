"""The pages on which one module or one activity is set."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from app.core.errors import NotFound
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.queries.activities import activity_of
from app.queries.content import ActivityWritten, ModuleWritten, written
from app.web.content_forms import ActivityForm, ModuleForm, around_content
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.opening_page import rule_choices
from app.web.pages import render
from app.web.writing_tabs import writing_address, writing_tabs


def module_written(visit: EditionVisit, module_id: UUID) -> ModuleWritten:
    for module in written(visit.session, visit.edition.id, visit.edition.languages):
        if module.id == module_id:
            return module
    raise NotFound(_("This module is not here any more."))


def activity_written(visit: EditionVisit, activity_id: UUID) -> ActivityWritten:
    for module in written(visit.session, visit.edition.id, visit.edition.languages):
        for activity in module.activities:
            if activity.id == activity_id:
                return activity
    raise NotFound(_("This activity is not here any more."))


def module_page(
    request: Request,
    visit: EditionVisit,
    module: ModuleWritten | None,
    form: Form[ModuleForm],
    rule_form: Form[Any] | None = None,
) -> Response:
    """The form of a module; of one that is to be added, if there is none yet."""
    around = around_content(visit)
    address = f"{around['content_address']}/modules/{module.id if module else 'new'}"
    return render(
        request,
        visit,
        "content/module.html",
        status=422 if form.errors or (rule_form and rule_form.errors) else 200,
        **around,
        **rule_choices(visit, module, rule_form),
        module=module,
        thing_address=address,
        form=form,
    )


def settings_page(
    request: Request,
    visit: EditionVisit,
    seen: ActivityWritten,
    form: Form[ActivityForm],
    rule_form: Form[Any] | None = None,
) -> Response:
    row = activity_of(visit.session, visit.edition.id, seen.id)
    if row is None:
        raise NotFound(_("This activity is not here any more."))
    modules = written(visit.session, visit.edition.id, visit.edition.languages)
    return render(
        request,
        visit,
        "content/settings.html",
        status=422 if form.errors or (rule_form and rule_form.errors) else 200,
        **around_content(visit),
        **rule_choices(visit, seen, rule_form),
        activity=seen,
        parts=writing_tabs(row),
        thing_address=writing_address(visit.edition.id, seen.id),
        other_modules=[(m.id, choose(m.title)) for m in modules if m.id != seen.module_id],
        form=form,
    )
