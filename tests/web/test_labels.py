"""What choices are called on screen."""

from app.models import CertificateStatus, MessageStatus
from app.web.labels import label


def test_choices_of_two_kinds_with_one_value_keep_their_own_words() -> None:
    assert CertificateStatus.FAILED.value == MessageStatus.FAILED.value
    assert label(CertificateStatus.FAILED) == "Could not be drawn"
    assert label(MessageStatus.FAILED) == "Not delivered"
