"""A certificate as machines read it: an Open Badges 3.0 credential, and whether it was withdrawn.

The credential is not signed: whoever reads it trusts the address that it comes from.
"""

from typing import Any

from app.core.i18n import gettext as _
from app.core.i18n import ngettext, speaking
from app.queries.certificates import CertificateSeen
from certificates import Facts

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
]
SCHEMA = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)


def credential(certificate: CertificateSeen) -> dict[str, Any]:
    """The OpenBadgeCredential: made of the printed facts alone, so that it never changes.

    It names the person as the page does that checks the code. It has no e-mail address, not even
    as a hash: those of one institution are few enough to be tried.
    """
    facts = certificate.facts
    with speaking(facts.language):
        return {
            "@context": CONTEXTS,
            "id": _address(facts, ".json"),
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": facts.course,
            "description": _("Anyone can check this certificate at %(address)s")
            % {"address": facts.verify_url},
            "issuer": _issuer(facts),
            "validFrom": certificate.issued_at.isoformat(timespec="seconds"),
            "credentialSubject": {
                "type": ["AchievementSubject"],
                "identifier": [
                    {
                        "type": "IdentityObject",
                        "identityType": "name",
                        "identityHash": facts.recipient,
                        "hashed": False,
                    }
                ],
                "activityEndDate": f"{facts.finished_on.isoformat()}T00:00:00Z",
                "licenseNumber": facts.code,
                "achievement": _achievement(facts),
            },
            "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
            "credentialStatus": {
                "id": _address(facts, "/revocations.json"),
                "type": "1EdTechRevocationList",
            },
        }


def revocations(certificate: CertificateSeen) -> dict[str, Any]:
    """The revocation list of this one credential.

    Each has its own list: a common one would tell everybody all the codes that were withdrawn.
    """
    facts = certificate.facts
    return {
        "id": _address(facts, "/revocations.json"),
        "issuer": _base(facts),
        "revokedCredentials": [withdrawn(certificate)] if certificate.is_revoked else [],
    }


def withdrawn(certificate: CertificateSeen) -> dict[str, Any]:
    """What is left to say of a credential that no longer holds."""
    return {
        "id": _address(certificate.facts, ".json"),
        "revoked": True,
        "revocationReason": certificate.revoked_reason,
    }


def _issuer(facts: Facts) -> dict[str, Any]:
    return {"id": _base(facts), "type": ["Profile"], "name": "Taller", "url": _base(facts)}


def _achievement(facts: Facts) -> dict[str, Any]:
    hours = ngettext("Course of %(num)s hour.", "Course of %(num)s hours.", facts.hours)
    criteria = {
        "tutor_led": _(
            "Completed with a tutor: the required activities were done, and the final work was"
            " accepted where the edition asks for one."
        ),
        "self_administered": _("Completed at their own pace: the required activities were done."),
    }
    return {
        "id": f"{_base(facts)}/courses/{facts.seed}",
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "name": facts.course,
        "description": hours % {"num": facts.hours},
        "criteria": {
            "id": f"{_base(facts)}/courses/{facts.seed}",
            "narrative": criteria[facts.mode],
        },
        "inLanguage": facts.language,
        "creator": _issuer(facts),
    }


def _base(facts: Facts) -> str:
    """Where the product was when the certificate was given: its addresses must not change."""
    return facts.verify_url.removesuffix(f"/verify/{facts.code}")


def _address(facts: Facts, ending: str) -> str:
    return f"{_base(facts)}/certificates/{facts.code}{ending}"
