"""The rules of giving and taking roles: on the platform, and in one edition."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import (
    PARTICIPANTS,
    Account,
    Belonging,
    Edition,
    EditionStaff,
    Enrolment,
    Institution,
    PlatformRole,
    StaffRole,
    normalized_email,
)
from app.services.audit import record
from app.services.institution_merges import has_chosen
from app.services.keys import end_keys
from app.services.sign_ins import end_sign_ins
from app.services.viewing import end_looks, end_looks_at


@dataclass(frozen=True)
class Authority:
    """An administrator about to change the standing of others, and all administrators there are.

    Their rows are held until the change is kept: two who take each other's role away at once come
    one after the other, and the second is no administrator any more.
    """

    by: UUID
    administrators: frozenset[UUID]

    @classmethod
    def of(cls, session: Session, by: UUID) -> "Authority":
        found = session.exec(
            select(Account.id)
            .where(
                Account.platform_role == PlatformRole.ADMINISTRATOR,
                col(Account.suspended_at).is_(None),
            )
            .order_by(col(Account.id))
            .with_for_update(key_share=True)
        ).all()
        if by not in found:
            raise NotAllowed(_("Only an administrator may do that."))
        return cls(by, frozenset(found))

    def over(self, account_id: UUID) -> None:
        """Refuse what would raise or lock out oneself, or leave nobody in charge."""
        if self.administrators <= {account_id}:
            raise NotAllowed(_("This is the only administrator. Make somebody else one before."))
        if account_id == self.by:
            raise NotAllowed(_("Nobody changes their own standing. Ask another administrator."))


def standing_of(account: Account) -> dict[str, Any]:
    """What an account is on the platform, as the audit trail keeps it."""
    return {
        "role": account.platform_role.value if account.platform_role else None,
        "institution": str(account.coordinates_id) if account.coordinates_id else None,
        "suspended": account.suspended_at is not None,
    }


def give_platform_role(
    session: Session,
    account_id: UUID,
    role: PlatformRole | None,
    *,
    institution_id: UUID | None = None,
    by: UUID,
) -> None:
    """Make somebody an administrator, a coordinator (of one institution's people), or neither.

    They sign in anew: what was opened with other rights is closed.
    """
    Authority.of(session, by).over(account_id)
    account = session.get(Account, account_id, with_for_update={"key_share": True})
    if account is None:
        raise NotFound(_("There is no such account."))
    if institution_id and role is not PlatformRole.COORDINATOR:
        raise RuleBroken(_("Only a coordinator can be the focal point of an institution."))
    institution = session.get(Institution, institution_id) if institution_id else None
    if institution_id and (institution is None or institution.merged_into_id):
        raise RuleBroken(_("There is no such institution."))
    before = standing_of(account)
    account.platform_role, account.coordinates_id = role, institution_id
    has_chosen(session, account_id, Belonging.COORDINATES)
    after = standing_of(account)
    if before == after:
        raise Conflict(_("They have this role already."))
    session.add(account)
    session.flush()
    end_sign_ins(session, account_id)
    end_keys(session, account_id)
    end_looks(session, account_id)
    end_looks_at(session, account_id)
    record(session, by, "give platform role", "account", account_id, before=before, after=after)


def appoint(
    session: Session, edition_id: UUID, account_id: UUID, role: StaffRole, *, by: UUID
) -> None:
    """Have somebody accompany an edition, as a tutor or as an observer."""
    edition, account = _edition(session, edition_id), session.get(Account, account_id)
    if account is None:
        raise NotFound(_("There is no such account."))
    if account_id == by:
        raise NotAllowed(_("Nobody gives themselves a role. Ask a colleague."))
    if account.suspended_at is not None:
        raise RuleBroken(_("This account is suspended."))
    takes_part = select(Enrolment.id).where(
        Enrolment.edition_id == edition_id,
        Enrolment.account_id == account_id,
        col(Enrolment.status).in_(PARTICIPANTS),
    )
    if session.exec(takes_part).first():
        raise RuleBroken(_("They take part in this edition: nobody accompanies themselves."))
    known = _staff(session, edition_id, account_id)
    before = known.role.value if known else None
    if before == role.value:
        raise Conflict(_("They have this role already."))
    known = known or EditionStaff(edition_id=edition_id, account_id=account_id)
    known.role = role
    _keep(session, edition, known)
    _note(session, by, "appoint staff", edition_id, account_id, before, role.value)


def appoint_by_address(
    session: Session, edition_id: UUID, email: str, role: StaffRole, *, by: UUID
) -> str:
    """The same for whoever has this e-mail address; gives their name."""
    account = session.exec(
        select(Account).where(Account.email == normalized_email(email))
    ).one_or_none()
    if account is None or account.is_pending:
        raise RuleBroken(_("Nobody has an account with this address."))
    appoint(session, edition_id, account.id, role, by=by)
    return account.name


def dismiss(session: Session, edition_id: UUID, account_id: UUID, *, by: UUID) -> None:
    """Have somebody accompany an edition no more. Their teams are for its other tutors then."""
    edition = _edition(session, edition_id)
    known = _staff(session, edition_id, account_id)
    if known is None:
        raise NotFound(_("They do not accompany this edition."))
    before = known.role.value
    session.execute(delete(EditionStaff).where(col(EditionStaff.id) == known.id))
    _keep(session, edition)
    _note(session, by, "dismiss staff", edition_id, account_id, before, None)


def _edition(session: Session, edition_id: UUID) -> Edition:
    edition = session.get(Edition, edition_id, with_for_update={"key_share": True})
    if edition is None:
        raise NotFound(_("There is nothing at this address."))
    return edition


def _staff(session: Session, edition_id: UUID, account_id: UUID) -> EditionStaff | None:
    return session.exec(
        select(EditionStaff).where(
            EditionStaff.edition_id == edition_id, EditionStaff.account_id == account_id
        )
    ).one_or_none()


def _keep(session: Session, edition: Edition, *rows: EditionStaff) -> None:
    """Who accompanies it is seen by all of the edition."""
    edition.version += 1
    session.add_all([edition, *rows])
    session.flush()


def _note(
    session: Session,
    by: UUID,
    action: str,
    edition_id: UUID,
    account_id: UUID,
    before: str | None,
    after: str | None,
) -> None:
    record(
        session,
        by,
        action,
        "account",
        account_id,
        edition=edition_id,
        before={"role": before},
        after={"role": after},
    )
