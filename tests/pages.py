"""A test client that reads every page it gets, the way a picky reviewer would."""

import hashlib
from typing import Any

import lxml.html
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from portal.web.i18n import LANGUAGES

RAW_TOKEN = hashlib.sha1(b"the test client's own CSRF secret").hexdigest()
UNLABELLED = {"hidden", "submit", "button"}


class PageError(AssertionError):
    """A page breaks one of the house rules for pages."""


class ReadingClient(FlaskClient):
    """Checks every HTML answer; `post` brings the CSRF token along as the page's own form would."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", "http://127.0.0.1:8000")
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data and response.status_code not in {301, 302, 303, 308}:
            read(response.get_data(as_text=True), response)
        return response

    def post(self, *args: Any, with_csrf: bool = True, **kwargs: Any) -> TestResponse:
        data = kwargs.get("data")
        if with_csrf and (data is None or isinstance(data, dict)):
            kwargs["data"] = {**(data or {}), "csrf_token": self._token()}
        return super().post(*args, **kwargs)

    def _token(self) -> str:
        with self.session_transaction(base_url="http://127.0.0.1:8000") as session:
            session["csrf_token"] = RAW_TOKEN
        serializer = URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token")  # type: ignore[arg-type]
        return serializer.dumps(RAW_TOKEN)


def parse(response: TestResponse) -> lxml.html.HtmlElement:
    """The page as a tree."""
    return lxml.html.document_fromstring(response.get_data(as_text=True))


def words(response: TestResponse) -> str:
    """The text of the main part, white space folded."""
    main = parse(response).xpath("//main")[0]
    return " ".join(main.text_content().split())


def form_on(response: TestResponse) -> dict[str, list[str]]:
    """The hidden fields of the form in the main part, as a press on one of its buttons brings them back."""
    found: dict[str, list[str]] = {}
    for field in parse(response).xpath("//main//form//input[@type='hidden'][@name != 'csrf_token']"):
        found.setdefault(field.get("name"), []).append(field.get("value"))
    return found


def read(html: str, response: TestResponse) -> None:
    """Raises PageError with a sentence that says what to mend."""
    page = lxml.html.document_fromstring(html)
    where = response.request.path

    def demand(kept: object, rule: str) -> None:
        if not kept:
            raise PageError(f"{where}: {rule}")

    headings = page.xpath("//h1")
    demand(len(headings) == 1, f"a page has exactly one h1, this has {len(headings)}")
    heading = " ".join(headings[0].text_content().split())
    title = " ".join(page.xpath("//title")[0].text_content().split())
    demand(title.startswith(heading), f"the title starts with the h1: {title!r} / {heading!r}")
    ids = page.xpath("//@id")
    demand(len(ids) == len(set(ids)), f"ids are unique: {sorted(i for i in ids if ids.count(i) > 1)}")
    _read_forms(page, demand)
    root = page.xpath("/html")[0]
    direction = {language.html_tag: language.direction for language in LANGUAGES.values()}
    demand(root.get("lang") in direction, f"the page says its language: {root.get('lang')}")
    demand(root.get("dir") == direction.get(root.get("lang")), "the page says its direction")
    demand(not page.xpath("//script[not(@src)]") and not page.xpath("//style"), "no inline script or style")
    demand(not page.xpath("//*[@style]"), "no style attribute")
    demand(response.headers.get("Cache-Control") == "no-store", "pages are not stored by the browser")
    demand("{{" not in html and "%(" not in html, "no placeholder is left in a page")


def _read_forms(page: lxml.html.HtmlElement, demand: Any) -> None:
    for form in page.xpath("//form"):
        if (form.get("method") or "get").lower() == "post":
            demand(form.xpath(".//input[@name='csrf_token']"), f"the form to {form.get('action')!r} has its CSRF token")
    labelled = set(page.xpath("//label/@for"))
    for field in page.xpath("//input | //select | //textarea"):
        if field.get("type") in UNLABELLED:
            continue
        named = field.get("id") in labelled or field.get("aria-label") or field.get("aria-labelledby")
        demand(named or field.xpath("ancestor::label"), f"the field {field.get('name')!r} has a label")
    for picture in page.xpath("//img"):
        demand(picture.get("alt") is not None, "every picture has an alt text")
    for link in page.xpath("//a"):
        demand(link.text_content().strip() or link.get("aria-label"), f"the link to {link.get('href')!r} has words")
