"""What every answer carries and every request must keep to: headers, sizes, hosts, compression."""

import gzip
from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
WORTH_PACKING = 1_000  # bytes


def init_app(app: Flask, settings: Settings) -> None:
    """Sets limits and headers. Register before anything that reads the body of a request."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-csrf" if settings.secure else "csrf",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=settings.longest_form,
        MAX_FORM_MEMORY_SIZE=settings.longest_form,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["hosts"] = _hosts(settings)
    app.extensions["upload_limits"] = {}
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)  # type: ignore[method-assign]
    app.before_request(_refuse_oversize)
    app.before_request(_refuse_foreign_host)
    app.after_request(_pack)
    app.after_request(_add_headers)


def allow_uploads(app: Flask, limits: Mapping[str, int]) -> None:
    """Names the endpoints that take files, with the bytes each may take."""
    app.extensions["upload_limits"].update(limits)


def _hosts(settings: Settings) -> frozenset[str]:
    return frozenset({urlsplit(settings.base_url).netloc})


def _refuse_oversize() -> None:
    limit = current_app.extensions["upload_limits"].get(request.endpoint)
    if limit:
        request.max_content_length = limit
    if (request.content_length or 0) > (request.max_content_length or 0):
        raise RequestEntityTooLarge


def _refuse_foreign_host() -> None:
    # A Host header we did not choose would end up in links; the demo and tests listen on any loopback port.
    host = urlsplit(f"//{request.host}").hostname
    known = {urlsplit(f"//{name}").hostname for name in current_app.extensions["hosts"]}
    if host not in known and not (known <= {"127.0.0.1", "localhost"} and host in {"127.0.0.1", "localhost"}):
        raise BadRequest


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def _pack(response: Response) -> Response:
    # Cookies are SameSite=Lax, so another site cannot make a browser ask for our pages with a session and measure them.
    if (
        response.direct_passthrough
        or response.status_code != 200
        or response.mimetype not in {"text/html", "text/csv"}
        or "Content-Encoding" in response.headers
        or "gzip" not in request.headers.get("Accept-Encoding", "")
    ):
        return response
    body = response.get_data()
    if len(body) > WORTH_PACKING:
        response.set_data(gzip.compress(body, compresslevel=5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
    return response
