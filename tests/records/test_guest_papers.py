"""The papers for somebody whom school invited from elsewhere: what everybody invited may read, and not a word more."""

import uuid

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.meetings.models import Guest
from portal.people.rules import Readers, Side
from portal.reviews.rules import ReviewKind, Stage
from tests.pages import parse, words
from tests.records.agreeing import settled, shared
from tests.records.writing import Meeting


@pytest.fixture
def meeting(app, system_session, ids):
    """An annual review of Zara's to come, with what was agreed in the one before."""
    settled(system_session, ids)
    last = Meeting(system_session, ids)
    coming = Meeting(system_session, ids, stage=Stage.NOTICE_SENT, kind=ReviewKind.ANNUAL, due_on=clock.today())
    shared(last, "Agreed with all")
    last.agree("Agreed at school alone", position=2)
    coming.say("staff for school", "class-teacher", Side.STAFF, Readers.TEACHERS, "working", text="Said: at school")
    coming.say("staff for all", "class-teacher", Side.STAFF, Readers.FAMILY, "admire", text="Said: by staff to all")
    return coming


def invited(meeting, name, adult=None, basis="local_authority"):
    ids = meeting.ids
    row = Guest(
        **meeting.about, id=uuid.uuid4(), review_id=meeting.id, basis="family" if adult else basis, name=name,
        works_as="Case officer", organisation="Council", email="officer@example.org", invited_at=clock.now(),
        invited_by=ids.person("sendco"), adult_id=ids.person(adult) if adult else None,
    )  # fmt: skip
    meeting.keep(row)
    return row.id


def pack_of(meeting):
    return f"/staff/children/{meeting.about['pupil_id']}/reviews/{meeting.id}/pack"


def test_a_guest_gets_what_everybody_invited_may_read(meeting, as_persona, read_pdf):
    guest = invited(meeting, "Ines Moreau")
    invited(meeting, "Mums own friend", adult="parent")
    invited(meeting, "The head of the school", basis="head")
    sendco = as_persona("sendco")
    (link,) = parse(sendco.get(pack_of(meeting))).xpath("//main//a[contains(@href, '/guests/')]/@href")
    assert link == f"{pack_of(meeting)}/guests/{guest}.pdf"
    answer = sendco.get(link + "?lang=en")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="school-copy.pdf"'
    copy = read_pdf(answer.data)
    for part in ("mum for family", "dad for family", "child for family", "by staff to all", "Agreed with all"):
        assert part in copy, part
    assert "Copy for: Ines Moreau · Case officer · Council" in copy
    assert "Copy made on" in copy
    for part in ("for school", "for one", "Said: at school", "own friend", "@", "Agreed at school alone"):
        assert part not in copy, part
    mine = read_pdf(sendco.get(f"{pack_of(meeting)}.pdf?lang=en").data)
    assert "for school" in words(sendco.get(pack_of(meeting))), (
        "the SENDCO reads it: it is the fence that keeps it back"
    )
    for part in ("for school", "for one", "Agreed at school alone"):
        assert part not in mine, f"{part}: the SENDCO's own copy lies on the table"
    assert "Agreed with all" in mine
    assert "Copy for" not in mine


def test_that_a_copy_was_made_is_written_down(meeting, as_persona, ids):
    guest = invited(meeting, "Ines Moreau")
    assert as_persona("sendco").get(f"{pack_of(meeting)}/guests/{guest}.pdf").status_code == 200
    found = select(AuditEvent).where(AuditEvent.action == "copy of the pack taken", AuditEvent.subject_id == meeting.id)
    (noted,) = meeting.session.scalars(found)
    assert (noted.actor_id, noted.facts) == (ids.person("sendco"), {"guest": str(guest)})
    meeting.session.rollback()


def test_only_a_guest_of_school_and_of_this_review(meeting, as_persona, system_session, ids):
    elsewhere = invited(
        Meeting(system_session, ids, stage=Stage.NOTICE_SENT, kind=ReviewKind.ANNUAL, due_on=clock.today()), "Another"
    )
    friend = invited(meeting, "Mums own friend", adult="parent")
    guest = invited(meeting, "Ines Moreau")
    sendco = as_persona("sendco")
    for guest_id in (elsewhere, friend, ids.person("parent"), uuid.uuid4()):
        assert sendco.get(f"{pack_of(meeting)}/guests/{guest_id}.pdf").status_code == 404
    for slug, status in (("class-teacher", 403), ("headteacher", 403), ("parent", 403), ("sendco-other-school", 404)):
        assert as_persona(slug).get(f"{pack_of(meeting)}/guests/{guest}.pdf").status_code == status
    for slug in ("class-teacher", "headteacher"):
        assert "Papers for guests" not in words(as_persona(slug).get(pack_of(meeting)))
