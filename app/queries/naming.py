"""Which edition somebody means who names it on the command line."""

from uuid import UUID

from sqlmodel import Session

from app.core.errors import NotFound
from app.models import Course, Edition


def course_and_edition(session: Session, named: str) -> tuple[str, str]:
    """The two names in an edition's public address, of ``course/edition`` or of its id."""
    course, slash, edition = named.partition("/")
    if slash:
        return course, edition
    try:
        found = session.get(Edition, UUID(named))
    except ValueError:
        found = None
    if found is None:
        raise NotFound(f"There is no edition {named}: name it as course/edition.")
    return session.get_one(Course, found.course_id).slug, found.slug
