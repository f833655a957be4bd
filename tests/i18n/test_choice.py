"""Whose language a page is in, that switching keeps the page, and that templates escape what people typed."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from markupsafe import Markup
from werkzeug.exceptions import Forbidden

from portal.web.i18n import current, gettext, init_app, load
from portal.web.i18n.choice import language_url

Words = dict[str | tuple[str, str], str | tuple[str, ...]]

PAGE = """<html lang="{{ language.html_tag }}" dir="{{ language.direction }}"><h1>{{ _("Hello") }}</h1>
<p>{{ _("Dear %(name)s", name=name) }}</p>
<p>{% trans num=3 %}{{ num }} day{% pluralize %}{{ num }} days{% endtrans %}</p>
<p>{% trans who=name %}
   <b>{{ who }}</b>
   is here
{% endtrans %}</p>
<p>{{ _("100% sure") }} {% trans %}50% done{% endtrans %} {{ pgettext("verb", "Open") }}</p>
<p>{{ say(label) }}</p>
{% for one in languages %}<a href="{{ language_url(one.tag) }}">{{ one.name }}</a>{% endfor %}</html>"""
POLISH: Words = {
    "Hello": "Dzień dobry",
    "Dear %(name)s": "Szanowni Państwo %(name)s",
    ("%(num)s day", "%(num)s days"): ("%(num)s dzień", "%(num)s dni", "%(num)s dni!"),
    "<b>%(who)s</b> is here": "Jest tu <b>%(who)s</b>",
    "100% sure": "100% pewne",
    "50%% done": "50%% gotowe",
}


@pytest.fixture
def person() -> dict[str, str | None]:
    return {"language": None}


@pytest.fixture
def app(person: dict[str, str | None], write: Callable[[dict[str, Words]], Path], tmp_path: Path) -> Flask:
    folder = write({"pl": POLISH, "ur": dict.fromkeys(POLISH, ""), "ar": {"Hello": "مرحبا"}})
    load(folder, ["en", "pl", "ur", "ar"], offer_incomplete=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(PAGE)
    (tmp_path / "templates" / "mail.txt").write_text("""{{ _("Dear %(name)s", name=name) }}""")
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "plain.txt").write_text("plain")
    app = Flask("made", template_folder=str(tmp_path / "templates"), static_folder=str(tmp_path / "static"))
    app.config["SESSION_COOKIE_SECURE"] = True
    init_app(app, lambda: person["language"])

    @app.route("/", defaults={"rest": ""})
    @app.route("/<path:rest>", methods=["GET", "POST"])
    def page(rest: str) -> str:
        return render_template("page.html", name="<i>Ana</i>", label="Hello")

    @app.post("/only-post")
    def only_post() -> str:
        return render_template("page.html", name="Ana", label="Hello")

    @app.get("/mail")
    def mail() -> str:
        return render_template("mail.txt", name="<i>Ana</i>")

    @app.get("/forbidden")
    def forbidden() -> str:
        raise Forbidden

    @app.errorhandler(403)
    def refused(error: Forbidden) -> tuple[str, int]:
        return gettext("Hello"), 403

    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_the_query_is_first_then_the_cookie_the_person_the_browser(
    client: FlaskClient, person: dict[str, str | None]
) -> None:
    browser = {"Accept-Language": "xx;q=1, ar-EG;q=0.9, en;q=0.8"}
    assert 'lang="ar" dir="rtl"' in client.get("/", headers=browser).text
    person["language"] = "ur"
    assert 'lang="ur" dir="rtl"' in client.get("/", headers=browser).text
    client.set_cookie("language", "pl")
    assert 'lang="pl" dir="ltr"' in client.get("/", headers=browser).text
    assert 'lang="en-GB" dir="ltr"' in client.get("/?lang=en", headers=browser).text


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        ("", "en-GB"),
        ("de, fr;q=0.8", "en-GB"),
        ("pl-PL", "pl"),
        ("PL", "pl"),
        ("en-US,pl", "en-GB"),
        ("pl;q=0", "en-GB"),
        ("so, ar;q=0.5", "ar"),
        ("pa-Arab-PK", "ur"),
        ("pa-PK", "ur"),
        ("pnb", "ur"),
        ("pa-IN, pl;q=0.3", "pl"),
        ("*", "en-GB"),
        (";;;,,,=", "en-GB"),
    ],
)
def test_the_browsers_languages_are_tried_in_its_order(client: FlaskClient, accepted: str, tag: str) -> None:
    assert f'<html lang="{tag}"' in client.get("/", headers={"Accept-Language": accepted}).text


def test_switching_is_remembered_in_a_safe_cookie(client: FlaskClient) -> None:
    answer = client.get("/child/1?lang=pl", base_url="https://localhost")
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("language=pl;")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Max-Age=31536000", "Path=/"} <= set(cookie.split("; "))
    assert 'lang="pl"' in client.get("/", base_url="https://localhost").text


@pytest.mark.parametrize("tag", ["tlh", "so", "PL", "", "../../etc", "pl\x00", "ur,pl"])
def test_a_language_that_is_not_offered_is_passed_over(client: FlaskClient, tag: str) -> None:
    answer = client.get("/", query_string={"lang": tag})
    assert "Set-Cookie" not in answer.headers
    assert 'lang="en-GB"' in answer.text
    client.set_cookie("language", "tlh")
    assert 'lang="en-GB"' in client.get("/").text


def test_switching_keeps_the_page_and_its_query(client: FlaskClient) -> None:
    answer = client.get("/child/a b/ż?week=2&show=a&show=%26&lang=pl", base_url="http://localhost/")
    assert 'href="/child/a%20b/%C5%BC?week=2&amp;show=a&amp;show=%26&amp;lang=ur"' in answer.text
    again = client.get("/child/a%20b/%C5%BC?week=2&show=a&show=%26&lang=ur")
    assert 'dir="rtl"' in again.text


def test_the_switch_under_a_mount_point_stays_there(client: FlaskClient) -> None:
    assert 'href="/portal/child?lang=ur"' in client.get("/child", base_url="http://localhost/portal").text


@pytest.mark.parametrize("path", ["//evil.example/x", "///evil.example", "/\\evil.example"])
def test_the_switch_never_leads_to_another_host(app: Flask, path: str) -> None:
    with app.test_request_context("/", environ_overrides={"PATH_INFO": path}):
        address = language_url("ur")
    assert address.endswith("?lang=ur")
    assert urlsplit(address).netloc == ""
    assert address[:2] not in ("//", "/\\")


def test_after_a_post_the_switch_leads_to_the_page_itself(client: FlaskClient) -> None:
    assert 'href="/child/1?lang=ur"' in client.post("/child/1").text
    assert 'href="/?lang=ur"' in client.post("/only-post?secret=1").text


def test_a_form_opened_in_a_language_is_answered_in_it(client: FlaskClient) -> None:
    answer = client.post("/child/1?lang=pl")
    assert 'lang="pl"' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_error_pages_are_in_the_readers_language(client: FlaskClient) -> None:
    answer = client.get("/forbidden?lang=pl")
    assert (answer.status_code, answer.text) == (403, "Dzień dobry")


def test_words_are_there_even_when_the_person_cannot_be_looked_up(app: Flask) -> None:
    broken = Flask("broken")

    def away() -> str | None:
        raise ConnectionError

    init_app(broken, away)
    broken.register_error_handler(ConnectionError, lambda error: (current().tag, 503))
    answer = broken.test_client().get("/", headers={"Accept-Language": "ar"})
    assert (answer.status_code, answer.text) == (503, "ar")


def test_the_language_ends_with_the_request(client: FlaskClient, person: dict[str, str | None]) -> None:
    person["language"] = "ur"
    client.get("/")
    client.get("/forbidden")
    with client:
        client.get("/?lang=pl")
    assert current().tag == "en"


def test_a_page_says_what_it_depends_on_and_a_file_does_not(client: FlaskClient) -> None:
    assert {"Accept-Language", "Cookie"} <= set(client.get("/").vary)
    answer = client.get("/static/plain.txt?lang=pl")
    assert answer.text == "plain"
    assert not set(answer.vary) & {"Accept-Language", "Cookie"}
    assert "Set-Cookie" not in answer.headers


def test_what_a_person_typed_is_escaped_and_our_markup_is_not(client: FlaskClient) -> None:
    for tag, sentence in (("en", "Dear "), ("pl", "Szanowni Państwo ")):
        text = client.get(f"/?lang={tag}").text
        assert f"<p>{sentence}&lt;i&gt;Ana&lt;/i&gt;</p>" in text
        assert "<b>&lt;i&gt;Ana&lt;/i&gt;</b>" in text
        assert "<i>Ana</i>" not in text
    assert client.get("/mail?lang=pl").text == "Szanowni Państwo <i>Ana</i>"


def test_templates_have_plurals_trimmed_blocks_and_plain_percent_signs(client: FlaskClient) -> None:
    english, polish = client.get("/?lang=en").text, client.get("/?lang=pl").text
    assert "<p>3 days</p>" in english
    assert "<p>3 dni</p>" in polish
    assert "</b> is here</p>" in english
    assert "<p>Jest tu <b>" in polish
    assert "<p>100% sure 50% done Open</p>" in english
    assert "<p>100% pewne 50% gotowe Open</p>" in polish
    assert "<p>Dzień dobry</p>" in polish


def test_a_marked_word_in_a_variable_is_never_markup(app: Flask) -> None:
    with app.test_request_context("/"):
        text = app.jinja_env.from_string("{{ say(word) }}").render(word="<b>")
    assert text == Markup("&lt;b&gt;")


def test_filters_write_dates_in_the_language_of_the_page(app: Flask) -> None:
    page = app.jinja_env.from_string(
        "{{ day|full_date }} / {{ day|day_and_month }} / {{ names|list_of }} / {{ 1200|number }}"
    )
    facts = {"day": date(2026, 10, 13), "names": ["Ana", "Ben"]}
    app.add_url_rule("/filters", "filters", lambda: page.render(facts))
    client = app.test_client()
    assert client.get("/filters").text == "Tuesday 13 October 2026 / Tuesday 13 October / Ana and Ben / 1,200"
    assert client.get("/filters?lang=pl").text.startswith("wtorek, 13 października 2026 / wtorek, 13 ")
