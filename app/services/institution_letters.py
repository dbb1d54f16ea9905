"""What people are told: what became of a proposal, and that they are a focal point now."""

from sqlmodel import Session

from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.settings import settings
from app.models import Account, Message
from app.services.notifications import write


def proposal_accepted(session: Session, account: Account, proposed: str, name: str) -> Message:
    with speaking(account.language):
        return write(
            session,
            account,
            "institution accepted",
            _("Your institution is in the list"),
            _("You proposed “%(proposed)s”. In the list it is called %(institution)s.")
            % {"proposed": proposed, "institution": name},
            _("Your account says so now. You can change it here: %(address)s") % _account_page(),
        )


def proposal_declined(session: Session, account: Account, proposed: str, reason: str) -> Message:
    with speaking(account.language):
        reasons = [_("The reason given is: %(reason)s") % {"reason": reason}] if reason else []
        return write(
            session,
            account,
            "institution declined",
            _("Your institution was not added"),
            _("You proposed “%(proposed)s”. A coordinator did not add it to the list.")
            % {"proposed": proposed},
            *reasons,
            _("You can choose another institution here: %(address)s") % _account_page(),
        )


def change_decided(
    session: Session, account: Account, proposed: str, institution: str, *, accepted: bool
) -> Message:
    with speaking(account.language):
        about = {"proposed": proposed, "institution": institution}
        if accepted:
            subject = _("The list says what you proposed")
            deed = _("You proposed “%(proposed)s” as a name of %(institution)s. It is in the list.")
        else:
            subject = _("The name you proposed was not added")
            deed = _(
                "You proposed “%(proposed)s” as a name of %(institution)s. "
                "A coordinator left the list as it is."
            )
        return write(session, account, "institution name decided", subject, deed % about)


def made_focal_point(session: Session, account: Account, institution: str) -> Message:
    with speaking(account.language):
        return write(
            session,
            account,
            "made focal point",
            _("You are a focal point of %(institution)s") % {"institution": institution},
            _("You are a focal point of %(institution)s now. You see its people in their courses.")
            % {"institution": institution},
            _("Begin here: %(address)s") % {"address": f"{settings().base_url}/editions"},
        )


def _account_page() -> dict[str, str]:
    return {"address": f"{settings().base_url}/account"}
