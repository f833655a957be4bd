"""Loose limits for each address and strict ones for each account live apart: a whole parents' evening shares one
address."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, request
from flask_limiter import Limiter

from portal.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])
PER_ADDRESS = "120 per minute"


def _address() -> str:
    return request.remote_addr or "unknown"


limiter = Limiter(key_func=_address, headers_enabled=False)
_limited = limiter.shared_limit(PER_ADDRESS, scope="coming in", methods=["POST"])


def coming_in(view: View) -> View:
    """Counts what is sent to this route, together with all the others that let people in, by address."""
    limited: View = _limited(view)
    return limited


_guesses = limiter.shared_limit("30 per minute", scope="guessing", deduct_when=lambda answer: answer.status_code == 404)


def guessing(view: View) -> View:
    """Counts what was not found at these routes, by address: guessing ends soon, and whoever holds a right address may
    read it as often as they like."""
    limited: View = _guesses(view)
    return limited


def init_app(app: Flask, settings: Settings) -> None:
    """Only routes that let people in are limited by address; see `coming_in` and `guessing`."""
    app.config.update(RATELIMIT_STORAGE_URI=settings.limits_storage, RATELIMIT_ENABLED=True)
    limiter.init_app(app)
