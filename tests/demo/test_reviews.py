"""School years, rounds and reviews of the demo on many days of the year."""

from collections import Counter, defaultdict
from datetime import timedelta

from portal.contributions.models import AdviceRequest, Statement
from portal.contributions.rules import ADVICE
from portal.demo.calendar import is_school_day
from portal.kernel.clock import LONDON
from portal.meetings.models import (
    Booking,
    Guest,
    Invitation,
    Meeting,
    Participation,
    Slot,
    TimeClaim,
)
from portal.meetings.rules import STATUTORY, Answer, Attendance, Basis
from portal.meetings.rules_attendance import TOOK_PART
from portal.people.models import KeptApart, PupilContact
from portal.people.rules import Restriction, Role
from portal.reviews.models import AcademicYear, EhcPlan, Review, ReviewRound, ReviewStep, SchoolDayException, Term
from portal.reviews.rules import BEFORE_THE_MEETING, ReviewKind, RoundState, Stage, check_step
from portal.reviews.rules_calendar import SchoolTerm, SpecialDays, TermCalendar, bank_holidays, days_of
from portal.reviews.rules_deadlines import latest_meeting, notice_by, papers_by, report_by

FREE = {"zara", "zofia", "kacper", "sagal", "grace"}


def days_in_london(moments):
    return {moment.astimezone(LONDON).date() for moment in moments}


def test_the_written_year_is_the_one_that_the_demo_lives_by(made):
    """Every day of every year that is written down, against the rule of the demo."""
    for school in made.world.schools.values():
        years = [row for row in made[AcademicYear] if row.school_id == school.id]
        assert any(year.starts_on <= made.day <= year.ends_on for year in years)
        specials = [row for row in made[SchoolDayException] if row.school_id == school.id]
        assert len(specials) == 5 * len(years)
        terms = [row for row in made[Term] if row.school_id == school.id]
        assert Counter(term.year_id for term in terms) == {year.id: 3 for year in years}
        names = SchoolTerm.__dataclass_fields__.keys() - {"id"}
        calendar = TermCalendar(
            terms=tuple(SchoolTerm(**{name: getattr(term, name) for name in names}) for term in terms),
            exceptions=tuple(SpecialDays(kind=s.kind, first_day=s.first_day, last_day=s.last_day) for s in specials),
        )
        for year in years:
            wrong = [d for d in days_of(year.starts_on, year.ends_on) if calendar.is_school_day(d) != is_school_day(d)]
            assert wrong == []
            assert not any(special.first_day in bank_holidays(special.first_day.year) for special in specials)


def test_each_school_has_two_rounds_behind_it_and_one_open(made):
    terms = {term.id: term for term in made[Term]}
    for school in made.world.schools.values():
        rounds = sorted((r for r in made[ReviewRound] if r.school_id == school.id), key=lambda r: r.first_day)
        assert [r.state for r in rounds] == [RoundState.CLOSED, RoundState.CLOSED, RoundState.OPEN]
        assert len({r.term_id for r in rounds}) == 3
        for row in rounds:
            assert terms[row.term_id].starts_on <= row.first_day < row.last_day <= terms[row.term_id].ends_on
            assert row.made_at < row.booking_opens_at < row.booking_closes_at
        *closed, opened = rounds
        assert all(row.last_day < made.day for row in closed)
        assert 5 <= sum(map(is_school_day, days_of(opened.first_day, opened.last_day))) <= 10
        assert opened.booking_opens_at <= made.end_of_day - timedelta(days=7)
        assert made.day + timedelta(days=7) <= opened.booking_closes_at.astimezone(LONDON).date() <= opened.last_day
        assert opened.first_day >= made.day + timedelta(days=5)


def test_nothing_happens_on_a_day_without_school(made):
    moments = [row.starts_at for row in (*made[Slot], *made[Meeting])]
    moments += [row.at for row in made[TimeClaim]] + [row.noted_at for row in made[ReviewStep]]
    for name in ("meets_at", "held_at", "record_shared_at", "closed_at", "invited_at", "booked_at", "views_in_at"):
        moments += [getattr(row, name) for row in made[Review] if getattr(row, name)]
    moments += [row.made_at for row in made[Booking]] + [row.sent_at for row in made[Invitation]]
    assert [day for day in days_in_london(moments) if not is_school_day(day)] == []


def test_everybody_on_the_register_has_a_review_with_their_class_teacher(made):
    teachers = {row.class_id: person.id for row, person in made.world.staff if row.role is Role.CLASS_TEACHER}
    for key in made.world.schools:
        reviews = made.reviews_of(made.open_round(key))
        expected = {
            name
            for name, child in made.world.children.items()
            if child.school is made.world.schools[key] and "until" not in child.told and "left" not in child.told
        }
        assert reviews.keys() == expected - {"haroon", "finley", "elliemae"}
        for name, review in reviews.items():
            assert review.lead_id == teachers[made.world.children[name].pupil.class_id]
            assert review.stage in {Stage.INVITED, Stage.BOOKED}


def test_the_people_one_can_sign_in_as_find_what_they_need(made):
    world = made.world
    rows = {**made.reviews_of(made.open_round("hazel")), **made.reviews_of(made.open_round("bridge"))}

    def invited(key):
        return {world.persons[adult_id].full_name for adult_id in made.invitations_to(rows[key])}

    assert invited("zara") == {"Samina Hussain", "Imran Hussain"}
    assert invited("grace") == {"Grace O'Donnell"}
    assert invited("sagal") == {"Fadumo Cali Warsame"}
    assert {"Folasade Bello", "Kunle Bello"} == invited("idris")
    dorota = world.people["parent-of-two"].id
    two = [rows["zofia"], rows["kacper"]]
    assert [made.invitations_to(review)[dorota].answer for review in two] == [Answer.NONE, Answer.NONE]
    assert two[0].school_id == two[1].school_id
    assert two[0].lead_id != two[1].lead_id
    for key in FREE:
        assert rows[key].stage is Stage.INVITED
        assert {row.answer for row in made.invitations_to(rows[key]).values()} == {Answer.NONE}
    barred = world.people["parent-barred"].id
    assert all(row.adult_id != barred for row in made[Invitation])


def test_the_rounds_that_are_over_have_figures_to_show(made):
    invitations = defaultdict(list)
    for row in made[Invitation]:
        invitations[row.review_id].append(row)
    for row in (row for row in made[ReviewRound] if row.state is RoundState.CLOSED):
        reviews = list(made.reviews_of(row).values())
        stages = Counter(review.stage for review in reviews)
        assert len(reviews) >= 12
        assert stages[Stage.NOT_ATTENDED] >= 1
        assert stages[Stage.RECORD_SHARED] + stages[Stage.CLOSED] >= 5
        assert stages.total() == sum(
            stages[stage] for stage in (Stage.NOT_ATTENDED, Stage.HELD, Stage.RECORD_SHARED, Stage.CLOSED)
        )
        came = Counter(line.attendance for review in reviews for line in invitations[review.id])
        assert came.keys() == set(Attendance) - {Attendance.UNKNOWN}
        for review in reviews:
            present = any(line.attendance in TOOK_PART for line in invitations[review.id])
            assert bool(review.held_without_family) == (review.held_at is not None and not present)
            assert (review.held_at is None) == (review.stage is Stage.NOT_ATTENDED)
    unknown = [row for row in made[Review] if row.stage not in BEFORE_THE_MEETING or row.stage is Stage.NOT_ATTENDED]
    assert all(line.attendance for review in unknown for line in invitations[review.id])


def test_every_review_came_to_its_stage_step_by_step(made):
    steps = defaultdict(list)
    for row in made[ReviewStep]:
        if row.stage is not Stage.PLANNED:
            steps[row.review_id].append(row)
    for review in made[Review]:
        stage = Stage.PLANNED
        line = steps[review.id]
        assert [row.noted_at for row in line] == sorted(row.noted_at for row in line)
        for row in line:
            check_step(review.kind, stage, row.stage)
            stage = row.stage
            assert row.noted_at <= made.end_of_day
            assert row.on_day == row.noted_at.astimezone(LONDON).date()
        assert stage is review.stage


def test_each_ehc_plan_has_its_clock(made):
    with_plan = {key for key, child in made.world.children.items() if child.told.get("provision") == "E"}
    plans = {made.keys[plan.pupil_id]: plan for plan in made[EhcPlan]}
    assert plans.keys() == with_plan
    for plan in plans.values():
        assert plan.issued_on < made.day
        assert plan.last_reviewed_on is None or plan.issued_on < plan.last_reviewed_on <= made.day
    annual = {made.keys[row.pupil_id]: row for row in made[Review] if row.kind is ReviewKind.ANNUAL}
    bases = defaultdict(set)
    for guest in made[Guest]:
        bases[guest.review_id].add(guest.basis)
    in_time, late, due = annual["haroon"], annual["finley"], annual["elliemae"]
    meets = {key: review.meets_at.astimezone(LONDON).date() for key, review in annual.items() if review.meets_at}
    assert in_time.stage is Stage.NOTICE_SENT
    assert set(STATUTORY) | {Basis.RECEIVING_SCHOOL, Basis.FAMILY} <= bases[in_time.id]
    assert in_time.invited_at.date() <= notice_by(meets["haroon"]).on
    assert made.day < meets["haroon"] <= latest_meeting(in_time.due_on).on
    assert {row.attendance for row in made.invitations_to(in_time).values()} == {Attendance.UNKNOWN}
    assert late.stage is Stage.ADVICE_REQUESTED
    assert notice_by(latest_meeting(late.due_on).on).on < made.day < meets["finley"]
    assert (due.stage, due.meets_at) == (Stage.PLANNED, None)
    assert 0 <= (notice_by(latest_meeting(due.due_on).on).on - made.day).days <= 2
    for key in ("youssef", "jessica", "oskar", "priyanka", "grace"):
        review, day = annual[key], meets[key]
        on = {row.stage: row.on_day for row in made[ReviewStep] if row.review_id == review.id}
        assert on[Stage.NOTICE_SENT] <= notice_by(day).on
        assert on[Stage.PAPERS_CIRCULATED] <= papers_by(day).on
        assert on[Stage.REPORT_SENT] <= report_by(day).on
        assert on[Stage.DECIDED_MAINTAIN] <= review.due_on
        assert set(STATUTORY) <= bases[review.id]


def test_staff_are_asked_for_advice_before_an_annual_review(made):
    """One has sent it, one still owes it, and in term time one sent it after the day."""
    annual = {row.id: row for row in made[Review] if row.kind is ReviewKind.ANNUAL}
    asked_for = {row.review_id for row in made[AdviceRequest]}
    given = [row for row in made[Statement] if row.question == ADVICE.key and row.review_id in asked_for]
    sent = {(row.review_id, row.author_id): row.sent_at for row in given}
    stands = Counter()
    for row in made[AdviceRequest]:
        review = annual[row.review_id]
        meets_on = review.meets_at.astimezone(LONDON).date()
        assert row.asked_at.date() < row.due_on < meets_on
        came = sent.pop((row.review_id, row.person_id), None)
        late = came is not None and came.astimezone(LONDON).date() > row.due_on
        stands[made.keys[row.pupil_id], "late" if late else "received" if came else "asked for"] += 1
    finley = "late" if ("finley", "late") in stands else "received"
    assert stands == {("haroon", "received"): 1, ("haroon", "asked for"): 1, ("finley", finley): 1}
    assert finley == "late" or not is_school_day(made.day)
    assert not sent, "nobody gave advice who was not asked for it"


def test_some_pupils_said_what_they_want(made):
    said = {made.keys[row.pupil_id]: row for row in made[Participation]}
    assert said.keys() == {"leo", "layla", "oskar"}
    assert said["leo"].helped_by.endswith("Mrs Begum")
    assert all(row.adult_id == made.world.children[key].pupil.person_id for key, row in said.items())


def test_who_is_kept_out_by_an_order_is_kept_apart_from_the_others(made):
    pairs = {
        (one, two, link.id)
        for link in made[PupilContact]
        if link.restriction is not Restriction.NONE
        for other in made[PupilContact]
        if other.pupil_id == link.pupil_id and other is not link
        for one, two in ((link.adult_id, other.adult_id), (other.adult_id, link.adult_id))
    }
    assert {(row.adult_id, row.from_id, row.contact_id) for row in made[KeptApart]} == pairs
    assert len(pairs) == 4
    assert {row.since for row in made[KeptApart]} == {made.day - timedelta(days=400)}
