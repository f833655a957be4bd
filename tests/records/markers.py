"""Words that nobody else would write, one for every way in which words are kept, with who may read them.

Each name says whose words they are and who was named as readers; the tokens stand in the database instead of sentences.
"""

import re
import uuid
from datetime import timedelta

from portal.concerns.models import Concern, ConcernReply
from portal.concerns.rules import Standing, Step, Turn, Wish
from portal.contributions.models import Contribution, Disclosure, Statement, StatementTranslation, WantedCall
from portal.kernel import clock
from portal.people.models import Person, Pupil, PupilContact
from portal.people.rules import ContactState, PortalAccess, Readers, Side
from portal.profiles.models import Outcome, Plan, PlanKind, PlanVersion, Responsibility, Target, TextTranslation
from portal.profiles.models_sharing import PlanComment, PlanSharing
from portal.profiles.rules import Opinion, Party, wording_key
from portal.records.models import (
    Action,
    ActionStep,
    CardLine,
    Ending,
    FamilyReply,
    NotHappening,
    Record,
    RecordEntry,
)
from portal.records.rules import ActionState, EndingKind, EntryKind, Heading, Reply
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage

TOKEN = re.compile(r"MK[0-9]{4}Z", re.IGNORECASE)
GRANDMOTHER = "Nasim Hussain"
ONE, SCHOOL, FAMILY = Readers.ONE_ADULT, Readers.TEACHERS, Readers.FAMILY
PARENT, PUPIL, STAFF = Side.PARENT, Side.PUPIL, Side.STAFF

# name: (who says it, on which side, who may read it, the one adult, the question, whether it was sent)
SAID = {
    "parent-school": ("parent", PARENT, SCHOOL, None, "progress", True),
    "parent-family": ("parent", PARENT, FAMILY, None, "admire", True),
    "parent-draft": ("parent", PARENT, FAMILY, None, "support", False),
    "second-school": ("second-parent", PARENT, SCHOOL, None, "progress", True),
    "second-family": ("second-parent", PARENT, FAMILY, None, "admire", True),
    "pupil-teacher": ("child", PUPIL, ONE, "class-teacher", "progress", True),
    "pupil-assistant": ("child", PUPIL, ONE, "teaching-assistant", "help", True),
    "pupil-school": ("child", PUPIL, SCHOOL, None, "school", True),
    "pupil-family": ("child", PUPIL, FAMILY, None, "admire", True),
    "pupil-draft": ("child", PUPIL, FAMILY, None, "support", False),
    "teacher-school": ("class-teacher", STAFF, SCHOOL, None, "working", True),
    "teacher-family": ("class-teacher", STAFF, FAMILY, None, "admire", True),
    "teacher-draft": ("class-teacher", STAFF, FAMILY, None, "not_working", False),
    "assistant-school": ("teaching-assistant", STAFF, SCHOOL, None, "working", True),
    "assistant-draft": ("teaching-assistant", STAFF, FAMILY, None, "admire", False),
    "paper-school": ("second-parent", PARENT, SCHOOL, None, "questions", True),
    "paper-draft": ("second-parent", PARENT, FAMILY, None, "support", False),
}
TYPED_BY_OFFICE = {"paper-school", "paper-draft"}
TAKEN_OVER = ("parent-school", "parent-family", "second-school", "pupil-teacher", "pupil-school", "pupil-family")


class Markers:
    """Writes tokens into the world; `name[token]` is what the token stands for."""

    def __init__(self, session, ids):
        self.session, self.ids = session, ids
        self.name, self.reviews, self.rows = {}, {}, {}

    def mark(self, name):
        """A new token for this name."""
        token = f"MK{len(self.name):04}Z"
        self.name[token] = name
        return token

    def found_in(self, text):
        """The names of the tokens that stand in a text."""
        return {self.name[token.upper()] for token in TOKEN.findall(text) if token.upper() in self.name}

    def keep(self, row):
        self.session.add(row)
        self.session.flush()
        self.rows.setdefault(type(row), []).append(row)
        return row


class About:
    """One child, and words about it."""

    def __init__(self, marks, key, child, people):
        self.marks, self.key, self.people = marks, key, people
        session, ids = marks.session, marks.ids
        self.pupil = session.get_one(Pupil, ids.pupil(child))
        self.about = {"school_id": self.pupil.school_id, "pupil_id": self.pupil.id}
        self.now = clock.now() - timedelta(days=3)

    def person(self, who):
        if who == "child":
            return self.pupil.person_id or self.pupil.id
        return self.marks.ids.person(self.people.get(who, who))

    def mark(self, name):
        return self.marks.mark(f"{self.key}:{name}")

    def review(self, stage):
        """A review of its own, at this stage."""
        row = Review(**self.about, kind=ReviewKind.CONCERN, stage=stage, lead_id=self.person("class-teacher"))
        row.made_at = row.invited_at = self.now - timedelta(days=30)
        row.held_at = None if stage is Stage.INVITED else self.now - timedelta(hours=5)
        row.record_shared_at = self.now if stage is Stage.RECORD_SHARED else None
        self.marks.reviews.setdefault(self.pupil.id, []).append(self.marks.keep(row).id)
        return row.id

    def say(self, review_id, names=tuple(SAID)):
        """One statement for each of these lines of SAID; by name."""
        given, made = {}, {}
        for name in names:
            who, side, readers, one, question, sent = SAID[name]
            author = self.person(who)
            office = name in TYPED_BY_OFFICE
            hand, sent_at = self.person("office") if office else author, self.now if sent else None
            whose = {"author_id": author, "written_by": hand, "side": side}
            facts = {**self.about, **whose, "review_id": review_id, "sent_at": sent_at}
            if (who, office) not in given:
                how = "paper" if office else "self"
                begun = Contribution(**facts, readers=FAMILY, started_at=self.now, how=how)
                given[who, office] = self.marks.keep(begun)
            made[name] = self.marks.keep(
                Statement(
                    **facts,
                    contribution_id=given[who, office].id,
                    question=question,
                    text=self.mark(name),
                    readers=readers,
                    one_adult_id=self.person(one) if one else None,
                    written_at=self.now,
                )
            )
        return made

    def of(self, statement, **more):
        """Whose words they are and who reads them: as those of a statement."""
        whose = {name: getattr(statement, name) for name in ("author_id", "side", "readers", "one_adult_id")}
        return {**self.about, **whose, "sent_at": self.now, "written_by": self.person("class-teacher"), **more}

    def ours(self, readers):
        """Words of the class teacher."""
        me = self.person("class-teacher")
        whose = {"author_id": me, "written_by": me, "side": STAFF}
        return {**self.about, **whose, "readers": readers, "sent_at": self.now}

    def translate(self, said, name):
        statement = said[name]
        text, facts = self.mark(f"translated {name}"), {"written_by": statement.author_id, "sent_at": statement.sent_at}
        row = StatementTranslation(**self.of(statement, **facts), statement_id=statement.id, text=text)
        row.language, row.translated_by, row.at = "pl", "Somebody", self.now
        self.marks.keep(row)

    def record(self, review_id, *, shared):
        row = Record(**self.about, review_id=review_id, started_by=self.person("class-teacher"), lines=40)
        row.started_at, row.shared_at = self.now, clock.now() if shared else None
        row.shared_by = self.person("class-teacher") if shared else None
        return self.marks.keep(row)

    def line(self, record, position, name, facts, kind=EntryKind.NOTE, **more):
        place = {"record_id": record.id, "position": position, "heading": Heading.ADMIRE, "kind": kind}
        row = RecordEntry(**facts, **place, text=self.mark(name), written_at=self.now, **more)
        self.marks.keep(row)

    def action(self, review_id, position, name, facts, **more):
        place = {"review_id": review_id, "position": position, "party": Party.SCHOOL}
        words = {each: self.mark(name) for each in ("text", "how_we_will_know", "pupil_words")}
        words |= {"owner_id": self.person("class-teacher"), "due_on": clock.today() + timedelta(days=9)}
        return self.marks.keep(Action(**facts, **place, **{**words, **more}))

    def step(self, action, name):
        facts = {"state": ActionState.CHANGED, "noted_by": self.person("class-teacher"), "noted_at": self.now}
        words = {"words": self.mark(f"why {name}"), "action_id": action.id, "statement_id": action.statement_id}
        self.marks.keep(ActionStep(**self.of(action), **words, **facts, for_family=action.for_family))
        action.state, action.state_at = ActionState.CHANGED, self.now

    def end(self, review_id, said, name):
        facts = {"kind": EndingKind.ANSWERED, "ended_by": self.person("class-teacher"), "ended_at": self.now}
        place = {"review_id": review_id, "statement_id": said[name].id, "words": self.mark(f"ended {name}")}
        self.marks.keep(Ending(**self.of(said[name]), **place, **facts))

    def card(self, action, name, statement):
        place = {"review_id": action.review_id, "position": action.position, "action_id": action.id, "picture": "star"}
        facts = self.of(statement)
        words = {"said": self.mark(f"card {name}"), "we_will": self.mark(f"card {name}")}
        self.marks.keep(CardLine(**facts, **place, **words, statement_id=statement.id))

    def reply(self, record, slug):
        facts = {"reply": Reply.COMMENT, "said_at": self.now, "once_key": uuid.uuid4().hex}
        mine = {"adult_id": self.person(slug), "words": self.mark(f"reply of {slug}")}
        self.marks.keep(FamilyReply(**self.about, record_id=record.id, **facts, **mine))

    def not_happening(self, action, slug):
        name = f"not happening, {slug}"
        row = NotHappening(**self.about, action_id=action.id, adult_id=self.person(slug), words=self.mark(name))
        row.said_at = row.answered_at = self.now
        row.answer, row.answered_by, row.once_key = self.mark(name), self.person("sendco"), uuid.uuid4().hex
        self.marks.keep(row)

    def call(self, review_id, slug):
        name = f"call wanted by {slug}"
        row = WantedCall(**self.about, review_id=review_id, adult_id=self.person(slug), words=self.mark(name))
        row.wanted_at = self.now
        self.marks.keep(row)

    def draft(self, name):
        """A draft of a plan of a kind of its own, with one piece of each kind and a translation."""
        kind = self.marks.keep(PlanKind(school_id=self.pupil.school_id, code=name, label="Another plan"))
        plan = self.marks.keep(Plan(**self.about, kind_id=kind.id, opened_on=clock.today()))
        words = {"people_like": self.mark(name), "how_to_support": self.mark(name), "written_at": self.now}
        version = self.marks.keep(PlanVersion(**self.about, plan_id=plan.id, number=1, **words))
        piece = {**self.about, "version_id": version.id, "position": 1}
        outcome = self.marks.keep(Outcome(**piece, text=self.mark(name)))
        target = {"title": self.mark(name), "goal": self.mark(name), "outcome_id": outcome.id}
        self.marks.keep(Target(**piece, **target))
        self.marks.keep(Responsibility(**piece, party=Party.SCHOOL, text=self.mark(name)))
        facts = {"language": "pl", "wording": wording_key(version.people_like), "translated_by": "Somebody"}
        text = self.mark(f"translated {name}")
        self.marks.keep(TextTranslation(**self.about, **facts, text=text, at=self.now))
        return version

    def ask_about(self, version):
        shared = {"version_id": version.id, "shared_by": self.person("sendco"), "shared_at": self.now}
        return self.marks.keep(PlanSharing(**self.about, **shared))

    def comment(self, sharing, slug):
        said = {"adult_id": self.person(slug), "opinion": Opinion.CHANGES, "words": self.mark(f"comment of {slug}")}
        facts = {"sharing_id": sharing.id, "said_at": self.now, "once_key": uuid.uuid4().hex}
        self.marks.keep(PlanComment(**self.about, **said, **facts))

    def told(self, slug):
        child = self.person("child")
        row = Disclosure(**self.about, author_id=child, written_by=child, side=PUPIL, readers=ONE)
        row.one_adult_id, row.sent_at, row.said_at = self.person(slug), self.now, self.now
        row.text, row.once_key, row.seen_at = self.mark(f"told {slug}"), uuid.uuid4().hex, self.now
        row.seen_by, row.done_at, row.done_words = self.person(slug), self.now, self.mark(f"told {slug}")
        self.marks.keep(row)

    def ask(self, slug, kind, readers, one=None, *, sent=True):
        """What one adult asks of school, and the answer."""
        name = f"{slug} asks for {kind}"
        facts = {**self.about, "side": PARENT, "readers": readers, "one_adult_id": self.person(one) if one else None}
        facts |= {"author_id": self.person(slug), "sent_at": self.now if sent else None, "step": Step.SENDCO}
        row = Concern(**facts, written_by=self.person(slug), kind=kind, parts={"about": self.mark(name)})
        row.written_at, row.answer_by = self.now, clock.today()
        self.marks.keep(row)
        if sent:
            row.replies, row.standing = 1, Standing.ANSWERED
            turn = {"number": 1, "kind": Turn.ANSWER, "said_at": self.now, "words": self.mark(f"{name}, answered")}
            self.marks.keep(ConcernReply(**facts, **turn, written_by=self.person("sendco"), concern_id=row.id))


def view_only_adult(marks):
    """A third adult of Zara's who may read and nothing else."""
    session, ids = marks.session, marks.ids
    about = {"school_id": ids.school_of("Zara"), "pupil_id": ids.pupil("Zara")}
    trust = session.get_one(Person, ids.person("parent")).trust_id
    person = marks.keep(Person(trust_id=trust, full_name=GRANDMOTHER))
    link = PupilContact(**about, adult_id=person.id, relationship="REL", state=ContactState.ACTIVE)
    link.access, link.decided_by, link.decided_at = PortalAccess.VIEW, ids.person("office"), clock.now()
    marks.keep(link)


def all_of_zara(marks):
    """Zara's words in three reviews: one to come, one whose record is a draft, one whose record is shared."""
    zara = About(marks, "zara", "Zara", {})
    view_only_adult(marks)
    coming = zara.review(Stage.INVITED)
    said = zara.say(coming)
    for name in ("parent-school", "parent-family", "parent-draft", "pupil-teacher", "pupil-school", "pupil-family"):
        zara.translate(said, name)
    zara.call(coming, "parent")
    zara.call(coming, "second-parent")
    _draft(zara)
    _shared(zara)
    zara.draft("draft plan")
    sharing = zara.ask_about(zara.draft("shared draft"))
    zara.comment(sharing, "parent")
    zara.comment(sharing, "second-parent")
    zara.told("headteacher")
    zara.told("class-teacher")
    zara.ask("parent", Wish.WORRY, SCHOOL)
    zara.ask("parent", Wish.COMPLAINT, ONE, "sendco")
    zara.ask("second-parent", Wish.WORRY, SCHOOL)
    zara.ask("second-parent", Wish.COMPLAINT, SCHOOL, sent=False)


def _draft(zara):
    review = zara.review(Stage.HELD)
    said, record = zara.say(review), zara.record(review, shared=False)
    zara.line(record, 1, "draft line", zara.ours(SCHOOL))
    zara.line(record, 2, "draft of parent-family", zara.of(said["parent-family"], readers=SCHOOL), EntryKind.TAKEN_OVER)
    zara.line(record, 3, "draft of pupil-teacher", zara.of(said["pupil-teacher"]), EntryKind.TAKEN_OVER)
    zara.action(review, 1, "draft action", zara.ours(SCHOOL))


def _shared(zara):
    review = zara.review(Stage.RECORD_SHARED)
    said, record = zara.say(review), zara.record(review, shared=True)
    zara.line(record, 1, "line for family", zara.ours(FAMILY))
    zara.line(record, 2, "line for school", zara.ours(SCHOOL), for_family=False)
    zara.line(record, 3, "disagreement", zara.ours(FAMILY), EntryKind.DISAGREEMENT)
    zara.line(record, 4, "addendum", zara.ours(FAMILY), EntryKind.ADDENDUM)
    actions = {
        "for family": zara.action(review, 1, "action for family", zara.ours(FAMILY)),
        "for school": zara.action(review, 2, "action for school", zara.ours(SCHOOL), for_family=False),
    }
    for place, name in enumerate(("parent-school", "parent-family"), 20):
        facts = zara.of(said[name], readers=SCHOOL, statement_id=said[name].id, for_family=False)
        actions[f"kept of {name}"] = zara.action(review, place, f"kept action of {name}", facts)
    owed = {"owner_id": zara.person("teaching-assistant")}
    zara.action(review, 3, "action owed by the assistant", zara.ours(FAMILY), **owed)
    zara.action(review, 4, "owed, for school", zara.ours(SCHOOL), **owed)
    for place, name in enumerate(TAKEN_OVER, 5):
        facts, statement_id = zara.of(said[name]), said[name].id
        zara.line(record, place, f"line of {name}", facts, EntryKind.TAKEN_OVER, statement_id=statement_id)
        actions[name] = zara.action(review, place, f"action of {name}", facts, statement_id=statement_id)
        zara.end(review, said, name)
        zara.translate(said, name)
    for name, action in actions.items():
        zara.step(action, f"{name}")
    for name in ("pupil-teacher", "pupil-school", "pupil-family"):
        zara.card(actions[name], name, said[name])
    for slug in ("parent", "second-parent"):
        zara.reply(record, slug)
        zara.not_happening(actions["for family"], slug)


def others(marks):
    """The same few for a child of the same class, one of another school, and a young person with her own rights."""
    leo = About(marks, "leo", "Leo", {})
    review = leo.review(Stage.RECORD_SHARED)
    said = leo.say(review, ("pupil-teacher", "pupil-school", "pupil-family", "pupil-draft", "teacher-family"))
    record = leo.record(review, shared=True)
    leo.line(record, 1, "line for family", leo.ours(FAMILY))
    leo.end(review, said, "pupil-family")
    leo.told("class-teacher")
    there = {"class-teacher": "sendco-other-school", "teaching-assistant": "sendco-other-school"}
    sagal = About(marks, "sagal", "Sagal", {**there, "parent": "parent-other-school"})
    review = sagal.review(Stage.RECORD_SHARED)
    sagal.say(review, ("parent-school", "parent-family", "parent-draft", "pupil-school", "pupil-family"))
    sagal.line(sagal.record(review, shared=True), 1, "line for family", sagal.ours(FAMILY))
    grace = About(marks, "grace", "Grace", there)
    review = grace.review(Stage.RECORD_SHARED)
    names = ("pupil-school", "pupil-family", "pupil-draft", "teacher-school", "teacher-family")
    grace.say(review, names)
    record = grace.record(review, shared=True)
    grace.line(record, 1, "line for family", grace.ours(FAMILY))
    grace.line(record, 2, "line for school", grace.ours(SCHOOL), for_family=False)
