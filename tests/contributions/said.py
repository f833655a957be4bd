"""Words for one review inside the test world, one statement for each reader that can be named, made through rows."""

import uuid

from portal.contributions.models import Contribution, Statement
from portal.kernel import clock
from portal.people.models import Pupil
from portal.people.rules import Readers, Side
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage

ONE, SCHOOL, FAMILY = Readers.ONE_ADULT, Readers.TEACHERS, Readers.FAMILY
# marker: who says it, on which side, to whom, the one adult, the question, whether it was sent
SPOKEN = {
    "PARENTSCHOOL": ("parent", Side.PARENT, SCHOOL, None, "progress", True),
    "PARENTFAMILY": ("parent", Side.PARENT, FAMILY, None, "admire", True),
    "PARENTDRAFT": ("parent", Side.PARENT, FAMILY, None, "support", False),
    "OTHERSCHOOL": ("second-parent", Side.PARENT, SCHOOL, None, "progress", True),
    "OTHERFAMILY": ("second-parent", Side.PARENT, FAMILY, None, "admire", True),
    "PAPERSCHOOL": ("second-parent", Side.PARENT, SCHOOL, None, "questions", True),
    "CHILDTEACHER": ("child", Side.PUPIL, ONE, "class-teacher", "progress", True),
    "CHILDASSISTANT": ("child", Side.PUPIL, ONE, "teaching-assistant", "help", True),
    "CHILDSCHOOL": ("child", Side.PUPIL, SCHOOL, None, "school", True),
    "CHILDFAMILY": ("child", Side.PUPIL, FAMILY, None, "admire", True),
    "CHILDDRAFT": ("child", Side.PUPIL, FAMILY, None, "support", False),
    "TEACHERSCHOOL": ("class-teacher", Side.STAFF, SCHOOL, None, "working", True),
    "TEACHERFAMILY": ("class-teacher", Side.STAFF, FAMILY, None, "admire", True),
    "TEACHERDRAFT": ("class-teacher", Side.STAFF, FAMILY, None, "not_working", False),
}
TYPED = {"PAPERSCHOOL"}
FOR_FAMILY = {name for name, said in SPOKEN.items() if said[2] == FAMILY and said[5]}
FOR_SCHOOL = {name for name, said in SPOKEN.items() if said[2] != ONE and said[5]}
READS = {
    "parent": FOR_FAMILY | {"PARENTSCHOOL"},
    "second-parent": FOR_FAMILY | {"OTHERSCHOOL", "PAPERSCHOOL"},
    "class-teacher": FOR_SCHOOL | {"CHILDTEACHER"},
    "sendco": FOR_SCHOOL,
    "headteacher": FOR_SCHOOL,
}


def a_review(session, ids, child="Zara", **facts):
    """A review of the child that everybody was invited to; in some days a meeting, unless told otherwise."""
    about = {"pupil_id": ids.pupil(child), "school_id": ids.school_of(child)}
    told = {"kind": ReviewKind.CONCERN, "stage": Stage.INVITED, "lead_id": ids.person("class-teacher"), **facts}
    review = Review(**about, id=uuid.uuid4(), made_at=clock.now(), **told)
    session.add(review)
    session.flush()
    return review


def say(session, ids, review, spoken=None, child="Zara"):
    """The statements of SPOKEN, by marker, with the marker as their text."""
    pupil = session.get_one(Pupil, ids.pupil(child))
    made, given = {}, {}
    for name, (who, side, readers, one, question, sent) in (spoken or SPOKEN).items():
        author = (pupil.person_id or pupil.id) if who == "child" else ids.person(who)
        hand = ids.person("office") if name in TYPED else author
        facts = {
            "pupil_id": pupil.id, "school_id": pupil.school_id, "review_id": review.id, "author_id": author,
            "written_by": hand, "side": side, "sent_at": clock.now() if sent else None,
        }  # fmt: skip
        if (author, hand) not in given:
            how = "self" if author == hand else "paper"
            given[author, hand] = Contribution(**facts, how=how, readers=FAMILY, started_at=clock.now())
            session.add(given[author, hand])
            session.flush()
        one_id = ids.person(one) if one else None
        made[name] = Statement(
            **facts, id=uuid.uuid4(), contribution_id=given[author, hand].id, question=question, text=f"It is {name}.",
            readers=readers, one_adult_id=one_id, written_at=clock.now(),
        )  # fmt: skip
        session.add(made[name])
        session.flush()
    return made


def found_in(text, spoken=SPOKEN):
    """The markers that stand in a text."""
    return {name for name in spoken if name in text}
