"""One family of refusals. Each door maps it once: form error 422, admin message, problem+json 409, a task's reason."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule said no. `message` is a whole sentence, translated late, that says what is wrong and how to mend it.

    also: (field, sentence) of what the same rule has against the other fields, so that a form says all of it at once.
    """

    status = 409
    also: tuple[tuple[str | None, str | Promise], ...] = ()

    def __init__(self, message: str | Promise, code: str = "refused", field: str | None = None) -> None:
        super().__init__(code)
        self.message = message
        self.code = code
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class Refused(DomainError):
    """A business rule of the programme said no."""


class NotAllowed(DomainError):
    """This person may not do this."""

    status = 403

    def __init__(self, message: str | Promise | None = None, code: str = "not_allowed") -> None:
        super().__init__(message or _("Your role does not allow this. Ask the person in charge at your organisation."), code)


GONE = _("This step is no longer possible: it was already done, or the state has changed. Reload the page to see it.")


class IllegalStep(DomainError):
    """The verb does not exist in this state; mostly a second click or an old page."""

    def __init__(self, lifecycle: str, status: str, verb: str) -> None:
        super().__init__(GONE, "illegal_step")
        self.lifecycle, self.status_code, self.verb = lifecycle, status, verb


class Stale(DomainError):
    """Somebody else saved first."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody changed this after you opened it. Your entries are kept below: compare them, then save again."),
            "stale",
        )
