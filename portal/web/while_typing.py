"""Words are kept while somebody types: the script of the page posts its form again and again and wants a word back, not
a page."""

from flask import Response, request

from portal.web.forms import PortalForm


def is_typing() -> bool:
    """Whether the page's script asks, and not a person who pressed a button."""
    return "X-While-Typing" in request.headers


def kept(version: int | None) -> Response:
    """It is kept, and from this version the next words go on."""
    return Response(status=204, headers={"X-Version": str(version)} if version else {})


def not_kept(form: PortalForm, status: int = 422) -> Response:
    """It is not, and why: what a person can mend stands beside the box at once."""
    why = [str(message) for messages in form.errors.values() for message in messages if status == 422]
    return Response(" ".join(why), status=status, mimetype="text/plain")
