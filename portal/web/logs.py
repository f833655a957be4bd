"""Logs that help the person on duty and tell nothing about families: an allow-list of fields, the route's rule, no
query."""

import logging
import sys
import time
import uuid

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("portal")


def configure() -> None:
    """JSON lines on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Standard error as it is at each line: a stream kept from the start may have been closed by now.
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask, *, every_request: bool) -> None:
    """Gives each request an id, which error pages show, and writes one line for it."""

    @app.before_request
    def _start() -> None:
        g.request_id = uuid.uuid4().hex[:12]
        g.started = time.perf_counter()

    @app.after_request
    def _line(response: Response) -> Response:
        if every_request or response.status_code >= 500:
            actor = g.get("actor")
            log.info(
                "request",
                request_id=g.get("request_id"),
                method=request.method,
                rule=request.url_rule.rule if request.url_rule else None,
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
                audience=str(actor.audience) if actor else None,
            )
        return response


def trouble(error: BaseException) -> None:
    """An unexpected error: where it happened and of what kind, never its words, which may quote a person."""
    frames = []
    step = error.__traceback__
    while step is not None:
        frames.append(f"{step.tb_frame.f_code.co_name}:{step.tb_lineno}")
        step = step.tb_next
    log.error("trouble", request_id=g.get("request_id"), kind=type(error).__name__, where=frames[-6:])
