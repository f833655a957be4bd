"""Fills a form in as a browser would: what stands in its fields is sent, changed where a test says so."""

import re
import uuid
from typing import Any

from flask import Flask
from lxml.html import HtmlElement
from sqlalchemy import Select
from werkzeug.test import TestResponse

from portal.kernel.scope import PortalSession, system
from tests.pages import ReadingClient, parse


def ask(app: Flask, statement: Select[Any]) -> list[Any]:
    """What the database holds now: rows of one column as values, others as rows."""
    with PortalSession(app.extensions["engine"], scope=system("a test looks"), read_only=True) as session:
        rows = session.execute(statement).all()
    return [row[0] if len(row) == 1 else row for row in rows]


def change(app: Flask, *rows: Any) -> None:
    """Arranges: adds rows, or keeps what was changed in rows that `ask` returned."""
    with PortalSession(app.extensions["writing_engine"], scope=system("a test arranges")) as session:
        for row in rows:
            session.merge(row)
        session.commit()


def main_form(response: TestResponse) -> HtmlElement:
    """The last POST form of the page's main part."""
    return parse(response).xpath("//main//form[@method='post']")[-1]


def fields(form: HtmlElement, **changed: str) -> dict[str, Any]:
    """Everything the form would send."""
    sent: dict[str, Any] = {}
    for field in form.xpath(".//input | .//select | .//textarea"):
        name, kind = field.get("name"), field.get("type", "text")
        if not name or name == "csrf_token":
            continue
        if kind in {"radio", "checkbox"}:
            if field.get("checked") is not None:
                sent[name] = field.get("value")
        elif field.tag == "select":
            chosen = field.xpath("./option[@selected]") or field.xpath("./option")
            sent[name] = chosen[0].get("value") if chosen else ""
        elif field.tag == "textarea":
            sent[name] = re.sub(r"^\n", "", field.text or "")
        else:
            sent[name] = field.get("value", "")
    unknown = changed.keys() - {f.get("name") for f in form.xpath(".//input | .//select | .//textarea | .//button")}
    assert not unknown, f"the form has no field {unknown}"
    return {**sent, **changed}


def send(client: ReadingClient, url: str, **changed: str) -> TestResponse:
    """Opens the page, fills its form in and sends it."""
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    return client.post(url, data=fields(main_form(page), **changed))


def begin_draft(client: ReadingClient, pupil_id: uuid.UUID) -> str:
    """Presses the button that starts the draft, or goes on with the one there is; returns the draft's address."""
    page = parse(client.get(f"/staff/children/{pupil_id}"))
    forms = page.xpath("//main//form[contains(@action, '/drafts')]")
    if forms:
        answer = client.post(forms[0].get("action"), data=fields(forms[0]))
        assert answer.status_code == 303
        return str(answer.location)
    return str(page.xpath("//main//a[contains(@href, '/drafts/')]")[0].get("href"))


def day(name: str, when: Any) -> dict[str, str]:
    """The three boxes of a day."""
    return {f"{name}-day": str(when.day), f"{name}-month": str(when.month), f"{name}-year": str(when.year)}
