"""One request, one transaction: committed once when an unsafe method succeeds, rolled back in every other case."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, current_app, g, request
from sqlalchemy import Engine

from portal.kernel.scope import NOTHING, PortalSession, Scope, system

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask, engine: Engine) -> None:
    """Gives every request its sessions and ends them."""
    use(app, engine)
    app.after_request(_commit)
    app.teardown_request(_close)


def use(app: Flask, engine: Engine) -> None:
    """From now on the requests of this application work on this database."""
    app.extensions["engine"] = _for_reading(engine)
    app.extensions["writing_engine"] = engine.execution_options(write=True)


def _for_reading(engine: Engine) -> Engine:
    """On PostgreSQL each statement of a page stands for itself: one transaction around them would see no more of one
    moment (READ COMMITTED), and its ROLLBACK would make psycopg forget every statement that the server has prepared."""
    return engine.execution_options(isolation_level="AUTOCOMMIT") if engine.dialect.name == "postgresql" else engine


def reader() -> PortalSession:
    """The session that a page reads with. It sees nothing until the gate has let somebody in."""
    if "reader" not in g:
        g.reader = PortalSession(current_app.extensions["engine"], scope=NOTHING, read_only=True)
    session: PortalSession = g.reader
    return session


def db() -> PortalSession:
    """The request's session in the actor's scope: for reading on a safe method, else a transaction that will be
    committed."""
    return _session(reader().scope)


def work(reason: str) -> PortalSession:
    """The request's session for the portal's own work, such as signing in, where no actor's scope exists yet."""
    return _session(system(reason))


def _session(scope: Scope) -> PortalSession:
    if request.method in SAFE and not scope.everything:
        return reader()
    name = "worker" if scope.everything else "writer"
    if name not in g:
        reader().rollback()  # a read transaction may not grow into a writing one: SQLite would refuse it as locked
        read_only = request.method in SAFE
        engine = current_app.extensions["engine" if read_only else "writing_engine"]
        setattr(g, name, PortalSession(engine, scope=scope, read_only=read_only))
    session: PortalSession = g.get(name)
    return session


@contextmanager
def aside(reason: str) -> Iterator[PortalSession]:
    """A short transaction of its own for what must be kept whatever becomes of the request: a failed try, a look."""
    reader().rollback()
    with PortalSession(current_app.extensions["writing_engine"], scope=system(reason)) as session:
        yield session
        session.commit()


def _commit(response: Response) -> Response:
    keep = request.method not in SAFE and response.status_code < 400
    for name in ("writer", "worker"):
        if name in g:
            session: PortalSession = g.get(name)
            if keep:
                session.commit()
            else:
                session.rollback()
    return response


def _close(_error: BaseException | None) -> None:
    for name in ("reader", "writer", "worker"):
        session: PortalSession | None = g.pop(name, None)
        if session is not None:
            session.close()
