"""Every error is a page in the reader's language that says what to do next and shows again what was typed."""

from dataclasses import dataclass

from flask import Flask, current_app, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from portal.kernel.errors import PortalError
from portal.kernel.words import N_
from portal.web import logs
from portal.web.i18n import say

HEADINGS = {
    400: N_("That did not work"),
    403: N_("This page is not for your account"),
    404: N_("We cannot find that page"),
    405: N_("This page cannot be used that way"),
    409: N_("Somebody else changed this"),
    413: N_("That is too big to send"),
    422: N_("That did not work"),
    429: N_("Please wait a little"),
    500: N_("Sorry, something went wrong at our end"),
    503: N_("The portal is having a short rest"),
}
WHAT_TO_DO = {
    400: N_("Please go back, load the page again and try once more."),
    403: N_("If you think you should see it, ask the school office."),
    404: N_("The address may be wrong, or the page may not be yours to see."),
    405: N_("Please go back and use the buttons on the page."),
    413: N_("Please send less text at a time, or a smaller file."),
    429: N_("There were too many tries. Please wait a little and try again."),
    500: N_("Nothing you saved before is lost. Please try again in a few minutes."),
    503: N_("Please try again in a few minutes. Nothing you saved is lost."),
}
SECRET_FIELDS = frozenset({"csrf_token", "password", "pin", "pin_again", "old_pin", "code", "secret", "one_time_code"})
FOR_THE_PORTAL = frozenset({"once_key", "offer_id", "slot", "children", "version", "language", "mode", "readers"})
FOR_THE_PORTAL |= {"other", "opinion", "take_back"}
TICKS = frozenset({"y", "on", "yes", "no"})


@dataclass(frozen=True, slots=True)
class Typed:
    """One field of a form that could not be taken, shown again so that nothing is lost."""

    name: str
    value: str


def init_app(app: Flask) -> None:
    """One handler for our own errors, one for HTTP's, one for what nobody expected."""
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def error_page(status: int, message: str | None = None) -> tuple[str, int]:
    """The page for a status, with one sentence of what to do next."""
    known = status if status in HEADINGS else (500 if status >= 500 else 400)
    page = render_template(
        "errors/error.html",
        status=status,
        heading=say(HEADINGS[known]),
        message=message or say(WHAT_TO_DO.get(known, WHAT_TO_DO[400])),
        typed=[] if status == 413 else typed_text(),
        request_id=g.get("request_id") if status >= 500 else None,
    )
    return page, status


def typed_text() -> list[Typed]:
    """What the person had written into the form of this request, secrets left out."""
    if request.method in {"GET", "HEAD"}:
        return []
    fields = request.form.items(multi=True)
    unsaid = SECRET_FIELDS | FOR_THE_PORTAL
    return [Typed(name, value) for name, value in fields if name not in unsaid and _is_typed(value.strip())]


def _is_typed(value: str) -> bool:
    """Whether somebody wrote this: ticks and numbers are what a page itself sends; a word may be of one letter."""
    return bool(value) and value not in TICKS and not (value.isascii() and value.isdigit())


def _portal_error(error: PortalError) -> tuple[str, int]:
    # what the kernel says of every error of a kind is less than what this page says anyway; a feature's words are more
    default = type(error).__module__ == PortalError.__module__ and error.message == type(error).message
    return error_page(error.status, None if default else say(error.message, **error.values))


def _http_error(error: HTTPException) -> tuple[str, int]:
    if isinstance(error, CSRFError):
        return error_page(400, say(N_("This page was open for a long time. Please send it once more.")))
    if isinstance(error, RequestEntityTooLarge):
        return error_page(413)
    return error_page(error.code or 500)


def _database_error(error: OperationalError) -> tuple[str, int]:
    logs.trouble(error)
    g.actor = None  # the page around the message must not ask the database anything
    return error_page(503)


def _unexpected(error: Exception) -> tuple[str, int]:
    if current_app.config.get("RAISE_UNEXPECTED"):
        raise error
    logs.trouble(error)
    return error_page(500)
