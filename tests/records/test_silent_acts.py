"""A whole cycle through the portal's own actions, said in tokens: what is written down about the acts, what waits in the
outbox and what leaves by mail tell that something was done, and not a word of what."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.contributions.actions_family import ask_for_call
from portal.contributions.actions_say import Answer, keep, send, take_back
from portal.contributions.actions_tell import finish, see, tell
from portal.contributions.models import Disclosure, Statement
from portal.contributions.rules import How
from portal.delivery.actions import send_due
from portal.delivery.smtp import SmtpSender
from portal.jobs import kinds_for
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.kernel.scope import PortalSession, system
from portal.migrations.metadata import METADATA
from portal.people.rules import Readers, Side
from portal.profiles.rules import Party
from portal.records.actions_agree import save_action
from portal.records.actions_endings import end
from portal.records.actions_not_happening import answer_not_happening, say_not_happening
from portal.records.actions_record import add_addendum, start, take_over, write_line
from portal.records.actions_reply import reply
from portal.records.actions_share import share
from portal.records.models import NotHappening
from portal.records.queries_record import share_page
from portal.records.rules import EndingKind, Heading, Reply
from portal.records.rules_actions import ActionWords
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.conftest import make_settings
from tests.delivery.conftest import by_day, letterbox, text_of  # noqa: F401 - a fixture
from tests.records.markers import Markers
from tests.records.test_visibility import WORDS_STAND_IN
from tests.records.test_words_fence import actor_of, session_of


class Cycle:
    """One review of Zara, and each act of it in its actor's own session."""

    def __init__(self, app, marks):
        self.app, self.marks, self.now = app, marks, clock.now()
        self.pupil_id, self.review_id = marks.ids.pupil("Zara"), marks.ids.review("Zara")

    @property
    def place(self):
        return {"pupil_id": self.pupil_id, "review_id": self.review_id, "now": self.now}

    def act(self, letter, what, **facts):
        actor = actor_of(self.marks, letter)
        with session_of(self.app, self.marks, letter, writes=True) as session:
            what(session, actor=actor, **facts)
            session.commit()

    def ids(self, kind):
        with PortalSession(self.app.extensions["engine"], scope=system("test")) as session:
            of_review = getattr(kind, "review_id", None)
            found = select(kind.id).where(kind.pupil_id == self.pupil_id)
            found = found if of_review is None else found.where(of_review == self.review_id)
            return session.scalars(found.order_by(kind.id)).all()

    def say(self, letter, side, question, readers):
        author = actor_of(self.marks, letter).person_id
        answers = {question: Answer(text=self.marks.mark("said"), readers=readers)}
        self.act(letter, keep, **self.place, author_id=author, side=side, how=How.SELF, answers=answers)
        self.act(letter, send, **self.place, author_id=author)

    def read_and_share(self, session, *, actor):
        page = {"pupil_id": self.pupil_id, "review_id": self.review_id}
        seen = share_page(session, viewer=actor, **page).mark
        share(session, actor=actor, seen=seen, **self.place)

    def write_the_record(self):
        self.act("T", start, **self.place)
        line = {"heading": Heading.ADMIRE, "text": self.marks.mark("line"), "entry_id": uuid.uuid4()}
        self.act("T", write_line, **self.place, **line)
        for statement_id in self.ids(Statement):
            self.act("T", take_over, **self.place, statement_id=statement_id)
        words = ActionWords(
            party=Party.SCHOOL,
            owner="",
            owner_words=self.marks.mark("who"),
            text=self.marks.mark("action"),
            due_on=clock.today() + timedelta(days=7),
            how_we_will_know=self.marks.mark("how"),
            pupil_words=self.marks.mark("for the child"),
            picture="star",
            for_family=True,
        )
        self.action_id = uuid.uuid4()
        self.act("T", save_action, **self.place, action_id=self.action_id, words=words, version=0)
        for statement_id in self.ids(Statement):
            words = {"kind": EndingKind.ANSWERED, "words": self.marks.mark("ending")}
            self.act("T", end, statement_id=statement_id, now=self.now, **words)
        self.act("T", self.read_and_share)
        line = {"heading": Heading.SUPPORT, "text": self.marks.mark("addendum"), "entry_id": uuid.uuid4()}
        self.act("T", add_addendum, **self.place, **line)


@pytest.fixture
def cycle(app, ids, system_session, letterbox, tmp_path):  # noqa: F811
    return Cycle(app, Markers(system_session, ids))


def held(cycle):
    with PortalSession(cycle.app.extensions["writing_engine"], scope=system("test")) as session:
        review = session.get_one(Review, cycle.review_id)
        review.stage, review.held_at = Stage.HELD, cycle.now
        session.commit()


def test_no_act_tells_a_word_of_what_was_said(cycle, letterbox, tmp_path, capfd):  # noqa: F811
    marks, place = cycle.marks, cycle.place
    cycle.say("P", Side.PARENT, "admire", Readers.FAMILY)
    cycle.say("P", Side.PARENT, "progress", Readers.TEACHERS)
    cycle.say("y", Side.PUPIL, "school", Readers.TEACHERS)
    cycle.act("P", ask_for_call, **place, words=marks.mark("call"))
    cycle.act("y", tell, feeling="worried", text=marks.mark("told"), once_key="1", now=cycle.now)
    for told_id in set(cycle.ids(Disclosure)):
        cycle.act("H", see, told_id=told_id, now=cycle.now)
        cycle.act("H", finish, told_id=told_id, words=marks.mark("done"), now=cycle.now)
    held(cycle)
    cycle.write_the_record()
    mine = {"words": marks.mark("reply"), "language": "en", "once_key": uuid.uuid4().hex}
    cycle.act("P", reply, **place, answer=Reply.DIFFERENTLY, **mine)
    facts = {"pupil_id": cycle.pupil_id, "now": cycle.now}
    said = {"action_id": cycle.action_id, "words": marks.mark("not happening"), "once_key": uuid.uuid4().hex}
    cycle.act("P", say_not_happening, **facts, **said)
    with PortalSession(cycle.app.extensions["engine"], scope=system("test")) as session:
        said_id = session.scalars(select(NotHappening.id).where(NotHappening.action_id == said["action_id"])).one()
    cycle.act("C", answer_not_happening, **facts, said_id=said_id, words=marks.mark("answer"))
    author = actor_of(marks, "P").person_id
    cycle.act("P", take_back, **place, author_id=author, question="admire")
    nothing_told(cycle, letterbox, tmp_path, capfd)


def nothing_told(cycle, letterbox, tmp_path, capfd):  # noqa: F811
    """Looks through all tables, all mails and all that was logged."""
    marks = cycle.marks
    with PortalSession(cycle.app.extensions["writing_engine"], scope=system("test")) as session:
        for table in METADATA.sorted_tables:
            if table.name not in WORDS_STAND_IN:
                found = marks.found_in(" ".join(map(repr, session.execute(select(table)).all())))
                assert not found, table.name
        acts = session.scalar(select(func.count()).where(AuditEvent.about_pupil_id == cycle.pupil_id))
        posted = session.execute(select(OutboxItem.kind).where(OutboxItem.created_at >= cycle.now)).scalars().all()
        assert acts >= 15
        assert {"review.record", "told_now"} <= set(posted)
    sender = SmtpSender(letterbox.url, "portal@school.example")

    def sessions():
        return PortalSession(cycle.app.extensions["writing_engine"], scope=system("test"))

    while send_due(sessions, sender, kinds_for(make_settings("sqlite://", tmp_path), sender), now=by_day()):
        pass
    texts = [str(mail["Subject"]) + text_of(mail) for _to, mail in letterbox.mails]
    assert len(texts) >= 2
    assert not [text for text in texts if marks.found_in(text) or "Zara" in text]
    logged = capfd.readouterr()
    assert not marks.found_in(logged.out + logged.err)
    with PortalSession(cycle.app.extensions["engine"], scope=system("test")) as session:
        waits = select(func.count()).where(OutboxItem.state == OutboxState.QUEUED, OutboxItem.due_at <= clock.now())
        assert session.scalar(waits) == 0
