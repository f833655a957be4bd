"""What families and school do about a question, as requests, and what stands in the database then."""

import uuid
from datetime import timedelta

from sqlalchemy import delete, select

from portal.concerns.models import Concern, ConcernReply, Consent, Referral, Sharing
from portal.concerns.rules_messages import ConcernMessage
from portal.kernel import clock
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession, system
from portal.people.models import PupilContact
from portal.people.rules import Restriction
from tests.pages import parse

HOSTILE = "<script>alert(1)</script> \u202eevil\u202c ' OR 1=1 -- 😀 ਸਤ سلام"


def rows(session, model, *where, order=None):
    """What stands in the database now; the session lets go of it again, so that others may write."""
    session.rollback()
    session.expire_all()
    found = session.scalars(select(model).where(*where).order_by(model.id if order is None else order)).all()
    session.expunge_all()
    session.rollback()
    return found


def hidden(page, name):
    """A hidden value of the page's first form that has it."""
    return parse(page).xpath(f"//main//input[@name='{name}']/@value")[0]


class Asking:
    """One child and everybody around it."""

    def __init__(self, session, ids, as_persona, child="Zara"):
        self.session, self.ids, self.as_persona, self.child = session, ids, as_persona, ids.pupil(child)
        self.about = {"school_id": ids.school_of(child), "pupil_id": self.child}
        for model in (Sharing, Consent, Referral, ConcernReply, Concern):
            for row in session.scalars(select(model)):
                session.delete(row)
            session.flush()
        session.execute(delete(OutboxItem).where(OutboxItem.kind.in_(list(ConcernMessage))))
        session.commit()

    def ask(self, kind="worry", who="parent", client=None, key="", version="0", typing=False, **fields):
        """Sends the form of one thing to ask; `fields` may be readers, part_0 and so on."""
        data = {
            "once_key": key or uuid.uuid4().hex,
            "version": version,
            "readers": "teachers",
            "part_0": "Words",
            **fields,
        }
        headers = {"X-While-Typing": "1"} if typing else {}
        client = client or self.as_persona(who)
        return client.post(f"/children/{self.child}/ask/{kind}", data=data, headers=headers)

    def asked(self, **fields):
        """The same, sent for certain; its id."""
        answer = self.ask(**fields)
        assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
        return uuid.UUID(answer.headers["Location"].rsplit("/", 1)[1].split("?")[0])

    def family_path(self, concern_id):
        return f"/children/{self.child}/asked/{concern_id}"

    def staff_path(self, concern_id):
        return f"/staff/children/{self.child}/asked/{concern_id}"

    def answer(self, concern_id, who="class-teacher", kind="answer", words="We look at it", replies=None, client=None):
        client = client or self.as_persona(who)
        if replies is None:
            replies = self.one(concern_id).replies
        return client.post(self.staff_path(concern_id), data={"kind": kind, "words": words, "replies": str(replies)})

    def step_up(self, concern_id, who="parent", words="Not enough", replies=None):
        if replies is None:
            replies = self.one(concern_id).replies
        return self.as_persona(who).post(
            f"{self.family_path(concern_id)}/next", data={"words": words, "replies": str(replies)}
        )

    def one(self, concern_id):
        return rows(self.session, Concern, Concern.id == concern_id)[0]

    def replies(self, concern_id):
        return rows(self.session, ConcernReply, ConcernReply.concern_id == concern_id, order=ConcernReply.number)

    def change(self, concern_id, **facts):
        """Changes the row as nobody can, such as to let time pass."""
        row = self.session.get_one(Concern, concern_id)
        for name, value in facts.items():
            setattr(row, name, value)
        self.session.commit()

    def let_it_be_late(self, concern_id):
        self.change(concern_id, answer_by=clock.today() - timedelta(days=1))

    def bar(self, slug="parent"):
        """A court order since yesterday."""
        link = self.session.scalars(
            select(PupilContact).where(
                PupilContact.pupil_id == self.child, PupilContact.adult_id == self.ids.person(slug)
            )
        ).one()
        link.restriction, link.restricted_from = Restriction.NO_CONTACT, clock.today() - timedelta(days=1)
        link.order_seen_by, link.order_reference = self.ids.person("sendco"), "Order 1"
        self.session.commit()

    # referrals

    def refer(self, who="sendco", key="", **fields):
        data = {
            "once_key": key or uuid.uuid4().hex, "specialist": "speech", "agency": "The service", "why": "To help",
            "shares": "The plan", **fields,
        }  # fmt: skip
        return self.as_persona(who).post(f"/staff/children/{self.child}/referrals/new", data=data)

    def referred(self, **fields):
        answer = self.refer(**fields)
        assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
        return uuid.UUID(answer.headers["Location"].rsplit("/", 1)[1])

    def referral_path(self, referral_id):
        return f"/staff/children/{self.child}/referrals/{referral_id}"

    def agreement_path(self, referral_id):
        return f"/children/{self.child}/agreements/{referral_id}"

    def say(self, referral_id, answer="given", who="parent", reason=""):
        return self.as_persona(who).post(self.agreement_path(referral_id), data={"answer": answer, "reason": reason})

    def type_in(self, referral_id, adult="second-parent", who="office", answer="given", way="phone", language="en"):
        data = {"answer": answer, "way": way, "language": language, "reason": ""}
        path = f"{self.referral_path(referral_id)}/answers/{self.ids.person(adult)}"
        return self.as_persona(who).post(path, data=data)

    def share(self, referral_id, who="sendco", key="", what="The form"):
        data = {"once_key": key or uuid.uuid4().hex, "what": what}
        return self.as_persona(who).post(f"{self.referral_path(referral_id)}/share", data=data)

    def consents(self, referral_id, slug="parent"):
        mine = Consent.referral_id == referral_id, Consent.adult_id == self.ids.person(slug)
        return rows(self.session, Consent, *mine, order=Consent.number)

    def sharings(self, referral_id):
        return rows(self.session, Sharing, Sharing.referral_id == referral_id, order=Sharing.went_at)


def system_session_of(app):
    return PortalSession(app.extensions["writing_engine"], scope=system("test"))
