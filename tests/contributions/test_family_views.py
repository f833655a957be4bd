"""A parent writes, leaves, comes back on another device, reads it once more, sends it and changes it later."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.models import KeptText, Sitting
from portal.contributions.models import Statement, StatementTranslation, WantedCall
from portal.contributions.rules import PARENT_QUESTIONS
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.people.rules import PortalAccess, Readers
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.access.test_words_for_readers import session_of
from tests.contributions.saying import (
    box_of,
    contributions,
    look,
    new_review,
    page,
    path_of,
    shown_version,
    statements,
    write,
)
from tests.meetings.family import set_link
from tests.pages import parse, words

URDU = "وہ گھر پر خوش ہے 🙂 but at school?\n<b>not bold</b> & <script>alert(1)</script>"


@pytest.fixture
def review(app, ids, system_session):
    return new_review(system_session, ids)


@pytest.fixture
def here(ids, review):
    return path_of(ids, review)


@pytest.fixture
def parent(as_persona):
    return as_persona("parent")


def send(client, here):
    return client.post(f"{here}/check")


def test_the_whole_way_from_the_first_word_to_thank_you(app, ids, review, here, parent, system_session):
    first = parent.get(f"{here}?lang=en")
    assert parse(first).xpath("//input[@name='readers'][@checked]/@value") == ["teachers"], "the narrowest by default"
    assert "School only: the class teacher, the SENDCO and the headteacher" in words(first)
    answer = parent.post(here, data={"readers": "teachers", "begin": "1"})
    assert answer.headers["Location"] == f"{here}/answer/{PARENT_QUESTIONS[0].key}"
    for question in PARENT_QUESTIONS[:3]:
        answer = write(parent, f"{here}/answer/{question.key}", f"About {question.key}")
        assert answer.status_code == 303
    assert answer.headers["Location"] == f"{here}/answer/{PARENT_QUESTIONS[3].key}"
    skipped = write(parent, answer.headers["Location"], "", skip="1")
    assert skipped.headers["Location"] == f"{here}/answer/{PARENT_QUESTIONS[4].key}"
    assert write(parent, f"{here}/answer/actions", "").headers["Location"] == f"{here}/check"
    assert {row.sent_at for row in statements(system_session, review)} == {None}
    assert "Written, but not sent yet" in page(parent, here)
    check = page(parent, f"{here}/check")
    assert all(f"About {question.key}" in check for question in PARENT_QUESTIONS[:3])
    assert send(parent, here).headers["Location"] == f"{here}/thanks"
    assert "What happens next" in page(parent, f"{here}/thanks")
    rows = statements(system_session, review)
    assert len(rows) == 3
    assert all(row.sent_at and row.current and not row.late and row.readers == "teachers" for row in rows)
    (kept,) = look(system_session, select(Review).where(Review.id == review))
    assert kept.family_views_at == kept.views_in_at == rows[0].sent_at
    assert kept.pupil_views_at is None
    events = select(AuditEvent).where(AuditEvent.subject_id == review)
    (event,) = look(system_session, events)
    assert (event.action, event.facts) == (
        "sent views for a review", {"side": "parent", "answers": 3, "late": False},
    )  # fmt: skip


def test_words_stay_as_they_were_typed(app, ids, review, here, parent, system_session):
    path = f"{here}/answer/admire"
    long = ("ਪੰਜਾਬੀ 😀" * 2500)[:20_000]
    for text in (URDU, long, "א" * 20_000):
        assert write(parent, path, text).status_code == 303
        assert box_of(parent.get(path)) == text
        (row,) = statements(system_session, review)
        assert row.text == text
    assert "<b>not bold</b>" not in parent.get(here).get_data(as_text=True)
    answer = write(parent, path, "x" * 20_001)
    assert answer.status_code == 422
    assert box_of(answer) == "x" * 20_001
    assert statements(system_session, review)[0].text == "א" * 20_000


def test_the_language_of_an_answer_is_that_of_the_page(app, review, here, parent, system_session):
    path = f"{here}/answer/admire"
    version = shown_version(parent, f"{path}?lang=pa")
    parent.post(f"{path}?lang=pa", data={"text": "ਉਹ ਹੱਸਦੀ ਹੈ", "version": version})
    assert [row.language for row in statements(system_session, review)] == ["pa"]


def test_two_devices_lose_nothing(app, review, here, parent, as_persona, system_session):
    path, phone = f"{here}/answer/admire", as_persona("parent")
    version = shown_version(parent, path)
    assert write(phone, path, "On the phone", version=version).status_code == 303
    stale = write(parent, f"{path}?lang=en", "On the computer", version=version)
    assert stale.status_code == 409
    assert box_of(stale) == "On the computer"
    assert "On the phone" in words(stale)
    hidden = {name: parse(stale).xpath(f"//main//input[@name='{name}']/@value")[0] for name in ("version", "other")}
    assert write(parent, path, "On the computer", both="1", **hidden).status_code == 303
    (row,) = statements(system_session, review)
    assert row.text == "On the phone\n\nOn the computer"
    assert write(phone, path, "On the phone\n\nOn the computer", version="0").status_code == 303, (
        "the same is no quarrel"
    )


def test_kept_while_typing(app, review, here, parent, counting, system_session):
    path, typing = f"{here}/answer/admire", {"X-While-Typing": "1"}
    answer = write(parent, path, "One", headers=typing)
    assert answer.status_code == 204
    counting.statements.clear()
    answer = write(parent, path, "One two", headers=typing, version=answer.headers["X-Version"])
    assert (answer.status_code, answer.data) == (204, b"")
    assert len(counting) <= 8, counting.statements
    assert answer.headers["X-Version"] == shown_version(parent, path)
    assert write(parent, path, "Other", headers=typing, version="0").status_code == 409
    long = write(parent, path, "x" * 20_001, headers=typing, version=answer.headers["X-Version"])
    assert (long.status_code, long.mimetype) == (422, "text/plain")
    assert "20000" in long.text
    assert [row.text for row in statements(system_session, review)] == ["One two"]


def test_pages_and_saves_cost_few_statements(app, review, here, parent, counting):
    def cost(method, path, **data):
        counting.statements.clear()
        answer = parent.open(path, method="GET") if method == "GET" else parent.post(path, data=data)
        assert answer.status_code in {200, 303}, words(answer)
        return len(counting)

    assert cost("POST", here, readers="family", begin="1") <= 8
    assert cost("POST", f"{here}/answer/admire", text="New", version="0") <= 8
    for question in PARENT_QUESTIONS:
        write(parent, f"{here}/answer/{question.key}", f"About {question.key}")
    for path in (here, f"{here}/answer/admire", f"{here}/check", f"{here}/call"):
        assert cost("GET", path) <= 8, (path, counting.statements)
    assert cost("POST", f"{here}/check") <= 8, counting.statements  # all nine answers at once
    assert cost("GET", f"{here}/thanks") <= 8
    version = shown_version(parent, f"{here}/answer/admire")
    assert cost("POST", f"{here}/answer/admire", text="Changed", version=version) <= 8, counting.statements
    assert cost("POST", f"{here}/call", words="After three") <= 8, counting.statements


def test_the_page_of_the_review_says_how_far_it_is(app, ids, review, here, parent, as_persona, counting):
    page_of_the_review = here.removesuffix("/views")
    assert "Tell school what you think Not yet" in page(parent, page_of_the_review)
    write(parent, f"{here}/answer/admire", "Kind")
    assert "Tell school what you think Written, but not sent yet" in page(parent, page_of_the_review)
    send(parent, here)
    counting.statements.clear()
    text = page(parent, page_of_the_review)
    assert len(counting) <= 8, counting.statements
    assert "Tell school what you think Sent · " in text
    assert str(clock.today().year) in text.split("Sent · ")[1][:40]
    assert "Tell school what you think Not yet" in page(as_persona("second-parent"), page_of_the_review)


def test_sending_twice_is_once(app, review, here, parent, system_session):
    write(parent, f"{here}/answer/admire", "Once")
    assert send(parent, here).status_code == send(parent, here).status_code == 303
    (row,) = statements(system_session, review)
    (contribution,) = contributions(system_session, review)
    assert contribution.sent_at == row.sent_at
    events = select(AuditEvent).where(AuditEvent.subject_id == review, AuditEvent.action == "sent views for a review")
    assert len(look(system_session, events)) == 1


def test_a_change_is_a_new_version_and_the_old_one_counts_until_it_is_sent(
    app, review, here, parent, as_persona, system_session
):
    path = f"{here}/answer/admire"
    write(parent, path, "First")
    send(parent, here)
    write(parent, path, "Second")
    first, second = statements(system_session, review)
    assert (first.text, first.current, second.text, second.current, second.sent_at) == (
        "First",
        True,
        "Second",
        False,
        None,
    )
    send(parent, here)
    first, second = statements(system_session, review)
    assert (first.text, first.current, second.current, second.number) == ("First", False, True, 2)
    write(parent, path, "")
    send(parent, here)
    assert [row.current for row in statements(system_session, review)] == [False, False], "emptied is taken back"
    assert box_of(parent.get(path)) == ""
    write(parent, path, "Third")
    send(parent, here)
    assert [(row.number, row.current) for row in statements(system_session, review)] == [
        (1, False),
        (2, False),
        (3, True),
    ]


@pytest.mark.parametrize(("stage", "late"), [(Stage.BOOKED, False), (Stage.HELD, True), (Stage.RECORD_SHARED, True)])
def test_after_the_meeting_it_is_marked_late(app, review, here, parent, system_session, stage, late):
    system_session.get_one(Review, review).stage = stage
    system_session.commit()
    write(parent, f"{here}/answer/admire", "More")
    send(parent, here)
    assert [row.late for row in statements(system_session, review)] == [late]
    assert ("Late" in page(parent, here)) == late


def test_a_window_that_closed_a_second_ago_shows_every_word(app, review, here, parent, system_session):
    path = f"{here}/answer/admire"
    version = shown_version(parent, path)
    system_session.get_one(Review, review).stage = Stage.CLOSED
    system_session.commit()
    answer = write(parent, f"{path}?lang=en", URDU, version=version)
    assert answer.status_code == 409
    assert [box.text for box in parse(answer).xpath("//main//textarea")] == [URDU]
    assert statements(system_session, review) == []
    assert parent.get(path).status_code == 303
    assert "Nothing can be added" in page(parent, here)


def test_who_lost_access_meanwhile_reads_what_they_typed_and_leaves_nothing(
    app, ids, review, here, parent, system_session
):
    path = f"{here}/answer/admire"
    version = shown_version(parent, path)
    set_link(system_session, ids, "parent", access=PortalAccess.NONE)
    answer = write(parent, path, URDU, version=version)
    assert answer.status_code == 404
    assert [box.text for box in parse(answer).xpath("//main//textarea")] == [URDU]
    assert statements(system_session, review) == []


def test_who_may_only_read_writes_nothing(app, ids, review, here, parent, system_session):
    set_link(system_session, ids, "parent", access=PortalAccess.VIEW)
    assert "To tell us something, please call the school office." in page(parent, here)
    assert parent.get(f"{here}/answer/admire").status_code == 303
    answer = write(parent, f"{here}/answer/admire", "Ok", version="0")
    assert answer.status_code == 403
    assert [box.text for box in parse(answer).xpath("//main//textarea")] == ["Ok"], "two letters are words too"
    for path, data in ((here, {"readers": "family"}), (f"{here}/check", {}), (f"{here}/call", {"words": "x"})):
        assert parent.post(path, data=data).status_code == 403, path
    assert statements(system_session, review) == contributions(system_session, review) == []


def test_text_typed_into_an_ended_sitting_is_in_the_box_again(
    app, ids, review, here, parent, as_persona, system_session
):
    path = f"{here}/answer/admire"
    version = shown_version(parent, path)
    sitting = system_session.scalars(select(Sitting).where(Sitting.person_id == ids.person("parent"))).one()
    sitting.ends_at = clock.now() - timedelta(minutes=1)
    sitting.started_at = sitting.ends_at - timedelta(hours=1)
    system_session.commit()
    assert "kept=1" in write(parent, path, URDU, version=version).headers["Location"]
    again = as_persona("parent")
    assert box_of(again.get(path)) == URDU
    assert box_of(again.get(f"{here}/answer/working")) == ""
    assert write(again, path, URDU + " more").status_code == 303
    assert box_of(again.get(path)) == URDU + " more", "what was kept since then is newer"
    assert system_session.scalars(select(KeptText)).one().fields == {"text": URDU}


def test_last_times_answer_is_at_hand(app, ids, here, parent, system_session):
    earlier = new_review(system_session, ids, made_at=clock.now() - timedelta(days=90))
    write(parent, f"{path_of(ids, earlier)}/answer/admire", "She sang")
    write(parent, f"{path_of(ids, earlier)}/answer/working", "Never sent")
    assert "She sang" not in page(parent, f"{here}/answer/admire"), "what was not sent was not said"
    parent.post(f"{path_of(ids, earlier)}/check")
    details = parse(parent.get(f"{here}/answer/admire")).xpath("//main//details")[-1].text_content()
    assert "She sang" in details
    assert "She sang" not in page(parent, f"{here}/answer/support")
    write(parent, f"{path_of(ids, earlier)}/answer/admire", "")
    parent.post(f"{path_of(ids, earlier)}/check")
    assert "She sang" not in page(parent, f"{here}/answer/admire"), "what was taken back was not said"


def test_what_the_other_parent_said_last_time_is_not_ones_own(app, ids, here, parent, as_persona, system_session):
    earlier = path_of(ids, new_review(system_session, ids, made_at=clock.now() - timedelta(days=90)))
    other = as_persona("second-parent")
    for client, question, text in ((parent, "admire", "OURS"), (other, "support", "THEIRS")):
        client.post(earlier, data={"readers": "family"})
        write(client, f"{earlier}/answer/{question}", text)
        client.post(f"{earlier}/check")
    assert "OURS" in page(parent, f"{here}/answer/admire")
    for question in ("admire", "support"):
        assert "THEIRS" not in page(parent, f"{here}/answer/{question}")


def test_the_other_parent_reads_only_what_is_shared(app, ids, review, here, parent, as_persona):
    def read_by_the_other():
        with session_of(app, ids, "second-parent") as session:
            return session.scalars(select(Statement.text).where(Statement.review_id == review)).all()

    write(parent, f"{here}/answer/admire", "MARK-OURS")
    send(parent, here)
    other = as_persona("second-parent")
    for path in (here, f"{here}/answer/admire", f"{here}/check"):
        assert "MARK-OURS" not in page(other, path)
    assert read_by_the_other() == []
    parent.post(here, data={"readers": "family"})
    assert read_by_the_other() == ["MARK-OURS"]
    assert "Tell school what you think Not yet" in words(other.get(here.removesuffix("/views")))
    for path in (here, f"{here}/answer/admire", f"{here}/check"):
        assert "MARK-OURS" not in page(other, path), "nobody is shown another's words as their own"


def test_other_readers_reach_every_version_and_what_was_made_of_it(app, ids, review, here, parent, system_session):
    write(parent, f"{here}/answer/admire", "One")
    send(parent, here)
    write(parent, f"{here}/answer/admire", "Two")
    first, _draft = statements(system_session, review)
    system_session.add(
        StatementTranslation(
            statement_id=first.id, language="ur", text="ایک", translated_by="A. Khan", at=clock.now(),
            school_id=first.school_id, pupil_id=first.pupil_id, author_id=first.author_id,
            written_by=ids.person("sendco"), side="parent", readers="teachers", sent_at=clock.now(),
        )
    )  # fmt: skip
    system_session.commit()
    for readers in (Readers.FAMILY, Readers.TEACHERS):
        assert parent.post(here, data={"readers": readers.value}).status_code == 303
        sent, draft = statements(system_session, review)
        rows = [
            sent,
            *look(system_session, select(StatementTranslation).where(StatementTranslation.statement_id == first.id)),
        ]
        assert {row.readers for row in (draft, *contributions(system_session, review))} == {readers.value}
        assert {row.readers for row in rows} == {"teachers"}, "what is about to be replaced goes to nobody new"
    send(parent, here)
    write(parent, f"{here}/answer/working", "Three")
    parent.post(here, data={"readers": "family"})
    write(parent, f"{here}/answer/support", "Four")
    found = {row.text: row.readers for row in statements(system_session, review)}
    assert found == {"One": "teachers", "Two": "family", "Three": "family", "Four": "family"}
    parent.post(here, data={"readers": "teachers"})
    assert {row.readers for row in statements(system_session, review)} == {"teachers"}


def test_a_call_instead_of_typing(app, ids, review, here, parent, as_persona, system_session):
    for text in ("After three", "After four"):
        assert parent.post(f"{here}/call", data={"words": text}).status_code == 303
    assert "School will call you" in page(parent, here)
    assert "After four" not in page(as_persona("second-parent"), here)
    (call,) = look(system_session, select(WantedCall).where(WantedCall.review_id == review))
    assert (call.adult_id, call.words) == (ids.person("parent"), "After four")
    assert statements(system_session, review) == []
    assert parent.post(f"{here}/call", data={"no_call": "1"}).status_code == 303
    assert look(system_session, select(WantedCall).where(WantedCall.review_id == review)) == []


def test_a_review_that_school_only_plans_is_not_there(app, ids, here, review, parent, system_session):
    system_session.get_one(Review, review).stage = Stage.PLANNED
    system_session.commit()
    for path in (here, f"{here}/answer/admire", f"{here}/check", f"{here}/call", f"{here}/answer/nothing"):
        assert parent.get(path).status_code == 404, path
    assert write(parent, f"{here}/answer/admire", "Too early", version="0").status_code == 404
    assert statements(system_session, review) == []


def test_an_annual_review_is_late_once_its_hour_has_struck(app, ids, as_persona, system_session):
    meets_at = clock.now() + timedelta(hours=1)
    here = path_of(ids, review := new_review(system_session, ids, meets_at=meets_at, stage=Stage.BOOKED))
    with time_machine.travel(meets_at + timedelta(minutes=5), tick=False):
        parent = as_persona("parent")
        assert "marked as late" in page(parent, here)
        write(parent, f"{here}/answer/admire", "During the meeting")
        send(parent, here)
    assert [row.late for row in statements(system_session, review)] == [True]
