"""Each part of the rules about who reads words, tried by itself: every way in which a row can be somebody's, be for
somebody and be sent, for every kind of reader, on both databases."""

import itertools
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.scope import PortalSession, ScopeError
from portal.people.rules import Audience, Readers, Role, Side
from portal.profiles.rules import Party
from portal.records.models import Action
from tests.access.test_words_for_readers import session_of

CIRCLES = ("me alone", "another alone", "teachers", "family")
STAFF = {
    "class-teacher": Role.CLASS_TEACHER,
    "teaching-assistant": Role.TEACHING_ASSISTANT,
    "supply-teacher": Role.SUPPLY_TEACHER,
    "sendco": Role.SENDCO,
    "headteacher": Role.HEADTEACHER,
    "office": Role.OFFICE,
}
FAMILY = ("parent", "parent on one child's page", "young person")
NOT_ABOUT_THEM = ("teacher of another class", "sendco-other-school", "parent-barred")


@dataclass(frozen=True)
class Way:
    """One way in which an action, the richest of all rows with readers, can stand to its reader."""

    said_by_me: bool
    typed_by_me: bool
    side: Side
    circle: str
    sent: bool
    owned_by_me: bool
    kept_by_school: bool = False

    def may_be_read_by(self, who: str) -> bool:
        """By hand, and in other words than the fence itself."""
        if who in NOT_ABOUT_THEM:
            return False
        if self.said_by_me and (who not in FAMILY or self.side == Side.PUPIL or not self.kept_by_school):
            return True
        if who not in STAFF:
            return who in FAMILY and self.sent and self.circle == "family"
        if self.typed_by_me and self.circle in {"teachers", "family"}:
            return True
        if not self.sent or self.circle == "another alone":
            return False
        if self.circle == "me alone" or (self.owned_by_me and self.circle == "family"):
            return True
        return who in {"class-teacher", "sendco", "headteacher"}


YES_NO = (True, False)
WAYS = [Way(*one) for one in itertools.product(YES_NO, YES_NO, Side, CIRCLES, YES_NO, YES_NO, YES_NO)]


def reading(app, ids, who):
    """A session of this reader, and who that is."""
    zara, school = {"pupil_id": ids.pupil("Zara")}, ids.school_of("Zara")
    slug, facts = who, {"audience": Audience.FAMILY}
    if who in STAFF or who == "teacher of another class":
        slug = who if who in STAFF else "office"  # who teaches no class
        role = STAFF.get(who, Role.CLASS_TEACHER)
        facts = {"audience": Audience.STAFF, "school_id": school, "roles": frozenset({role})}
    elif who == "sendco-other-school":
        elsewhere = {"school_id": ids.school_of("Sagal"), "roles": frozenset({Role.SENDCO})}
        facts = {"audience": Audience.STAFF, **elsewhere}
    elif who in {"pupil-young", "young person"}:
        slug, facts = "pupil-young", {"audience": Audience.PUPIL, **zara, "holds_own_rights": who == "young person"}
    elif who == "parent on one child's page":
        slug, facts = "parent", {"narrowed": True}
    return session_of(app, ids, slug, **facts), ids.person(slug)


def row_of(ids, way, me, position):
    other = ids.person("trust-lead")
    one = {"me alone": me, "another alone": other}.get(way.circle)
    return Action(
        school_id=ids.school_of("Zara"), pupil_id=ids.pupil("Zara"), review_id=ids.review("Zara"), position=position,
        party=Party.SCHOOL, text=f"way {position}", author_id=me if way.said_by_me else other,
        written_by=me if way.typed_by_me else other, owner_id=me if way.owned_by_me else other, side=way.side,
        readers=Readers.ONE_ADULT if one else way.circle, one_adult_id=one, sent_at=clock.now() if way.sent else None,
        for_family=not way.kept_by_school,
    )  # fmt: skip


@pytest.mark.parametrize("who", [*FAMILY, "pupil-young", *STAFF, *NOT_ABOUT_THEM])
def test_every_way_in_which_words_can_stand_to_a_reader(app, ids, system_session, who):
    session, me = reading(app, ids, who)
    system_session.add_all(row_of(ids, way, me, 1000 + number) for number, way in enumerate(WAYS))
    system_session.commit()
    with session:
        read = set(session.scalars(select(Action.position).where(Action.text.startswith("way "))))
    expected = {1000 + number for number, way in enumerate(WAYS) if way.may_be_read_by(who)}
    assert [WAYS[place - 1000] for place in sorted(read - expected)] == [], "read, and may not be"
    assert [WAYS[place - 1000] for place in sorted(expected - read)] == [], "may be read, and is not"


@pytest.mark.parametrize("who", [*FAMILY, "pupil-young"])
def test_nobody_of_a_family_writes_or_takes_away_anothers_words(app, ids, system_session, who):
    _reading, me = reading(app, ids, who)
    theirs = row_of(ids, Way(False, True, Side.PUPIL, "family", True, True), me, 1)
    mine = row_of(ids, Way(True, True, Side.PUPIL, "family", True, True), me, 2)
    system_session.add_all([theirs, mine])
    system_session.commit()
    ours = (theirs.id, mine.id)
    system_session.expunge_all()

    def loaded(place):
        found = system_session.scalars(select(Action).where(Action.id == ours[place])).one()
        system_session.expunge(found)
        system_session.rollback()
        return found

    writing, _me = reading(app, ids, who)
    for act in ("change", "take over", "delete"):
        with PortalSession(app.extensions["writing_engine"], scope=writing.scope) as session:
            row = loaded(0)
            session.add(row)
            if act == "delete":
                session.delete(row)
            elif act == "take over":
                row.author_id = me
            else:
                row.text = "other words"
            with pytest.raises(ScopeError, match="belongs to somebody else"):
                session.flush()
    with PortalSession(app.extensions["writing_engine"], scope=writing.scope) as session:
        row = loaded(1)
        session.add(row)
        row.text = "other words"
        session.flush()
