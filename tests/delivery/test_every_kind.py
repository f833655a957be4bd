"""Every kind of message, as it leaves: no mail, text message, calendar file, header or file name holds a child's name or
a word of SEND, in any language.

What may name a child, and why: the words of a notice on paper, which is put into an envelope for an adult who may read
about that child. The school's name stands in every message, also where a school calls itself a special school, and the
reader is greeted by name: these two are taken out before anything is sought.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from email.policy import default as policy
from functools import cache

import pytest
from sqlalchemy import delete, select

from portal.delivery.actions import Lease, PostOffice, deliver
from portal.delivery.notify import NotifySender
from portal.delivery.rules import LEASE
from portal.delivery.smtp import SmtpSender
from portal.jobs import kinds_for
from portal.kernel import clock
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.kernel.scope import PortalSession, system
from portal.paths import TRANSLATIONS
from portal.people.models import ContactPoint, Person, School
from portal.people.rules import ContactKind
from portal.web.i18n import LANGUAGES
from tests.conftest import make_settings
from tests.delivery.conftest import FROM, by_day
from tests.delivery.every_kind import EXAMPLES, MAIL, NAMES, NOTIFY, TEXT, World
from tests.delivery.every_kind import notice as notice_about_the_child
from tests.delivery.notify import KEY, notify
from tests.delivery.notify import MAIL as MAIL_TEMPLATE
from tests.delivery.notify import TEXT as TEXT_TEMPLATE
from tests.delivery.test_letters import pages_of

__all__ = ["notify"]
CHILD = ("Zara", *NAMES.values())
CAPITALS = ("SEN", "SEND", "SENCO", "SENDCO", "SENDIASS", "EHC", "EHCP", "EHCNA", "IEP", "UPN", "ADHD", "SEMH")
WORDS = (
    *("special", "disability", "disabled", "disabilities", "needs", "additional", "inclusion", "autism", "autistic"),
    *("dyslexia", "speech", "therapist", "diagnosis", "plan", "plans", "profile", "outcome", "outcomes", "target"),
    *("targets", "strategy", "provision", "support", "progress", "review", "annual", "register", "referral"),
    *("specialist", "consent", "concern", "worry", "complaint", "appeal", "tribunal", "mediation", "statement"),
    *("views", "record", "notice", "safeguarding", "disclosure", "hurt", "court", "order", "council"),
)
# of the glossary; words of every day, such as "meeting", "sign in" or "your child", may stand in a message
TERMS = (
    *("SEND", "SENDCO", "SEN support", "EHC plan", "SENDIASS", "Local Offer", "SEN register", "plan", "pupil profile"),
    *("review", "annual review", "outcome", "target", "strategy", "provision", "progress", "progress note", "views"),
    *("parental responsibility", "court order", "concern", "complaint", "appeal", "safeguarding", "advice"),
    *("record of a meeting", "SEN officer", "mediation", "statement", "pack", "promise", "worry", "consent"),
    *("referral", "specialist", "tribunal", "review round", "notice", "gathering", "young person"),
)
# "young person" is what the parents of one are told on the day their rights end, and no more can be said less plainly
EXPECTED = {"rights_now": {"young person"}}


@cache
def terms(language):
    """The words of the glossary in one language, by their English names; what stands in brackets is explanation."""
    columns, found = [], {}
    for line in (TRANSLATIONS / "glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if cells[0] == "English":
            columns = cells
        elif line.startswith("| ") and language in columns and cells[0] in TERMS:
            said = re.sub(r"\([^)]*\)|\*", "", cells[columns.index(language)])
            found.setdefault(cells[0], set()).update(
                word for each in re.split(r"[;؛/]", said) if len(word := each.strip()) > 2
            )
    assert set(TERMS) == set(found), "the glossary and this list agree"
    return found


def tell_tales(text, language, kind=""):
    """The names, and the words of the lists above, that stand in a text; of other languages also longer forms."""
    text = unicodedata.normalize("NFC", text).replace("PARTSTAT=NEEDS-ACTION", "")  # RFC 5545: has not answered yet
    found = [name for name in CHILD if name.casefold() in text.casefold()]
    found += [word for word in CAPITALS if re.search(rf"\b{word}\b", text)]
    found += [word for word in WORDS if re.search(rf"\b{word}\b", text, re.IGNORECASE)]
    said = terms(language).items() if language != "en" else ()
    theirs = [word for term, words in said if term not in EXPECTED.get(kind, ()) for word in words]
    return found + [word for word in theirs if re.search(BEGINS + re.escape(word), text, re.IGNORECASE)]


# a word begins here; in Arabic "and", "in", "to" and "the" are written together with it
BEGINS = r"(?<!\w)(?:[وفبلك]?(?:ال|لل)?)?"


@dataclass(frozen=True)
class Left:
    """One message as it left: everything that anybody on the way or beside the reader can see."""

    way: str
    text: str
    files: tuple[str, ...] = ()
    addresses: str = ""


def of_mail(mail):
    """A mail: every header, both bodies, and of each file its name and what is in it."""
    raw = mail.as_bytes(policy=policy)
    headers = "\n".join(f"{name}: {value}" for part in mail.walk() for name, value in part.items())
    bodies = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]
    files = tuple(part.get_payload(decode=True).decode().replace("\r\n ", "") for part in mail.iter_attachments())
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert set(names) <= {"meeting.ics"}
    assert all(name.encode() not in raw for name in NAMES.values())
    return Left(MAIL, "\n".join([headers, *bodies, *files]), files)


def of_notify(path, to, body):
    """What GOV.UK Notify is asked to send, and the way out of a daily mail that it puts into a header."""
    return Left(TEXT if path.endswith("/sms") else NOTIFY, f"{to}\n{json.dumps(body, ensure_ascii=False)}")


@pytest.fixture
def world(sqlite_app, ids, system_session, as_persona):
    return World.with_marked_names(sqlite_app, ids, system_session, as_persona)


@pytest.fixture
def carried(world, letterbox, notify, tmp_path):
    """`carried(row, way, language)` is the message of a row as it left that way, or None when it does not leave so."""
    senders = {
        MAIL: SmtpSender(letterbox.url, FROM),
        NOTIFY: NotifySender(api_key=KEY, email_template=MAIL_TEMPLATE, sms_template="", url=notify.url),
        TEXT: NotifySender(api_key=KEY, email_template="", sms_template=TEXT_TEMPLATE, url=notify.url),
    }

    def sessions():
        return PortalSession(world.app.extensions["writing_engine"], scope=system("test"))

    def carry(row, way, language):
        kinds = kinds_for(make_settings("sqlite://", tmp_path), senders[way])
        moment = max(clock.now(), row.due_at)
        moment = moment if kinds[row.kind].urgent else by_day(moment)
        with sessions() as session:
            item = session.get_one(OutboxItem, row.id)
            item.state, item.leased_until, item.tries, item.sent_with = OutboxState.LEASED, moment + LEASE, 0, None
            item.facts = row.facts | ({"reason": "Qxknown Qxsurname has SEND"} if row.about_pupil_id else {})
            session.get_one(Person, row.person_id).language = language
            session.commit()
        letterbox.mails.clear()
        notify.asked.clear()
        deliver(PostOffice(sessions, senders[way], kinds, lambda: moment), [Lease(row.id, moment + LEASE)])
        if way == MAIL:
            return of_mail(letterbox.mails[0][1]) if letterbox.mails else None
        return of_notify(*notify.asked[0]) if notify.asked else None

    return carry


def with_two_addresses(session, person_id):
    """A reader who can be reached by every way, and has said nothing of how."""
    points = session.scalars(select(ContactPoint).where(ContactPoint.adult_id == person_id)).all()
    for kind, value in ((ContactKind.EMAIL, "reader@x.example"), (ContactKind.MOBILE, "+447700900888")):
        if kind not in {point.kind for point in points}:
            session.add(ContactPoint(adult_id=person_id, kind=kind, value=value, verified_at=clock.now()))
    for point in points:
        point.wanted, point.bounced_at = True, None
    session.commit()


def known_names(session, person_id):
    """What may stand there: the reader's own name, if it is no child's, and the names of schools."""
    person = session.get_one(Person, person_id)
    names = [*session.scalars(select(School.name)), person.full_name, person.name]
    session.rollback()
    return sorted((name for name in names if name and not tell_tales(name, "en")), key=len, reverse=True)


def without(text, names):
    for name in names:
        text = text.replace(name, "")
    return text


def kinds_of(folder):
    return kinds_for(make_settings("sqlite://", folder), SmtpSender("smtp://127.0.0.1", FROM))


def test_every_kind_has_an_example(tmp_path):
    assert set(map(str, EXAMPLES)) == set(kinds_of(tmp_path)), "give a new kind a row in tests/delivery/every_kind.py"


@pytest.mark.parametrize("kind", [str(kind) for kind in EXAMPLES])
def test_no_message_tells_a_stranger_anything(world, carried, kind):
    example = EXAMPLES[kind]
    example.arrange(world)
    found, files = {}, 0
    for row in world.of_kind(example.row_kind or kind)[:3]:
        with_two_addresses(world.session, row.person_id)
        names = known_names(world.session, row.person_id)
        for way in sorted(example.ways):
            languages = ("en", "ur") if way == NOTIFY else LANGUAGES  # what stands in it is what stands in a mail
            for language in languages if way not in found else ():
                left = carried(row, way, language)
                if left is None:
                    break
                found[way] = left
                files += len(left.files)
                assert tell_tales(without(left.text, names), language, kind) == [], (way, language)
    assert set(found) == example.ways, "every way was walked"
    assert bool(files) == example.files
    if kind == "digest":
        assert "List-Unsubscribe: <http" in found[MAIL].text
        assert "one_click_unsubscribe_url" in found[NOTIFY].text
    else:
        assert "List-Unsubscribe" not in found[MAIL].text


def test_a_letter_tells_nothing_and_its_file_has_a_name_of_its_own(world, carried, as_persona):
    """It is the same for every kind of message, and for whoever reads over a shoulder at the printer."""
    world.session.execute(delete(ContactPoint).where(ContactPoint.adult_id == world.ids.person("parent")))
    world.session.execute(delete(OutboxItem))
    world.post("plan_published")
    (row,) = world.of_kind("plan_published")
    assert carried(row, MAIL, "en") is None
    names, office, again = known_names(world.session, row.person_id), as_persona("office"), {}
    for language in LANGUAGES:
        world.session.get_one(Person, row.person_id).language = language
        world.session.commit()
        answer = office.post("/staff/delivery/letters", data=again)
        assert answer.headers["Content-Disposition"] == 'attachment; filename="letters.pdf"'
        (page,) = pages_of(answer)
        assert tell_tales(without(page, names), language) == [], language
        again = {"at": world.of_kind("plan_published")[0].sent_at.isoformat()}


def test_the_file_of_a_notice_on_paper_is_named_after_its_language(world, as_persona):
    notice_id = notice_about_the_child(world)
    for language in LANGUAGES:
        answer = as_persona("sendco").get(f"/staff/notices/{notice_id}/letters/{language}.pdf")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="letters-{language}.pdf"'


@pytest.mark.parametrize("leak", ["Dear Ms Qxknown", "Zara", "the SENDCO", "your plan", "منصوبہ", "بالخطة", "planu"])
def test_what_tells_is_found(leak):
    """The control."""
    assert any(tell_tales(f"A message: {leak}.", language) for language in LANGUAGES)
    assert tell_tales("There is something new for you on the family pages.", "en") == []
