"""The rules of naming focal points: coordinators who see the people of one institution only."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.core.errors import NotAllowed, NotFound, RuleBroken
from app.core.i18n import country_name, speaking
from app.core.i18n import gettext as _
from app.models import Account, Belonging, Institution, PlatformRole, normalized_email
from app.services.audit import GONE, MADE, record
from app.services.institution_letters import made_focal_point
from app.services.institution_merges import has_chosen
from app.services.institutions import institution_to_change
from app.services.keys import end_keys
from app.services.sign_ins import end_sign_ins


def name_focal_point(session: Session, institution_id: UUID, email: str, *, by: UUID) -> Account:
    """Let the person with this address see the institution's people. They need an account."""
    institution = institution_to_change(session, institution_id)
    _refuse_the_bound(session, by)
    account = session.exec(
        select(Account).where(Account.email == normalized_email(email)).with_for_update()
    ).one_or_none()
    if account is None or account.is_pending:
        raise RuleBroken(_("Nobody has an account with this address. They register first."))
    if account.id == by:
        raise NotAllowed(_("You cannot change your own role."))
    if account.coordinates_id == institution_id:
        raise RuleBroken(_("This person is a focal point of the institution already."))
    if account.coordinates_id:
        raise RuleBroken(_("This person is the focal point of another institution."))
    if account.platform_role:
        raise RuleBroken(_("This person coordinates the whole platform and sees everybody."))
    account.platform_role = PlatformRole.COORDINATOR
    account.coordinates_id = institution_id
    session.add(account)
    has_chosen(session, account.id, Belonging.COORDINATES)
    end_sign_ins(session, account.id)  # they sign in anew, with the rights they have now
    end_keys(session, account.id)
    told: dict[str, Any] = {"person": account.id, **MADE}
    record(session, by, "name focal point", "institution", institution_id, **told)
    with speaking(account.language):
        label = _label(institution)
    made_focal_point(session, account, label)
    return account


def remove_focal_point(
    session: Session, institution_id: UUID, account_id: UUID, *, by: UUID
) -> Account:
    """Take the role back; the person stays what they are otherwise."""
    institution_to_change(session, institution_id)
    _refuse_the_bound(session, by)
    account = session.get(Account, account_id, populate_existing=True, with_for_update=True)
    if account is None or account.coordinates_id != institution_id:
        raise NotFound(_("There is nothing at this address."))
    if account.platform_role is PlatformRole.COORDINATOR:
        account.platform_role = None  # else they would see everybody's people
    account.coordinates_id = None
    session.add(account)
    has_chosen(session, account.id, Belonging.COORDINATES)
    end_sign_ins(session, account.id)
    end_keys(session, account.id)
    told: dict[str, Any] = {"person": account.id, **GONE}
    record(session, by, "remove focal point", "institution", institution_id, **told)
    return account


def _refuse_the_bound(session: Session, by: UUID) -> None:
    """Only who answers for the whole platform gives such a role."""
    actor = session.get_one(Account, by)
    if actor.platform_role is None or actor.coordinates_id:
        raise NotAllowed(_("Only coordinators of the whole platform name focal points."))


def _label(institution: Institution) -> str:
    return f"{institution.acronym}, {country_name(institution.country)}"
