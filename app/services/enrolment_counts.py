"""Making the counts of enrolments and the lines anew, should they differ from the enrolments."""

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from app.models import Enrolment, EnrolmentCount, EnrolmentStatus, WaitingPlace
from app.queries.installation import COUNTED, counted_anew


def rebuild(session: Session) -> None:
    """Count everything again, in one transaction: statistics are never without counts."""
    session.execute(delete(EnrolmentCount))
    session.execute(insert(EnrolmentCount).from_select(list(COUNTED), counted_anew()))
    _line_up(session)


def _line_up(session: Session) -> None:
    """Close the gaps of every line; who waits and stands in none comes last, as they came."""
    of, place = Enrolment, WaitingPlace
    order = (col(place.position).nulls_last(), col(of.created_at), col(of.id))
    rows = session.execute(
        select(
            col(of.id).label("enrolment_id"),
            col(of.edition_id),
            func.row_number()
            .over(partition_by=col(of.edition_id), order_by=order)
            .label("position"),
        )
        .join(place, col(place.enrolment_id) == col(of.id), isouter=True)
        .where(col(of.status) == EnrolmentStatus.WAITLISTED)
    ).all()
    session.execute(delete(WaitingPlace))
    if rows:
        session.execute(insert(WaitingPlace), [row._asdict() for row in rows])
