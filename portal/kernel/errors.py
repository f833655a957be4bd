"""One family of errors: what went wrong in the school's terms, for one handler to turn into a page or a field's
message."""

from portal.kernel.words import N_


class PortalError(Exception):
    """Something a person should be told. `message` is a message id, `values` fill its placeholders."""

    status = 400
    message = N_("Something is not right with what was sent.")

    def __init__(self, message: str | None = None, *, field: str | None = None, **values: object) -> None:
        self.message = message or type(self).message
        self.field = field
        self.values = values
        super().__init__(self.message)


class Invalid(PortalError):
    """A value cannot be accepted; the form shows the message at its field."""

    status = 422


class NotAllowed(PortalError):
    """The person's role does not include this."""

    status = 403
    message = N_("This page is not for your account.")


class NotFound(PortalError):
    """There is no such thing, or it is not this person's: deliberately the same."""

    status = 404
    message = N_("We cannot find that page.")


class Conflict(PortalError):
    """Somebody else was faster; nothing that was typed is thrown away."""

    status = 409
    message = N_("Somebody else changed this while you were writing.")


class StaleVersion(Conflict):
    """A form was based on an older version of what it saves."""


class TooManyTries(PortalError):
    """A code, PIN or password was tried too often."""

    status = 429
    message = N_("There were too many tries. Please wait a little and try again.")
