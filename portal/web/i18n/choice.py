"""Whose language is spoken in a request, and the words and filters that templates use."""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from flask import Flask, Response, g, request
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context
from markupsafe import Markup

from portal.web.i18n import formats, messages

COOKIE = "language"
_YEAR = 365 * 24 * 60 * 60


def init_app(app: Flask, person_language: Callable[[], str | None]) -> None:
    """Choose a language for every request: `?lang=`, the cookie of such a choice, the person's, the browser's, English.

    Call it before any other `before_request` is registered, so that a refusal is in the reader's language as well.
    """

    @app.before_request
    def choose() -> None:
        if request.endpoint == "static":
            return
        asked = _asked()
        # Before the person is asked for: an error page needs words even when the database is away.
        chosen = asked or _remembered()
        g.language_before = messages.enter(chosen or _browser() or "en")
        tag = _known(person_language())  # also lets the gate in, whatever was chosen
        if chosen is None and tag:
            messages.enter(tag)

    @app.after_request
    def remember(response: Response) -> Response:
        if "language_before" not in g:
            return response
        response.vary.update(("Accept-Language", "Cookie"))
        if request.method in ("GET", "HEAD") and (asked := _asked()):
            secure = app.config["SESSION_COOKIE_SECURE"]
            response.set_cookie(COOKIE, asked, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        if before := g.pop("language_before", None):
            messages.leave(before)

    @app.context_processor
    def spoken() -> dict[str, object]:
        return {"language": messages.current(), "languages": messages.offered()}

    _teach_templates(app)


def language_url(tag: str) -> str:
    """The address of this very page in another language, with the rest of its query kept."""
    readable = request.url_rule is None or "GET" in (request.url_rule.methods or ())
    path = request.path if readable else "/"
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"] if readable else []
    return f"{quote(request.script_root + path)}?{urlencode([*query, ('lang', tag)])}"


def _known(tag: str | None) -> str | None:
    return tag if tag and any(language.tag == tag for language in messages.offered()) else None


def _asked() -> str | None:
    return _known(request.args.get("lang"))


def _remembered() -> str | None:
    return _known(request.cookies.get(COOKIE))


def _browser() -> str | None:
    """The first of the browser's languages that is offered, at whatever region it names."""
    for wanted, quality in request.accept_languages:
        primary, *rest = wanted.lower().replace("_", "-").split("-")
        # Punjabi of Pakistan is written in Arabic letters: its readers read Urdu, not Gurmukhi.
        if primary == "pnb" or (primary == "pa" and ("arab" in rest or "pk" in rest)):
            primary = "ur"
        if quality > 0 and _known(primary):
            return primary
    return None


@pass_eval_context
def _gettext(context: EvalContext, message: str, /, **values: object) -> str:
    return _in_page(context, messages.gettext(message), message, values)


@pass_eval_context
def _pgettext(context: EvalContext, where: str, message: str, /, **values: object) -> str:
    return _in_page(context, messages.pgettext(where, message), message, values)


@pass_eval_context
def _ngettext(context: EvalContext, singular: str, plural: str, num: int, /, **values: object) -> str:
    text = messages.translated_plural(singular, plural, num)
    values.setdefault("num", num)
    return _in_page(context, text, singular if num == 1 else plural, values)


def _in_page(context: EvalContext, text: str, english: str, values: dict[str, object]) -> str:
    """Fill in the values, escaped where the template escapes; the sentence itself is ours and may hold markup."""
    if context.autoescape:
        text, english = Markup(text), Markup(english)  # noqa: S704
    # Jinja doubles each % of a {% trans %} block, also where there is nothing to fill in.
    return messages.filled(text, english, values) if values else text.replace("%%", "%")


def _teach_templates(app: Flask) -> None:
    environment = app.jinja_env
    environment.policies["ext.i18n.trimmed"] = True
    environment.add_extension("jinja2.ext.i18n")
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals.update(
        _=_gettext,  # Jinja's own alias looks `gettext` up again at every call
        gettext=_gettext,
        ngettext=_ngettext,
        pgettext=_pgettext,
        say=messages.say,
        current_language=messages.current,
        language_url=language_url,
    )
    environment.filters.update(
        full_date=formats.full_date,
        day_and_month=formats.day_and_month,
        month_and_year=formats.month_and_year,
        time_of_day=formats.time_of_day,
        date_and_time=formats.date_and_time,
        when=formats.when,
        list_of=formats.list_of,
        number=formats.number,
    )
