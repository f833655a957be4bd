"""Loose limits for each address and strict ones for each account live apart: a whole parents' evening shares one address."""

from flask import Flask, request
from flask_limiter import Limiter

from portal.settings import Settings

PER_ADDRESS = "120 per minute"


def _address() -> str:
    return request.remote_addr or "unknown"


limiter = Limiter(key_func=_address, headers_enabled=False)
coming_in = limiter.shared_limit(PER_ADDRESS, scope="coming in", methods=["POST"])


def init_app(app: Flask, settings: Settings) -> None:
    """Only routes that let people in are limited by address; see `coming_in`."""
    app.config.update(RATELIMIT_STORAGE_URI=settings.limits_storage, RATELIMIT_ENABLED=True)
    limiter.init_app(app)
