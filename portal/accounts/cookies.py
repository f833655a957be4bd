"""The sitting's cookie: set and taken back in one place, with the same attributes."""

from flask import Response, current_app, session

from portal.web.access import cookie_name


def give(response: Response, token: str) -> Response:
    """Hands the browser its token; a new sitting gets a new CSRF secret too."""
    session.clear()
    response.set_cookie(
        cookie_name(), token, secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax"
    )
    return response


def take_back(response: Response) -> Response:
    """Signs the browser out and asks it to forget what it kept of us."""
    session.clear()
    response.delete_cookie(
        cookie_name(), secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax"
    )
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
