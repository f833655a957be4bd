"""What a mail looks like: text and HTML with the same words, nothing from elsewhere, and hostile names in their place."""

import uuid
from email import message_from_bytes, policy

import lxml.html
import pytest

from portal.delivery.mail import preview, write
from portal.delivery.rules_text import sms_parts
from portal.delivery.smtp import WIRE, SmtpSender
from portal.kernel import clock
from portal.kernel.outbox import Attachment, Envelope
from portal.people.rules import THEME_COLOURS
from portal.web.i18n import LANGUAGES
from tests.delivery.conftest import FROM, by_day, text_of

VALUES = {"name": "Ann", "link": "https://portal.example/sign-in/family?a=1&b=2"}
HOSTILE = "<script>alert(1)</script>\r\nBcc: eve@evil.example\r\n\r\n{{ 7*7 }} %(x)s \x00\u202e\"'>"


def told(kind="plan_published", language="en", school="Oak School", **values):
    return preview(kind, {**VALUES, "school": school, **values}, language, theme="teal")


def lines_of(html):
    page = lxml.html.document_fromstring(html)
    for mark in page.xpath("//br"):
        mark.tail = "\n" + (mark.tail or "")
    body = page.xpath("//body/div/div")[0]
    return [line for paragraph in body.xpath("./p") for line in paragraph.text_content().split("\n")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_says_what_the_text_says(sqlite_app, language):
    seen = told(language=language)
    page = lxml.html.document_fromstring(seen.html)
    assert lines_of(seen.html) == [line for line in seen.text.splitlines() if line]
    assert page.get("lang") == LANGUAGES[language].html_tag
    assert page.get("dir") == LANGUAGES[language].direction
    assert THEME_COLOURS["teal"] in seen.html


def test_a_mail_loads_nothing_and_links_only_to_the_portal(sqlite_app):
    seen = told("digest", stop="https://portal.example/messages/stop/x")
    page = lxml.html.document_fromstring(seen.html)
    assert page.xpath("//a/@href") == [VALUES["link"], "https://portal.example/messages/stop/x"]
    assert not page.xpath("//img | //script | //link | //style | //iframe | //form")
    assert "url(" not in seen.html


@pytest.mark.parametrize("kind", ["plan_published", "sign_in_code", "digest", "address_added"])
def test_hostile_words_stay_words(sqlite_app, kind):
    given = {name: HOSTILE for name in ("name", "code", "stop")}
    seen = told(kind, school=HOSTILE, **given)
    page = lxml.html.document_fromstring(seen.html)
    assert not page.xpath("//script")
    assert "<script>alert(1)</script> Bcc: eve@evil.example {{ 7*7 }} %(x)s" in page.text_content()
    assert "\n" not in seen.subject
    assert "\r" not in seen.subject
    for text in (seen.subject, seen.text, seen.html, seen.sms):
        assert "\u202e" not in text
        assert "\x00" not in text
        assert "49" not in text


def test_a_text_message_of_news_is_one_part_in_english(sqlite_app):
    assert sms_parts(told().sms).parts == 1
    assert sms_parts(told(language="ur").sms).encoding == "ucs2"


def test_the_mail_holds_text_html_and_files(app, ids, sessions, post, letterbox, deliver):
    post("a")
    deliver(by_day())
    ((_to, mail),) = letterbox.mails
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    html = mail.get_body(("html",)).get_content()
    assert lines_of(html) == [line for line in text_of(mail).splitlines() if line]


def test_files_go_along_with_their_type(sqlite_app):
    file = Attachment("meeting.ics", "text/calendar; method=REQUEST; charset=UTF-8", "BEGIN:VCALENDAR\r\nX:é".encode())
    envelope = Envelope("email", "ann@x.example", "en", "Oak", VALUES, "teal", (file,))
    message = write(uuid.uuid4(), "plan_published", envelope, now=clock.now())
    wire = SmtpSender("smtp://x", FROM).as_mail(message).as_bytes(policy=WIRE)
    assert b"\n" not in wire.replace(b"\r\n", b"")
    mail = message_from_bytes(wire, policy=policy.default)
    assert mail.get_content_type() == "multipart/mixed"
    (part,) = mail.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert (part.get_param("method"), part.get_param("charset")) == ("REQUEST", "UTF-8")
    assert part.get_filename() == "meeting.ics"
    assert part.get_payload(decode=True) == file.body
    by_text = Envelope("mobile", "+447700900777", "en", "Oak", VALUES, "teal", (file,))
    assert write(message.id, "plan_published", by_text, now=clock.now()).attachments == ()
