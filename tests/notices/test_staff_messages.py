"""What leaves the building about a notice: that something new is there, whatever its title, its words and its readers'
names are made of."""

import pytest
from sqlalchemy import select

from portal.delivery.mail import write
from portal.kernel import clock
from portal.kernel.outbox import Channel
from portal.notices.queries_mail import kinds
from portal.notices.rules import Told
from portal.people.models import ContactPoint, Person
from portal.people.rules import ContactKind
from tests.notices.staff import HOSTILE, actor_of, sent, to_class
from tests.notices.test_staff_sending import about, reading

NAME = "<b>Eve</b>\r\nBcc: all@example.org\u202e <script>1</script>"
BANNED = ("SEND", "SEN ", "special", "EHC", "Zara", "Coffee", "cup", "alert", "javascript")


def message_to(app, item, reachable=frozenset(ContactKind)):
    """The message as it would leave."""
    kind = kinds(base_url="https://portal.example", reachable=reachable)[item.kind]
    with reading(app) as session:
        envelope = kind.prepare(session, item, clock.now())
        return write(item.id, item.kind, envelope, now=clock.now())


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.MOBILE])
@pytest.mark.parametrize("language", ["en", "ur", "pl"])
def test_no_word_of_it_leaves_and_nothing_hostile_does(app, ids, system_session, channel, language):
    parent = system_session.get_one(Person, ids.person("parent"))
    parent.full_name = parent.known_as = NAME
    parent.language = language
    for point in system_session.scalars(select(ContactPoint).where(ContactPoint.adult_id == parent.id)):
        if point.kind != channel:
            system_session.delete(point)
    system_session.commit()
    title = '<img src=x onerror=alert(1)> Coffee\r\nSubject: "x"'.replace("\r\n", " ")
    notice_id = sent(app, actor_of(app, "sendco"), audience=to_class(app), title=title, words=HOSTILE)
    item = next(item for item in about(app, notice_id, Told.NOTICE) if item.person_id == parent.id)
    message = message_to(app, item)
    assert message.channel == channel
    assert message.language == language
    for text in (message.subject, message.text, message.html):
        assert not [word for word in BANNED if word in text], text
        assert "\u202e" not in text
    assert "\n" not in message.subject
    assert "<script" not in message.html
    assert "<b>Eve" not in message.html
    assert "Bcc:" not in [line[:4] for line in message.text.splitlines()]


def test_every_kind_of_message_about_notices_has_its_words(app, ids):
    notice_id = sent(app, actor_of(app, "sendco"), audience=to_class(app))
    item = about(app, notice_id)[0]
    with reading(app) as session:
        envelope = kinds(base_url="https://portal.example", reachable=frozenset(ContactKind))[item.kind].prepare(
            session, item, clock.now()
        )
    for kind in Told:
        assert "https://portal.example" in write(item.id, kind.value, envelope, now=clock.now()).text
