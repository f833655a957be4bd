"""Who may use a route is an argument of the route; whatever forgets to say so does not start, or is refused."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Blueprint, Flask, Response, current_app, g, redirect, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_login import LoginManager

from portal.kernel.errors import NotAllowed, PortalError
from portal.kernel.scope import Scope
from portal.kernel.words import N_
from portal.web.errors import typed_text
from portal.web.unit_of_work import reader


class SignedOut(PortalError):
    """Somebody sends words, and nothing says any more who it was: only the answer itself can give them back."""

    status = 401
    message = N_("You are signed out now, so we could not keep your words.")


class SignedIn(Protocol):
    """What the gate needs to know of an actor."""

    audience: Any
    sitting_id: uuid.UUID


class Nobody:
    """The visitor who has not signed in."""

    is_authenticated = False
    is_active = False
    is_anonymous = True

    def get_id(self) -> None:
        """Nobody has no id."""


Rule = Callable[[Any, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Access:
    """A named rule: the audiences that may knock, and a check of the URL's arguments that raises NotFound or
    NotAllowed."""

    name: str
    audiences: frozenset[str] = frozenset()
    rule: Rule | None = None
    public: bool = False


PUBLIC = Access("public", public=True)


class PortalBlueprint(Blueprint):
    """A blueprint whose every rule says who may use it."""

    def add_url_rule(  # type: ignore[override]
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        *,
        access: Access,
        **options: Any,
    ) -> None:
        """As Flask's, with the rule who may use it; `get`, `post` and `route` all end here."""
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)
        name = endpoint or view_func.__name__  # type: ignore[union-attr]

        def remember(state: BlueprintSetupState) -> None:
            declare(state.app, f"{state.name_prefix}.{state.name}.{name}".lstrip("."), access)  # type: ignore[arg-type]

        self.record(remember)


def declare(app: Flask, endpoint: str, access: Access) -> None:
    """States who may use an endpoint; two different answers for one endpoint are a mistake."""
    known = app.extensions.setdefault("access", {})
    if known.setdefault(endpoint, access) != access:
        raise RuntimeError(f"{endpoint} has two different access rules")


@dataclass(frozen=True, slots=True)
class Entrance:
    """What the gate asks of the parts above it: who a cookie stands for, and what that actor may see."""

    actor_of: Callable[[Any, str], Any | None]
    scope_of: Callable[[Any], Scope]
    keep_typed_text: Callable[[str], bool]


def init_app(app: Flask, entrance: Entrance) -> None:
    """Puts the gate before everything else. Call `check_every_endpoint` when all routes are registered."""
    login_manager = LoginManager()
    login_manager.session_protection = None
    login_manager.anonymous_user = Nobody
    login_manager.request_loader(lambda _request: g.get("actor"))
    login_manager.init_app(app, add_context_processor=False)
    app.extensions["entrance"] = entrance
    app.before_request(_gate)


def check_every_endpoint(app: Flask) -> None:
    """Refuses to start when any route has no rule: an extension's, a late one, a forgotten one."""
    known = app.extensions.get("access", {})
    if missing := sorted({rule.endpoint for rule in app.url_map.iter_rules()} - known.keys()):
        raise RuntimeError(f"these routes do not say who may use them: {', '.join(missing)}")


def cookie_name() -> str:
    """The __Host- prefix ties the cookie to this very host; plain http on loopback cannot have it."""
    return "__Host-portal" if current_app.config["SESSION_COOKIE_SECURE"] else "portal"


def current_actor() -> Any:
    """The actor of this request; None only on public routes, where nobody may have signed in."""
    return g.get("actor")


def identify() -> Any | None:
    """Who is asking, looked up once in a request; from then on the reading session sees what that actor may see."""
    if "actor" not in g:
        g.actor = None  # should the lookup fail, the page that says so is nobody's page
        entrance: Entrance = current_app.extensions["entrance"]
        token = request.cookies.get(cookie_name(), "")
        if token and (actor := entrance.actor_of(reader(), token)):
            reader().enter(entrance.scope_of(actor))
            g.actor = actor
    return g.actor


def _gate() -> Response | None:
    entrance: Entrance = current_app.extensions["entrance"]
    identify()
    if request.endpoint is None:
        return None  # nothing is routed here: Flask answers 404 or 405
    access: Access | None = current_app.extensions["access"].get(request.endpoint)
    if access is None:
        raise NotAllowed
    if access.public:
        return None
    if g.actor is None:
        return _to_sign_in(entrance, request.cookies.get(cookie_name(), ""))
    if g.actor.audience not in access.audiences:
        raise NotAllowed
    if access.rule is not None:
        access.rule(g.actor, request.view_args or {})
    return None


def _to_sign_in(entrance: Entrance, token: str) -> Response:
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
    if entrance.keep_typed_text(token):
        return redirect(url_for("accounts.sign_in", kept=1), 303)  # type: ignore[return-value]
    if typed_text():
        raise SignedOut
    return redirect(url_for("accounts.sign_in"), 303)  # type: ignore[return-value]
