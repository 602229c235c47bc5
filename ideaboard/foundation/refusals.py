"""What a verb raises when it will not do a deed. `web/errors.py` turns it into an answer; `str()` is a sentence."""


class Refusal(Exception):
    """A deed refused for a reason that the actor may read. Subclasses are named in the domain's words."""

    kind = "invalid"  # invalid: 422 · forbidden: 403 · conflict: 409 · missing: 404 · too_many: 429 · busy: 503

    def __init__(self, message: str, *, field: str | None = None):
        super().__init__(message)
        self.field = field


class Forbidden(Refusal):
    kind = "forbidden"


class Conflict(Refusal):
    kind = "conflict"


class Missing(Refusal):
    """Hidden and missing look alike."""

    kind = "missing"


class TooMany(Refusal):
    kind = "too_many"

    def __init__(self, message: str, *, retry_after: int):
        super().__init__(message)
        self.retry_after = retry_after


class Busy(Refusal):
    """The database could not be written in time; nothing was changed."""

    kind = "busy"
    retry_after = 2
