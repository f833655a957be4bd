"""No session without a scope: reads are filtered to what the actor may see, and whatever would leave it raises."""

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Table, bindparam, event, inspect, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql import visitors
from sqlalchemy.sql.base import ExecutableOption

from portal.kernel.db import Base
from portal.kernel.rows import AboutAnAdult, AboutAPupil, ForReaders, ForRecipients, IsAPupil, PrivateToAdult

# Statements are built once and run often; each is looked through once.
_CHECKED: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()
# And filtered once for each kind of scope; the options of a kind live as long as the process, so their id is a name.
_FILTERED: WeakKeyDictionary[Any, dict[int, Any]] = WeakKeyDictionary()


class ScopeError(RuntimeError):
    """A statement would have left the fence. Always a fault of ours, never of the person in front of the screen."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What one actor may touch: options that filter every read, the schools to which it may add pupils, and the one
    adult of a family for whom it may write what is private."""

    name: str
    sees: tuple[ExecutableOption, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    writes_in: frozenset[uuid.UUID] = frozenset()
    writes_for: uuid.UUID | None = None
    everything: bool = False


NOTHING = Scope("nothing")


def system(reason: str) -> Scope:
    """The scope of the portal's own work (sign-in, import, migration): everything, and it says why."""
    return Scope(f"system: {reason}", everything=True)


@dataclass(slots=True)
class _Fence:
    scope: Scope
    known: dict[uuid.UUID, bool] = field(default_factory=dict)


class PortalSession(Session):
    """A session that cannot be made without saying what it may see."""

    def __init__(self, bind: Engine | Connection, *, scope: Scope, read_only: bool = False) -> None:
        super().__init__(bind, autoflush=True, expire_on_commit=False)
        self.info["fence"] = _Fence(scope)
        self.info["read_only"] = read_only

    @property
    def scope(self) -> Scope:
        """What this session may touch."""
        return self._fence.scope

    @property
    def _fence(self) -> _Fence:
        fence: _Fence = self.info["fence"]
        return fence

    def enter(self, scope: Scope) -> None:
        """Narrow a session that saw nothing to one actor, once: what was loaded before cannot have been protected."""
        if self._fence.scope is not NOTHING:
            raise ScopeError(f"this session already works for {self._fence.scope.name}")
        self.info["fence"] = _Fence(scope)

    def narrow(self, scope: Scope) -> None:
        """From now on reads within this narrower scope; only for a session that reads, and never back."""
        if not self.info["read_only"] or self._fence.scope.everything or self._fence.scope is NOTHING:
            raise ScopeError("only a reading session of one actor can be narrowed")
        self._fence.scope = scope

    def beside(self, scope: Scope) -> "PortalSession":
        """Another session on the same database, in another scope: work that goes on in somebody's name."""
        return PortalSession(self.get_bind(), scope=scope)

    def serially(self) -> None:
        """What is read must still be so when it is written: on PostgreSQL a change by somebody else fails ours (SQLite
        has one writer at a time). Call before anything else in the transaction."""
        if self.get_bind().dialect.name == "postgresql":
            self.connection(execution_options={"isolation_level": "REPEATABLE READ"})

    def reaches(self, pupil_id: uuid.UUID) -> bool:
        """Whether the scope holds this pupil; asked of the database once in a session."""
        known = self._fence.known
        if pupil_id not in known:
            with self.no_autoflush:
                known[pupil_id] = self.execute(_is_there(), {"wanted": pupil_id}).first() is not None
        return known[pupil_id]

    def knows(self, pupil_ids: Collection[uuid.UUID]) -> None:
        """Asks about many pupils at once, so that writing about each of them asks no more."""
        pupil = _the_pupil_class()
        with self.no_autoflush:
            held = set(self.scalars(select(pupil.id).where(pupil.id.in_(pupil_ids))))
        self._fence.known.update((pupil_id, pupil_id in held) for pupil_id in pupil_ids)


@cache
def _is_there() -> Any:
    pupil = _the_pupil_class()
    return select(pupil.id).where(pupil.id == bindparam("wanted"))


@cache
def _the_pupil_class() -> Any:
    return next(m.class_ for m in Base.registry.mappers if issubclass(m.class_, IsAPupil))


def protected_tables() -> frozenset[Table]:
    """Every table a scope must filter."""
    kinds = (IsAPupil, AboutAPupil, AboutAnAdult, PrivateToAdult, ForReaders, ForRecipients)
    return frozenset(m.local_table for m in Base.registry.mappers if issubclass(m.class_, kinds))  # type: ignore[misc]


def _tables_of(statement: Any) -> Iterator[Table]:
    for element in visitors.iterate(statement):
        if isinstance(element, Table):
            yield element
        mapper = getattr(element, "_annotations", {}).get("parententity")
        if mapper is not None and isinstance(getattr(mapper, "local_table", None), Table):
            yield mapper.local_table


def _touches_protected(statement: Any) -> bool:
    if statement not in _CHECKED:
        names = {table.name for table in protected_tables()}
        _CHECKED[statement] = any(table.name in names for table in _tables_of(statement))
    return _CHECKED[statement]


def _filtered(statement: Any, sees: tuple[ExecutableOption, ...]) -> Any:
    made = _FILTERED.setdefault(statement, {})
    if id(sees) not in made:
        made[id(sees)] = statement.options(*sees)
    return made[id(sees)]


@event.listens_for(PortalSession, "do_orm_execute")
def _filter_reads(state: ORMExecuteState) -> None:
    session = state.session
    if not isinstance(session, PortalSession):
        raise ScopeError("a session of another kind")
    scope = session.scope
    if scope.everything:
        return
    if not state.is_orm_statement or not (state.is_select or state.is_insert or state.is_update or state.is_delete):
        raise ScopeError("text and Core statements cannot be filtered: use mapped classes")
    if state.is_insert or state.is_update or state.is_delete:
        if _touches_protected(state.statement):
            raise ScopeError("a bulk write on a protected table goes round the fence: write rows through the session")
        return
    if type(state.statement).__name__ == "FromStatement":
        raise ScopeError("from_statement() cannot be filtered")
    if scope is NOTHING:
        if _touches_protected(state.statement):
            raise ScopeError("nobody is signed in, and this statement reads a protected table")
        return
    state.parameters = {**(state.parameters or {}), **scope.values}  # type: ignore[dict-item]
    state.statement = _filtered(state.statement, scope.sees)


@event.listens_for(PortalSession, "loaded_as_persistent")
def _remember_the_pupil(session: PortalSession, row: object) -> None:
    """What was read through the filter is about a pupil within the scope: writing about them need not ask again."""
    if isinstance(row, AboutAPupil) and (pupil_id := row.__dict__.get("pupil_id")):
        session._fence.known[pupil_id] = True


@event.listens_for(PortalSession, "before_flush")
def _refuse_writes(session: PortalSession, _context: object, _instances: object) -> None:
    touched = [*session.new, *(row for row in session.dirty if session.is_modified(row)), *session.deleted]
    if touched and session.info["read_only"]:
        raise ScopeError("a page that only shows something tried to write: " + type(touched[0]).__name__)
    if session.scope.everything:
        return
    for row in touched:
        if isinstance(row, IsAPupil):
            _refuse_foreign_pupil(session, row)
        _refuse_what_is_not_ours(session, row)
        if isinstance(row, AboutAPupil):
            for pupil_id in _now_and_before(row, "pupil_id"):
                if not session.reaches(pupil_id):
                    raise ScopeError(f"{type(row).__name__} is about a pupil outside the scope of {session.scope.name}")


def _refuse_what_is_not_ours(session: PortalSession, row: Any) -> None:
    scope, name = session.scope, type(row).__name__
    me, school = scope.writes_for, scope.values.get("scope_school")
    if isinstance(row, ForRecipients) and (me or _now_and_before(row, "school_id") - {school}):
        raise ScopeError(f"{name} is a school's own, and {scope.name} does not write in its name")
    for kind, owner in ((AboutAnAdult, "adult_id"), (PrivateToAdult, "adult_id"), (ForReaders, "author_id")):
        if me and isinstance(row, kind) and _now_and_before(row, owner) - {me}:
            raise ScopeError(f"{name} belongs to somebody else than {scope.name} writes for")


def _refuse_foreign_pupil(session: PortalSession, row: Any) -> None:
    schools = _now_and_before(row, "school_id")
    if (row in session.new or len(schools) > 1) and not schools <= session.scope.writes_in:
        raise ScopeError(f"a pupil of another school is outside the scope of {session.scope.name}")
    if row in session.new:
        row.id = row.id or uuid.uuid4()
        session._fence.known[row.id] = True
    elif not session.reaches(row.id):
        raise ScopeError(f"this pupil is outside the scope of {session.scope.name}")


def _now_and_before(row: Any, name: str) -> set[uuid.UUID]:
    # what was never loaded is looked up, or a row read without this column would go round the fence
    history = inspect(row).attrs[name].load_history()
    return {value for values in history if values for value in values if value is not None}
