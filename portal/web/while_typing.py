"""Words are kept while somebody types: the script of the page posts its form again and again and wants a word back, not
a page."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Response, request

from portal.web.forms import PortalForm


def is_typing() -> bool:
    """Whether the page's script asks, and not a person who pressed a button."""
    return "X-While-Typing" in request.headers


def kept(version: int | None = None, *, fields: Mapping[str, int] | None = None) -> Response:
    """It is kept, and from this version the next words go on; `fields` are the versions of a form that has several, by
    the names of its hidden fields."""
    headers = {"X-Version": str(version)} if version else {}
    return Response(status=204, headers={**headers, "X-Versions": urlencode(fields)} if fields else headers)


def not_kept(form: PortalForm, status: int = 422) -> Response:
    """It is not, and why: what a person can mend stands beside the box at once."""
    why = [str(message) for messages in form.errors.values() for message in messages if status == 422]
    return Response(" ".join(why), status=status, mimetype="text/plain")
