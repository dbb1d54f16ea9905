"""Reading an installation's own words for its letters."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from app.models import MessageWording


def wordings_of(session: Session, letter: str) -> Mapping[str, MessageWording]:
    """The own wordings of a letter, by language."""
    rows = session.exec(select(MessageWording).where(MessageWording.letter == letter)).all()
    return {row.language: row for row in rows}


def reworded(session: Session) -> set[tuple[str, str]]:
    """Every letter and language with an own wording."""
    rows = session.exec(
        select(MessageWording.letter, MessageWording.language).order_by(col(MessageWording.id))
    ).all()
    return {(letter, language) for letter, language in rows}
