"""The cookies of coming in: the sitting's, and the one that leads from one step of signing in to the next."""

import uuid
from typing import Any

from flask import current_app, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from portal.web.access import cookie_name

STEP_SECONDS = 30 * 60


def give(response: Response, token: str) -> Response:
    """Hands the browser its token; a new sitting gets a new CSRF secret too, and the steps that led to it are over."""
    session.clear()
    response.set_cookie(cookie_name(), token, secure=_secure(), httponly=True, samesite="Lax")
    return forget_step(response)


def take_back(response: Response) -> Response:
    """Signs the browser out and asks it to forget what it kept of us."""
    session.clear()
    response.delete_cookie(cookie_name(), secure=_secure(), httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def keep_step(response: Response, way: str, **facts: str) -> Response:
    """Remembers in this browser how far somebody has come on one way in: ids and a nonce, signed, for half an hour."""
    value = _signer().dumps({"way": way, **facts})
    response.set_cookie(_step_name(), value, max_age=STEP_SECONDS, secure=_secure(), httponly=True, samesite="Lax")
    return response


def forget_step(response: Response) -> Response:
    """The steps are done."""
    response.delete_cookie(_step_name(), secure=_secure(), httponly=True, samesite="Lax")
    return response


def step(way: str) -> dict[str, str]:
    """What was remembered on this way in; empty when there is nothing, or it is too old, or of another way."""
    try:
        facts: Any = _signer().loads(request.cookies.get(_step_name(), ""), max_age=STEP_SECONDS)
    except BadData:
        return {}
    return facts if facts.get("way") == way else {}


def step_id(way: str, name: str) -> uuid.UUID | None:
    """An id that was remembered, or None."""
    value = step(way).get(name, "")
    return uuid.UUID(value) if value else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="a step of coming in")


def _step_name() -> str:
    return "__Host-pend" if _secure() else "pend"


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
