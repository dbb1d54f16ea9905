"""What can stand in a person's way, each with the words that explain it."""


class TallerError(Exception):
    """A refusal that a person is told about, in the words given."""

    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class RuleBroken(TallerError):
    """The rules of the domain forbid it: a closed edition, a submitted version."""

    status = 422


class Conflict(TallerError):
    """Somebody else changed it in the meantime."""

    status = 409


class NotAllowed(TallerError):
    """The person may see the thing, but not do this to it."""

    status = 403


class NotFound(TallerError):
    """There is no such thing, or none that this person may know of."""

    status = 404


class TooMany(TallerError):
    """Too many tries in too short a time."""

    status = 429

    def __init__(self, message: str, *, wait: int = 0) -> None:
        super().__init__(message)
        self.wait = wait  # seconds until the next try makes sense


class SignInFirst(TallerError):
    """Nobody is signed in; the person is led to the sign-in page."""

    status = 401


class TryLater(TallerError):
    """Something that is needed for it does not answer at the moment."""

    status = 503
