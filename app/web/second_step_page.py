"""What the pages show on which a second step of signing in is set up."""

from typing import Any
from uuid import UUID

import pyotp
import segno
from markupsafe import Markup
from sqlmodel import Session

from app.queries.second_step import second_step
from app.services.second_step import secret_to_scan


def about_second_step(
    session: Session, sign_in_id: UUID, account_id: UUID, email: str
) -> dict[str, Any]:
    """What the part ``accounts/_second_step.html`` needs beside its forms."""
    secret = secret_to_scan(session, sign_in_id, account_id)
    return {
        "step": second_step(session, account_id),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)) if secret else "",
        "picture": _picture(secret, email) if secret else "",
    }


def _picture(secret: str, email: str) -> Markup:
    """A QR code with what applications read: an address of the form ``otpauth://``."""
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Taller")
    svg = segno.make(address, error="m", micro=False).svg_inline(
        scale=5, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return Markup(svg)  # noqa: S704 -- our own drawing
