"""Making the counts of enrolments anew, should they ever differ from the enrolments."""

from sqlalchemy import delete, insert
from sqlmodel import Session

from app.models import EnrolmentCount
from app.queries.installation import COUNTED, counted_anew


def rebuild(session: Session) -> None:
    """Count everything again, in one transaction: statistics are never without counts."""
    session.execute(delete(EnrolmentCount))
    session.execute(insert(EnrolmentCount).from_select(list(COUNTED), counted_anew()))
