"""Planning a round, choosing its children in one go, and what teachers say to families."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from portal.people.models import Pupil, StaffRole
from portal.people.rules import Role
from portal.reviews.actions_rounds import Arranged, add_children, set_ask, set_asks
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import Ask, ReviewKind, RoundState, Stage
from portal.reviews.rules_rounds import AskFor, ChildChoice, RoundClosed, ask_key
from tests.meetings.seasons import make_season
from tests.pages import parse, words


@pytest.fixture
def season(app, ids):
    return make_season(app.extensions["writing_engine"], ids, children=3)


def choose(season, pupils=None, **more):
    return [
        ChildChoice(pupil_id=pupil, lead_id=more.get("lead_id", season.lead_id), ask=more.get("ask", Ask.NOTHING))
        for pupil in (pupils if pupils is not None else season.pupils)
    ]


def filled(client, path):
    """The page's own form as a browser would send it back."""
    page = parse(client.get(path))
    form = page.xpath("//main//form[@method='post']")[0]
    sent = {}
    for field in form.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]"):
        name = field.get("name")
        if name == "csrf_token" or (field.get("type") in {"checkbox", "radio"} and field.get("checked") is None):
            continue
        value = field.value if field.tag != "input" else field.get("value", "")
        sent.setdefault(name, []).append(value or "")
    return sent


def test_children_are_added_once_and_changed_after_that(season):
    assert season.do(add_children, round_id=season.round_id, choices=choose(season)) == Arranged(3, 0)
    review = season.reviews()[season.pupils[0]]
    assert (review.stage, review.lead_id, review.kind) == (Stage.PLANNED, season.lead_id, ReviewKind.SEN_SUPPORT)
    assert review.meets_minutes == 30
    assert season.do(add_children, round_id=season.round_id, choices=choose(season)) == Arranged(0, 0)
    other = choose(season, season.pupils[:1], lead_id=season.actor.person_id, ask=Ask.PLEASE_COME)
    assert season.do(add_children, round_id=season.round_id, choices=other) == Arranged(0, 1)
    review = season.reviews()[season.pupils[0]]
    assert (review.lead_id, review.ask) == (season.actor.person_id, Ask.PLEASE_COME)


def test_sixty_children_cost_as_many_statements_as_three(season, counting):
    counting.statements.clear()
    season.do(add_children, round_id=season.round_id, choices=choose(season))
    few = len(counting)
    more = season.add_children(57)
    counting.statements.clear()
    season.do(add_children, round_id=season.round_id, choices=choose(season, more))
    assert len(counting) == few <= 8
    assert len(season.reviews()) == 60


def test_who_cannot_be_met_or_chosen(season, ids):
    with pytest.raises(Invalid):
        season.do(
            add_children, round_id=season.round_id, choices=choose(season, lead_id=ids.person("teaching-assistant"))
        )
    with pytest.raises(Invalid):
        season.do(
            add_children, round_id=season.round_id, choices=choose(season, lead_id=ids.person("sendco-other-school"))
        )
    foreign = next(pupil for pupil, school in ids.pupils.values() if school != season.school_id)
    with pytest.raises(NotFound):
        season.do(add_children, round_id=season.round_id, choices=choose(season, [foreign]))
    season.change(Pupil, season.pupils[0], left_on=clock.today())
    with pytest.raises(NotFound):
        season.do(add_children, round_id=season.round_id, choices=choose(season))
    season.change(ReviewRound, season.round_id, state=RoundState.CLOSED)
    with pytest.raises(RoundClosed):
        season.do(add_children, round_id=season.round_id, choices=choose(season, season.pupils[1:]))
    assert season.reviews() == {}


def test_a_teacher_who_is_gone_meets_nobody(season):
    with season.session() as session:
        role = session.scalars(select(StaffRole).where(StaffRole.person_id == season.lead_id)).one()
        role.ends_on = clock.today() - timedelta(days=1)
        session.commit()
    with pytest.raises(Invalid):
        season.do(add_children, round_id=season.round_id, choices=choose(season))


def test_only_the_sendco_chooses(season):
    from dataclasses import replace

    office = replace(season.actor, roles=frozenset({Role.OFFICE}))
    with pytest.raises(NotAllowed):
        season.do(add_children, actor=office, round_id=season.round_id, choices=choose(season))
    with pytest.raises(NotFound):
        season.do(add_children, round_id=uuid.uuid4(), choices=choose(season))


def test_what_is_said_to_a_family(season):
    season.do(add_children, round_id=season.round_id, choices=choose(season))
    review = season.reviews()[season.pupils[0]]
    facts = {"pupil_id": review.pupil_id, "review_id": review.id}
    season.do(set_ask, **facts, ask=Ask.NO_NEED, words="All is well.")
    now = season.reviews()[season.pupils[0]]
    assert (now.ask, now.ask_words, now.asked_by) == (Ask.NO_NEED, "All is well.", season.actor.person_id)
    with pytest.raises(NotFound):
        season.do(set_ask, pupil_id=season.pupils[1], review_id=review.id, ask=Ask.NOTHING)
    with pytest.raises(Invalid):
        season.do(set_ask, **facts, ask=Ask.NO_NEED, words="x" * 501)


def test_two_who_write_at_the_same_time(season):
    season.do(add_children, round_id=season.round_id, choices=choose(season))
    review = season.reviews()[season.pupils[0]]
    seen = ask_key(Ask.NOTHING, "")

    def say(ask, words, seen=seen):
        one = AskFor(review_id=review.id, ask=ask, words=words, seen=seen)
        return season.do(set_asks, asks=[one])

    assert say(Ask.PLEASE_COME, "Please.") == 1
    assert say(Ask.PLEASE_COME, "Please.") == 0, "the same form again"
    assert say(Ask.NOTHING, "") == 0, "who changed nothing overwrites nothing"
    with pytest.raises(StaleVersion):
        say(Ask.NO_NEED, "")
    assert season.reviews()[season.pupils[0]].ask == Ask.PLEASE_COME


def test_after_the_meeting_nothing_is_asked_any_more(season):
    season.do(add_children, round_id=season.round_id, choices=choose(season))
    review = season.reviews()[season.pupils[0]]
    season.change(Review, review.id, stage=Stage.HELD)
    with pytest.raises(Conflict):
        season.do(set_ask, pupil_id=review.pupil_id, review_id=review.id, ask=Ask.NO_NEED)


def test_a_round_is_planned_and_filled_by_its_pages(app, as_persona, ids, counting):
    client = as_persona("sendco")
    sent = filled(client, "/staff/rounds/new")
    answer = client.post("/staff/rounds/new", data=sent)
    assert answer.status_code == 303
    again = client.post("/staff/rounds/new", data=sent)
    assert again.headers["Location"] == answer.headers["Location"], "sent twice is one round"
    path = answer.headers["Location"]
    counting.statements.clear()
    page = client.get(path)
    assert len(counting) <= 12
    assert "Zara" in words(page)
    sent = filled(client, path)
    chosen = len(sent["child"])
    assert chosen > 20
    left_out = sent["child"].pop()
    answer = client.post(path, data=sent)
    assert answer.status_code == 303
    round_id = uuid.UUID(path.split("/")[3])
    engine = app.extensions["writing_engine"]
    from portal.kernel.scope import PortalSession, system

    with PortalSession(engine, scope=system("looking")) as session:
        found = session.scalars(select(Review).where(Review.round_id == round_id)).all()
    assert len(found) == chosen - 1
    assert uuid.UUID(left_out) not in {review.pupil_id for review in found}
    assert words(client.get("/staff/rounds")).count("Being prepared") >= 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("first_day-day", "31"), ("last_day-year", "1999"), ("closes_on-month", ""), ("minutes", "7"), ("kind", "annual")],
)
def test_a_round_that_cannot_be_is_shown_again_with_what_was_typed(sqlite_app, as_persona, field, value):
    client = as_persona("sendco")
    sent = filled(client, "/staff/rounds/new")
    sent["words"] = ["We meet because we like it."]
    sent["first_day-month"] = ["2"] if field == "first_day-day" else sent["first_day-month"]
    sent[field] = [value]
    answer = client.post("/staff/rounds/new", data=sent)
    assert answer.status_code == 422
    assert "We meet because we like it." in answer.get_data(as_text=True)
    assert "There is a problem" in words(answer)


def test_a_term_of_another_school_is_no_choice(sqlite_app, as_persona, ids, system_session):
    from portal.reviews.models import Term

    foreign = system_session.scalars(
        select(Term.id).where(Term.school_id != ids.school_of("Zara"), Term.ends_on > clock.today())
    ).first()
    system_session.rollback()
    client = as_persona("sendco")
    sent = filled(client, "/staff/rounds/new")
    own = sent["term"]
    sent["term"] = [str(foreign)]
    client.post("/staff/rounds/new", data=sent)
    made = system_session.scalars(select(ReviewRound).where(ReviewRound.state == RoundState.PLANNED)).all()
    assert {str(row.term_id) for row in made} <= {*own}
    assert str(foreign) not in {str(row.term_id) for row in made}
    system_session.rollback()


def test_a_round_changes_until_it_opens(sqlite_app, as_persona, ids):
    season = make_season(sqlite_app.extensions["writing_engine"], ids, children=1)
    client = as_persona("sendco")
    path = f"/staff/rounds/{season.round_id}/change"
    with season.session() as session:
        row = session.get_one(ReviewRound, season.round_id)
        from portal.reviews.models import Term

        term = session.get_one(Term, row.term_id)
        row.first_day = row.last_day = term.ends_on
        row.booking_opens_at, row.booking_closes_at = season.now - timedelta(days=1), season.now
        session.commit()
    sent = filled(client, path)
    sent["words"] = ["Tea and biscuits."]
    assert client.post(path, data=sent).status_code == 303
    stale = client.post(path, data={**sent, "words": ["Mine."]})
    assert stale.status_code == 409
    assert "Mine." in stale.get_data(as_text=True)
    assert "Tea and biscuits." in words(stale)
    season.change(ReviewRound, season.round_id, state=RoundState.OPEN)
    late = client.post(path, data={**sent, "version": ["3"]})
    assert late.status_code == 422


def test_teachers_speak_for_their_own_children(app, as_persona, ids, system_session):
    client = as_persona("class-teacher")
    path = "/staff/rounds/my-children"
    page = client.get(path)
    assert "Zara" in words(page)
    sent = filled(client, path)
    review_id = ids.review("Zara")
    assert f"ask-{review_id}" in sent
    others = {
        str(row) for row in system_session.scalars(select(Review.id).where(Review.round_id == ids.round("secondary")))
    }
    system_session.rollback()
    assert not {name.removeprefix("ask-") for name in sent} & others
    sent[f"ask-{review_id}"], sent[f"words-{review_id}"] = ["please_come"], ["<b>Zara</b> reads now."]
    assert client.post(path, data=sent).status_code == 303
    review = system_session.scalars(select(Review).where(Review.id == review_id)).one()
    assert (review.ask, review.ask_words) == (Ask.PLEASE_COME, "<b>Zara</b> reads now.")
    system_session.rollback()
    sent[f"ask-{review_id}"] = ["no_need"]
    stale = client.post(path, data=sent)
    assert stale.status_code == 409
    assert "Stored now:" in words(stale)
    sent[f"ask-{review_id}"] = ["certainly"]
    assert client.post(path, data=sent).status_code == 422
