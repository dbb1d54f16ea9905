"""E-mail addresses as forms take them."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, EmailStr, Field

from app.core.i18n import gettext as _
from app.models import normalized_email


def _in_plain_letters(address: str) -> str:
    """Letters of other alphabets look like Latin ones: two people would share what looks alike."""
    if not address.partition("@")[0].isascii():
        raise ValueError(_("Write the address in letters without accents."))
    return address


#: An address that somebody says is known to us.
Address = Annotated[EmailStr, BeforeValidator(normalized_email), Field(max_length=254)]
#: An address that is going to be an account's.
NewAddress = Annotated[Address, AfterValidator(_in_plain_letters)]
