"""A family meets one review: reads what it is about, chooses a time and moves it. Other answers are in
routes_answers."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, cast

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import Invalid, StaleVersion
from portal.kernel.words import N_
from portal.meetings import actions_booking
from portal.meetings.forms_family import WishesForm, id_of, language_words, number_of, wishes_form
from portal.meetings.page_times import in_words
from portal.meetings.queries_choose import instead_of, times_for
from portal.meetings.queries_family import review_page
from portal.meetings.queries_free import FreeTime
from portal.meetings.queries_standing import MyReview, my_review
from portal.meetings.rules import ANSWERS, MODES, NEEDS, Mode
from portal.meetings.rules_booking import BusyThen, SlotPast, SlotTaken, TooShort
from portal.meetings.rules_family import Step
from portal.people.access import OWN_PUPIL
from portal.people.actor import Actor
from portal.people.branding import Brand, brand_of
from portal.people.looks import remember_look
from portal.reviews.rules import KINDS, Ask
from portal.web.access import PortalBlueprint, current_actor
from portal.web.unit_of_work import db, reader

bp = PortalBlueprint("family_meetings", __name__)
WORDS = {
    "Step": Step,
    "Ask": Ask,
    "Mode": Mode,
    "kinds": KINDS,
    "modes": MODES,
    "need_names": NEEDS,
    "answers": ANSWERS,
    "language_words": language_words,
}
DONE = {
    "booked": N_("Your meeting is booked."),
    "moved": N_("Your meeting has a new time."),
    "changed": N_("We have kept what you said."),
    "cancelled": N_("Your meeting is cancelled. Your time is free again."),
    "answered": N_("Thank you. School has your answer."),
    "offered": N_("Other invited adults may now come to your meeting."),
    "alone": N_("Nobody new can join your meeting now."),
    "joined": N_("You come to this meeting. It is booked for you."),
}
LOST = (SlotTaken, SlotPast, TooShort, BusyThen)


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def mine(pupil_id: uuid.UUID, review_id: uuid.UUID) -> MyReview:
    """The review as it stands for the reader, read before anything is written."""
    return my_review(reader(), viewer=_me(), pupil_id=pupil_id, review_id=review_id, now=clock.now())


def brand(review: MyReview) -> Brand:
    """The letterhead of the child's school."""
    return brand_of(review.school.name, review.theme)


def back_to(pupil_id: uuid.UUID, review_id: uuid.UUID, done: str) -> Response:
    """To the review's page, which says what was done."""
    return redirect(url_for("family_meetings.review", pupil_id=pupil_id, review_id=review_id, done=done), 303)


def about(pupil_id: uuid.UUID, review_id: uuid.UUID) -> dict[str, Any]:
    """What every action on a family's own place in a review is told."""
    me = _me()
    return {"actor": me, "pupil_id": pupil_id, "review_id": review_id, "adult_id": me.person_id, "now": clock.now()}


@bp.get("/children/<uuid:pupil_id>/reviews/<uuid:review_id>", access=OWN_PUPIL)
def review(pupil_id: uuid.UUID, review_id: uuid.UUID) -> str:
    """Everything about one review on one page, with one next step on top."""
    page = review_page(db(), viewer=_me(), pupil_id=pupil_id, review_id=review_id, now=clock.now())
    remember_look(_me(), school_id=page.review.school_id, pupil_id=pupil_id)
    words = {**WORDS, "done": request.args.get("done", ""), "done_words": DONE, "once_key": uuid.uuid4().hex}
    return render_template("meetings/review.html", page=page, review=page.review, brand=brand(page.review), **words)


@dataclass(frozen=True, slots=True)
class Looking:
    """What the address of the list asks for."""

    mode: Mode | None
    interpreter: bool
    day: date | None
    slot: uuid.UUID | None

    @property
    def query(self) -> dict[str, str]:
        """The filters, to be carried on."""
        return {"mode": self.mode or "", "interpreter": "1" if self.interpreter else "0"}


def _looking(review: MyReview) -> Looking:
    asked = request.args
    told = review.time.told if review.time and review.time.told else review.defaults
    try:
        day = date.fromisoformat(asked.get("day", ""))
    except ValueError:
        day = None
    return Looking(
        mode=Mode(asked["mode"]) if asked.get("mode") in tuple(Mode) else None,
        interpreter=asked["interpreter"] == "1" if "interpreter" in asked else told.interpreter,
        day=day,
        slot=id_of(asked.get("slot")),
    )


@bp.get("/children/<uuid:pupil_id>/reviews/<uuid:review_id>/time", access=OWN_PUPIL)
def time(pupil_id: uuid.UUID, review_id: uuid.UUID) -> str | Response | tuple[str, int]:
    """The day first, then its times, then how: three short pages at one address."""
    found = mine(pupil_id, review_id)
    if not found.may_choose:
        return redirect(url_for(".review", pupil_id=pupil_id, review_id=review_id))
    asked = _looking(found)
    wanted = partial(
        times_for, db(), viewer=_me(), review=found, interpreter=asked.interpreter, mode=asked.mode, now=clock.now()
    )
    if asked.slot is not None:
        return _with_a_time(found, asked, wanted())
    whole = "all" in request.args
    of_the_day = [] if whole or asked.day is None else wanted(day=asked.day)
    return _list(found, asked, of_the_day or wanted(), whole=whole, one_day=bool(of_the_day))


def _list(found: MyReview, asked: Looking, times: list[FreeTime], *, whole: bool, one_day: bool) -> str:
    """The days, or the times themselves; when nothing is free any more on a day, the days that are left."""
    return render_template(
        "meetings/time.html" if times and (whole or one_day) else "meetings/days.html",
        review=found,
        brand=brand(found),
        asked=asked,
        days=in_words(times),
        ways=sorted({mode for time in times for mode in time.modes}, key=tuple(Mode).index),
        minutes=found.minutes_needed(asked.interpreter),
        whole=whole,
        none_chosen="next" in request.args,
        **WORDS,
    )


def _with_a_time(found: MyReview, asked: Looking, times: list[FreeTime]) -> str | tuple[str, int]:
    chosen = next((time for time in times if time.slot_id == asked.slot), None)
    form = wishes_form(found, asked.mode, chosen.modes if chosen else ())
    form.interpreter.data = asked.interpreter
    if chosen is None:
        form.accept(SlotTaken(field="slot"))
    page = _form_page(found, form, chosen, asked.slot, times)
    return page if chosen else (page, SlotTaken.status)


@bp.post("/children/<uuid:pupil_id>/reviews/<uuid:review_id>/time", access=OWN_PUPIL)
def take(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response | tuple[str, int]:
    """Takes the time; whoever has one lets it go only when the new one is held."""
    form, slot_id = WishesForm(), id_of(request.form.get("slot"))
    form.prepare(tuple(Mode))
    is_lost = False
    try:
        if form.validate_on_submit() and slot_id:
            return _hold(pupil_id, review_id, slot_id, form)
        status = 422
    except (*LOST, StaleVersion, Invalid) as error:
        db().rollback()  # lets the others choose on while this page is made
        form.accept(error)
        status, is_lost = error.status, isinstance(error, LOST)
    if slot_id is None:
        form.accept(Invalid(N_("Choose a time."), field="slot"))
    if is_lost:
        return _lost(pupil_id, review_id, slot_id, form), status
    return _again(pupil_id, review_id, slot_id, form), status


def _hold(pupil_id: uuid.UUID, review_id: uuid.UUID, slot_id: uuid.UUID, form: WishesForm) -> Response:
    facts = {**about(pupil_id, review_id), "slot_id": slot_id, "wishes": form.wanted()}
    version = number_of(form.version.data)
    if version:
        actions_booking.move(db(), version=version, **facts)
    else:
        actions_booking.book(db(), once_key=form.once_key.data or uuid.uuid4().hex, **facts)
    return back_to(pupil_id, review_id, "moved" if version else "booked")


def _once_more(pupil_id: uuid.UUID, review_id: uuid.UUID, form: WishesForm) -> tuple[MyReview, list[FreeTime]]:
    """How the review stands now, and what is free."""
    found = mine(pupil_id, review_id)
    form.version.data = str(found.time.version if found.time else 0)
    mode = Mode(form.mode.data) if form.mode.data in tuple(Mode) else None
    wanted = bool(form.interpreter.data)
    return found, times_for(reader(), viewer=_me(), review=found, interpreter=wanted, mode=mode, now=clock.now())


def _again(pupil_id: uuid.UUID, review_id: uuid.UUID, slot_id: uuid.UUID | None, form: WishesForm) -> str:
    """The form with everything that was typed."""
    found, times = _once_more(pupil_id, review_id, form)
    chosen = next((time for time in times if time.slot_id == slot_id), None)
    return _form_page(found, form, chosen, slot_id, times)


def _lost(pupil_id: uuid.UUID, review_id: uuid.UUID, slot_id: uuid.UUID | None, form: WishesForm) -> str:
    """Other times, with everything that was typed. Many may be refused at once: a light page."""
    found, times = _once_more(pupil_id, review_id, form)
    others = in_words(instead_of(reader(), viewer=_me(), review=found, slot_id=slot_id, times=times))
    return render_template("meetings/lost.html", review=found, brand=brand(found), form=form, days=others, **WORDS)


def _form_page(
    found: MyReview,
    form: WishesForm,
    chosen: FreeTime | None,
    slot_id: uuid.UUID | None,
    times: Sequence[FreeTime],
) -> str:
    """The form of a chosen time; without one, other free times stand in its place."""
    others = [] if chosen else instead_of(reader(), viewer=_me(), review=found, slot_id=slot_id, times=times)
    form.prepare(chosen.modes if chosen else tuple(Mode))
    minutes = found.minutes_needed(bool(form.interpreter.data))
    page = {"review": found, "brand": brand(found), "form": form, "chosen": chosen, "minutes": minutes}
    return render_template("meetings/take.html", days=in_words(others), **page, **WORDS)
