"""Drawing certificates."""

from uuid import UUID


def draw_certificate(certificate_id: UUID) -> None:
    """Placeholder until the certificates slice lands."""
    del certificate_id
