"""How pupils come in: older ones by name and password, young ones by their picture in a lesson that staff opened."""

import uuid

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import actions_cards, actions_lessons, actions_pupils, cookies, queries_lessons
from portal.accounts.entrance import let_in, pepper
from portal.accounts.forms import page
from portal.accounts.forms_school import LessonForm, PictureForm, PupilForm, PupilPasswordForm, RoomForm, WayInForm
from portal.accounts.queries import schools
from portal.accounts.rules import own_path, secret_fits
from portal.accounts.rules_pictures import PICTURES
from portal.kernel import clock
from portal.kernel.errors import Invalid, NotFound, PortalError
from portal.kernel.words import N_
from portal.people.access import LESSON_PUPIL, LESSON_STAFF, PUBLIC
from portal.people.actor import Actor
from portal.people.rules import Audience
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import say
from portal.web.limits import coming_in
from portal.web.unit_of_work import aside, db, reader, work

bp = PortalBlueprint("pupil_sign_in", __name__)

Answer = Response | tuple[str, int]
NO_LESSON = N_("This room code does not work now. Ask your teacher.")


@bp.get("/pupil", access=PUBLIC)
def pupil() -> str:
    """Choose your school, or say that you have a room code."""
    return render_template("accounts/pupil.html", schools=schools(reader()))


@bp.route("/pupil/<uuid:school_id>", methods=["GET", "POST"], access=PUBLIC)
@coming_in
def password(school_id: uuid.UUID) -> Answer:
    """Sign-in name and password of an older pupil."""
    school = next((each for each in schools(reader()) if each.school_id == school_id), None)
    if school is None:
        raise NotFound
    form = PupilForm()
    if form.validate_on_submit():
        name = form.sign_in_name.data
        with aside("a pupil's password is tried") as session:
            tried = actions_pupils.try_pupil_password(session, school_id=school_id, sign_in_name=name, now=clock.now())
        if secret_fits(form.password.data, tried.password_hash if tried else None) and tried:
            session = work("pupil sign-in")
            person_id = actions_pupils.password_was_right(session, tried.pupil_id)
            onward = own_path(request.args.get("next"))
            return let_in(session, person_id=person_id, audience=Audience.PUPIL, how="password", onward=onward)
        form.accept(Invalid(actions_pupils.WRONG_PASSWORD))
    return page("accounts/password.html", form, school=school)


@bp.route("/lesson", methods=["GET", "POST"], access=PUBLIC)
@coming_in
def room() -> Answer:
    """Type the room code on a tablet."""
    form = RoomForm()
    if form.validate_on_submit():
        session = work("a room code is typed")
        found = queries_lessons.room_of(session, typed=form.code.data, pepper=pepper(), now=clock.now())
        if found is not None:
            return cookies.keep_step(_on(".cards"), "lesson", window=str(found.window_id))
        form.accept(Invalid(NO_LESSON, field="code"))
    return page("accounts/room.html", form)


def _room() -> queries_lessons.Room | None:
    window_id = cookies.step_id("lesson", "window")
    return queries_lessons.room_by_id(work("a tablet in a lesson"), window_id, now=clock.now())


@bp.get("/lesson/cards", access=PUBLIC)
def cards() -> Answer | str:
    """The pictures of the class."""
    here = _room()
    if here is None:
        return _on(".room")
    return render_template("accounts/cards.html", cards=queries_lessons.cards_of(work("a tablet in a lesson"), here))


@bp.get("/lesson/cards/<uuid:card_id>", access=PUBLIC)
def card(card_id: uuid.UUID) -> Answer:
    """Nine pictures, one of which only this child knows."""
    here = _room()
    return _secret_page(here, card_id, PictureForm()) if here else _on(".room")


@bp.post("/lesson/cards/<uuid:card_id>", access=PUBLIC)
@coming_in
def choose_picture(card_id: uuid.UUID) -> Answer:
    """Lets the child in whose secret picture it was, until the lesson ends at the latest."""
    with aside("a picture is chosen") as session:
        here = queries_lessons.room_by_id(session, cookies.step_id("lesson", "window"), now=clock.now())
        if here is None:
            return _on(".room")
        child = queries_lessons.secret_choice(session, here, card_id, pepper=pepper())
        tried = actions_pupils.try_picture(
            session, card_id=card_id, window_id=here.window_id, picture=request.form.get("secret", "")
        )
    if tried != "right":
        return _secret_page(here, card_id, PictureForm(), closed=tried == "closed")
    session = work("a child comes in by picture")
    person_id = actions_pupils.person_of(session, child.pupil_id)
    inside = let_in(session, person_id=person_id, audience=Audience.PUPIL, how="picture", no_later_than=here.closes_at)
    return cookies.keep_step(inside, "lesson", window=str(here.window_id))  # for the next child


def _secret_page(here: queries_lessons.Room, card_id: uuid.UUID, form: PictureForm, *, closed: bool = False) -> Answer:
    choice = queries_lessons.secret_choice(work("a tablet in a lesson"), here, card_id, pepper=pepper())
    wrong = actions_pupils.ASK_TEACHER if closed else actions_pupils.WRONG_PICTURE
    return page(
        "accounts/card.html",
        form,
        card=choice.card,
        nine=[] if closed else [(name, PICTURES[name]) for name in choice.nine],
        wrong=wrong if request.method == "POST" else None,
    )


@bp.route("/staff/lesson", methods=["GET", "POST"], access=LESSON_STAFF)
def lesson() -> Answer:
    """Open a lesson, read out its code, see who came in."""
    actor = _me()
    classes = queries_lessons.lesson_classes(db(), viewer=actor, today=clock.today())
    form = LessonForm(data={"class_id": str(classes[0].class_id)} if len(classes) == 1 else None)
    form.class_id.choices = [(str(each.class_id), each.name) for each in classes]
    if form.validate_on_submit():
        chosen = uuid.UUID(form.class_id.data)
        actions_lessons.open_lesson(db(), actor=actor, class_id=chosen, pepper=pepper(), now=clock.now())
        return _on(".lesson")
    lessons = queries_lessons.open_lessons(db(), viewer=actor, classes=classes, pepper=pepper(), now=clock.now())
    return page("accounts/lesson.html", form, lessons=lessons, classes=classes)


@bp.post("/staff/lesson/<uuid:window_id>/close", access=LESSON_STAFF)
def close_lesson(window_id: uuid.UUID) -> Response:
    """Ends a lesson now."""
    actions_lessons.close_lesson(db(), actor=_me(), window_id=window_id, now=clock.now())
    return _on(".lesson")


@bp.get("/staff/lesson/class/<uuid:class_id>", access=LESSON_STAFF)
def ways_in(class_id: uuid.UUID) -> str:
    """How each child of a class comes in."""
    actor = _me()
    classes = queries_lessons.lesson_classes(db(), viewer=actor, today=clock.today())
    here = next((each for each in classes if each.class_id == class_id), None)
    if here is None:
        raise NotFound
    children = queries_lessons.ways_in(db(), class_id=class_id, viewer=actor)
    return render_template("accounts/ways_in.html", here=here, children=children, pictures=PICTURES)


@bp.route("/staff/lesson/pupil/<uuid:pupil_id>", methods=["GET", "POST"], access=LESSON_PUPIL)
def way_in(pupil_id: uuid.UUID) -> Answer:
    """Pictures for a young child, name and password for an older one."""
    child = queries_lessons.way_in(db(), pupil_id=pupil_id)
    form: WayInForm | PupilPasswordForm
    if child.by_picture:
        form = WayInForm(data={"picture": child.picture, "secret": child.secret})
        form.picture.choices = form.secret.choices = [(name, say(label)) for name, label in PICTURES.items()]
    else:
        form = PupilPasswordForm(data={"sign_in_name": child.sign_in_name})
    if form.validate_on_submit():
        try:
            _give(pupil_id, form)
            return redirect(url_for(".ways_in", class_id=child.class_id), 303) if child.class_id else _on(".lesson")
        except PortalError as error:
            form.accept(error)
    return page("accounts/way_in.html", form, child=child)


def _give(pupil_id: uuid.UUID, form: WayInForm | PupilPasswordForm) -> None:
    if isinstance(form, WayInForm):
        actions_cards.give_pictures(
            db(), actor=_me(), pupil_id=pupil_id, picture=form.picture.data, secret=form.secret.data, now=clock.now()
        )
        return
    db().rollback()  # the slow hash must not hold the database
    hashed = actions_cards.password_hash_for(form.password.data)
    actions_cards.give_pupil_password(
        db(),
        actor=_me(),
        pupil_id=pupil_id,
        sign_in_name=form.sign_in_name.data,
        password_hash=hashed,
        now=clock.now(),
    )


def _me() -> Actor:
    actor: Actor = current_actor()  # the gate let nobody else in
    return actor


def _on(endpoint: str) -> Response:
    return redirect(url_for(endpoint), 303)
