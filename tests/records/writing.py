"""A review of Zara's that was held, what was said for it, and the steps of those who write its record."""

import uuid

from sqlalchemy import select

from portal.contributions.models import Contribution, Statement, StatementTranslation
from portal.kernel import clock
from portal.kernel.rows import whose
from portal.people.rules import Readers, Side
from portal.records.models import Action, Record, RecordEntry
from portal.records.rules import ActionState
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage
from tests.pages import parse

# name: who says it, on which side, who may read it, the one adult, which question it answers
SAID = {
    "mum for school": ("parent", Side.PARENT, Readers.TEACHERS, None, "questions"),
    "mum for family": ("parent", Side.PARENT, Readers.FAMILY, None, "admire"),
    "dad for family": ("second-parent", Side.PARENT, Readers.FAMILY, None, "support"),
    "child for one": ("pupil-young", Side.PUPIL, Readers.ONE_ADULT, "class-teacher", "important_now"),
    "child for school": ("pupil-young", Side.PUPIL, Readers.TEACHERS, None, "support"),
    "child for family": ("pupil-young", Side.PUPIL, Readers.FAMILY, None, "important_future"),
}


class Meeting:
    """One review with everything that was said for it; ids by name."""

    def __init__(self, session, ids, stage=Stage.HELD, kind=ReviewKind.CONCERN, **facts):
        self.session, self.ids = session, ids
        self.about = {"school_id": ids.school_of("Zara"), "pupil_id": ids.pupil("Zara")}
        self.id = uuid.uuid4()
        for action in session.scalars(select(Action).where(Action.pupil_id == ids.pupil("Zara"))):
            action.state = ActionState.KEPT  # nothing is carried on from the demo's reviews
        self.keep(
            Review(
                **self.about, id=self.id, kind=kind, stage=stage, lead_id=ids.person("class-teacher"),
                held_at=clock.now(), made_at=clock.now(), **facts,
            )
        )  # fmt: skip
        self.said = {}
        for name, (who, side, readers, one, question) in SAID.items():
            self.say(name, who, side, readers, question, text=f"Said: {name}", one=one)

    def keep(self, *rows):
        self.session.add_all(rows)
        self.session.commit()

    def say(self, name, who, side, readers, question, *, text="", picks=None, one=None, language="en"):
        """One sent statement."""
        person = self.ids.person(who)
        facts = {
            **self.about, "review_id": self.id, "author_id": person, "written_by": person, "side": side,
            "sent_at": clock.now(),
        }  # fmt: skip
        found = select(Contribution).where(Contribution.review_id == self.id, Contribution.author_id == person)
        its = self.session.scalars(found).first()
        if its is None:
            its = Contribution(**facts, id=uuid.uuid4(), readers=Readers.TEACHERS, started_at=clock.now())
            self.keep(its)
        row = Statement(
            **facts, id=uuid.uuid4(), contribution_id=its.id, question=question, text=text, picks=picks or {},
            readers=readers, one_adult_id=self.ids.person(one) if one else None, written_at=clock.now(),
            language=language,
        )  # fmt: skip
        self.said[name] = row.id
        self.keep(row)
        return row

    def translate(self, name, language, text, by="Amina"):
        """What was said, in another language by a person."""
        said = self.session.get(Statement, self.said[name])
        facts = {**whose(said), "written_by": said.written_by, "sent_at": said.sent_at, "statement_id": said.id}
        self.keep(StatementTranslation(**facts, language=language, text=text, translated_by=by, at=clock.now()))

    def agree(self, text, **more):
        """An action, as the draft has it."""
        facts = {
            "author_id": self.ids.person("class-teacher"), "side": Side.STAFF, "readers": Readers.TEACHERS,
            "party": "school", "owner_words": "Miss Okafor", "position": 1, **more,
        }  # fmt: skip
        row = Action(
            **self.about, id=uuid.uuid4(), review_id=self.id, written_by=self.ids.person("class-teacher"), text=text,
            sent_at=clock.now(), **facts,
        )  # fmt: skip
        self.keep(row)
        return row.id

    @property
    def path(self):
        return f"/staff/children/{self.about['pupil_id']}/reviews/{self.id}/record"

    @property
    def family_path(self):
        return f"/children/{self.about['pupil_id']}/reviews/{self.id}/record"

    def take(self, client, name):
        return client.post(f"{self.path}/take", data={"statement_id": str(self.said[name])})

    def write(self, client, text, heading="progress", entry_id=None, **more):
        data = {"heading": heading, "entry_id": str(entry_id or uuid.uuid4()), "text": text, "for_family": "y", **more}
        return client.post(f"{self.path}/lines", data={name: value for name, value in data.items() if value})

    def seen(self, client):
        """The mark of the preview, as its button sends it; empty where there is no button."""
        page = client.get(f"{self.path}/share")
        found = parse(page).xpath("//main//input[@name='seen']/@value") if page.status_code == 200 else []
        return found[0] if found else ""

    def share(self, client, seen=None):
        """Reads the preview, or has read it before, and presses its button."""
        return client.post(f"{self.path}/share", data={"seen": self.seen(client) if seen is None else seen})

    def record(self):
        self.session.rollback()
        self.session.expire_all()
        found = self.session.scalars(select(Record).where(Record.review_id == self.id)).first()
        self.session.commit()
        return found

    def lines(self):
        """The lines of the record by their text, read afresh; the session lets go at once."""
        self.session.rollback()
        self.session.expire_all()
        found = self.session.scalars(
            select(RecordEntry)
            .join(Record, Record.id == RecordEntry.record_id)
            .where(Record.review_id == self.id)
            .order_by(RecordEntry.position)
        ).all()
        self.session.expunge_all()
        self.session.rollback()
        return {line.text: line for line in found}

    def review(self):
        self.session.rollback()
        self.session.expire_all()
        found = self.session.get(Review, self.id)
        self.session.commit()
        return found
