"""The floor: the least that a signed-in page of about 15 KB with four queries costs in Flask and SQLAlchemy on this machine.

python tests/bench/floor.py init       makes the data in FLOOR_DB
python tests/bench/floor.py cookie     prints the cookie of a signed-in family
gunicorn --chdir tests/bench floor:app serves /profile, /slots, and /rush/conflict and /rush/naive: the least that a list of
                                       300 times and a rush on them cost
"""

import datetime as dt
import os
import random
import sys

from flask import Flask, abort, g, jsonify, render_template, request
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from jinja2 import DictLoader
from sqlalchemy import ForeignKey, create_engine, delete, event, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship

URL = os.environ.get("FLOOR_DB", "sqlite:///floor.db")
FAMILIES, TARGETS, SLOTS = 400, 8, 300
NOW = dt.datetime(2026, 11, 20)  # noqa: DTZ001 - the floor keeps no zone


class Base(DeclarativeBase):
    pass


class Parent(UserMixin, Base):
    __tablename__ = "parent"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Child(Base):
    __tablename__ = "child"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("parent.id"), index=True)
    name: Mapped[str]
    year: Mapped[str]
    profile: Mapped["Profile"] = relationship(back_populates="child")


class Profile(Base):
    __tablename__ = "profile"
    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), unique=True)
    likes: Mapped[str]
    helps: Mapped[str]
    needs: Mapped[str]
    child: Mapped[Child] = relationship(back_populates="profile")


class Target(Base):
    __tablename__ = "target"
    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    position: Mapped[int]
    title: Mapped[str]
    steps: Mapped[str]
    state: Mapped[str]
    review_on: Mapped[dt.date]


class Meeting(Base):
    __tablename__ = "meeting"
    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    starts_at: Mapped[dt.datetime]
    teacher: Mapped[str]
    room: Mapped[str]


class Slot(Base):
    __tablename__ = "slot"
    id: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[dt.datetime]
    teacher: Mapped[str]


class Booking(Base):
    __tablename__ = "booking"
    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), unique=True)
    child_id: Mapped[int] = mapped_column(unique=True)


class NaiveBooking(Base):
    """The control: no constraint, so a rush can promise one time twice."""

    __tablename__ = "naive_booking"
    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(index=True)
    child_id: Mapped[int]


SQLITE = URL.startswith("sqlite")
engine = create_engine(URL, **({"connect_args": {"timeout": 15, "check_same_thread": False}} if SQLITE else {}))
if SQLITE:

    @event.listens_for(engine, "connect")
    def _pragmas(connection, _record):
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000", "cache_size=-20000"):
            connection.execute("PRAGMA " + pragma)
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN")


writer = engine.execution_options(write=True)

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{% block title %}{% endblock %}</title>
<link rel="stylesheet" href="/static/site.css"></head><body>
<a class="skip" href="#main">Skip to the main part</a><header><p>{{ school }}</p><nav><ul>
{% for url, label in menu %}<li><a href="{{ url }}"{% if url == here %} aria-current="page"{% endif %}>{{ label }}</a></li>
{% endfor %}</ul></nav><p>Signed in as {{ who }}</p></header><main id="main">{% block main %}{% endblock %}</main>
<footer><p>{{ school }} &middot; <a href="/help">Help</a></p></footer></body></html>"""
PAGE = """{% extends "layout.html" %}{% macro field(label, value) %}<dt>{{ label }}</dt><dd>{{ value }}</dd>{% endmacro %}
{% block title %}{{ child.name }}{% endblock %}{% block main %}<h1>{{ child.name }}, {{ child.year }}</h1>
<section><h2>Profile</h2><dl>{{ field("Likes", profile.likes) }}{{ field("What helps", profile.helps) }}
{{ field("What I need", profile.needs) }}</dl></section><section><h2>Targets</h2>
{% for t in targets %}<article id="t{{ t.id }}"><h3>{{ loop.index }}. {{ t.title }}</h3><dl>
{{ field("State", t.state) }}{{ field("Review on", t.review_on.strftime("%d %B %Y")) }}</dl>
{% for step in t.steps.split("|") %}<p>{{ step }}</p>{% endfor %}</article>{% else %}<p>None yet.</p>{% endfor %}</section>
<section><h2>Next meetings</h2><table><tr><th>When</th><th>With</th><th>Room</th></tr>{% for m in meetings %}
<tr><td>{{ m.starts_at.strftime("%a %d %b %H:%M") }}</td><td>{{ m.teacher }}</td><td>{{ m.room }}</td></tr>
{% endfor %}</table></section>{% endblock %}"""
SLOTS_PAGE = """{% extends "layout.html" %}{% block title %}Book{% endblock %}{% block main %}<h1>Book a meeting</h1>
<form method="post" action="/rush/conflict/"><ul class="slots">{% for id, when, teacher, taken in slots %}
<li>{% if taken %}<s>{{ when.strftime("%a %d %b %H:%M") }}</s>{% else %}<button name="slot" value="{{ id }}">{{
when.strftime("%a %d %b %H:%M") }}, {{ teacher }}</button>{% endif %}</li>{% endfor %}</ul></form>{% endblock %}"""
MENU = [("/profile", "Profile"), ("/meetings", "Meetings"), ("/views", "Your views"), ("/account", "Account")]

app = Flask(__name__)
app.config.update(SECRET_KEY="floor", SESSION_COOKIE_SAMESITE="Lax")
app.jinja_loader = DictLoader({"layout.html": LAYOUT, "page.html": PAGE, "slots.html": SLOTS_PAGE})
login = LoginManager(app)


def db():
    if "db" not in g:
        g.db = Session(engine, expire_on_commit=False)
    return g.db


@app.teardown_appcontext
def _close(_error):
    session = g.pop("db", None)
    if session is not None:
        session.close()


@login.user_loader
def _load(key):
    return db().get(Parent, int(key))


@app.get("/login/<int:n>")
def sign_in(n):
    login_user(db().get(Parent, n) or abort(404))
    return "ok"


@app.get("/profile")
@login_required
def profile():
    s = db()
    child = s.scalars(
        select(Child).options(joinedload(Child.profile)).where(Child.parent_id == current_user.id)
    ).first() or abort(404)
    targets = s.scalars(select(Target).where(Target.child_id == child.id).order_by(Target.position)).all()
    meetings = s.scalars(
        select(Meeting)
        .where(Meeting.child_id == child.id, Meeting.starts_at >= NOW)
        .order_by(Meeting.starts_at)
        .limit(3)
    ).all()
    return render_template(
        "page.html",
        school="Test School",
        menu=MENU,
        here=request.path,
        who=current_user.name,
        child=child,
        profile=child.profile,
        targets=targets,
        meetings=meetings,
    )


SLOT, BOOKING, NAIVE = (Base.metadata.tables[name] for name in ("slot", "booking", "naive_booking"))
ALL_SLOTS = (
    select(SLOT.c.id, SLOT.c.starts_at, SLOT.c.teacher, BOOKING.c.id.is_not(None))
    .join(BOOKING, isouter=True)
    .order_by(SLOT.c.id)
)


@app.get("/slots")
@login_required
def slots():
    rows = db().execute(ALL_SLOTS).all()
    return render_template(
        "slots.html", school="Test School", menu=MENU, here=request.path, who=current_user.name, slots=rows
    )


def _conflict(slot, child):
    """INSERT ... ON CONFLICT DO NOTHING RETURNING; a row tells who won."""
    if SQLITE:
        from sqlalchemy.dialects.sqlite import insert as careful
    else:
        from sqlalchemy.dialects.postgresql import insert as careful
    with writer.begin() as connection:
        made = careful(BOOKING).values(slot_id=slot, child_id=child).on_conflict_do_nothing().returning(BOOKING.c.id)
        return connection.execute(made).first() is not None


def _naive(slot, child):
    """The control: look, then write, with no constraint and no lock."""
    with engine.connect() as connection:
        taken = connection.execute(select(NAIVE.c.id).where(NAIVE.c.slot_id == slot)).first()
    if taken:
        return False
    with writer.begin() as connection:
        connection.execute(insert(NAIVE).values(slot_id=slot, child_id=child))
    return True


HOWS = {"conflict": (_conflict, BOOKING), "naive": (_naive, NAIVE)}


@app.post("/rush/<how>/<int:slot>")
@login_required
def rush(how, slot):
    return ("booked", 201) if HOWS[how][0](slot, current_user.id) else ("taken", 409)


@app.get("/rush/<how>/free")
def free(how):
    with engine.connect() as connection:
        taken = set(connection.execute(select(HOWS[how][1].c.slot_id)).scalars())
    return jsonify([number for number in range(1, SLOTS + 1) if number not in taken])


@app.post("/rush/<how>/reset")
def reset(how):
    with writer.begin() as connection:
        connection.execute(delete(HOWS[how][1]))
    return "ok"


WORDS = [
    "asks",
    "for",
    "help",
    "calmly",
    "using",
    "a",
    "card",
    "or",
    "a",
    "word",
    "works",
    "with",
    "one",
    "other",
    "child",
    "for",
    "ten",
    "minutes",
    "keeps",
    "to",
    "the",
    "plan",
    "of",
    "the",
    "day",
    "with",
    "a",
    "picture",
    "list",
    "reads",
    "aloud",
    "two",
    "pages",
    "writes",
    "three",
    "full",
    "sentences",
    "about",
    "a",
    "thing",
    "seen",
    "&",
    "waits",
    "for",
    "a",
    "turn",
]


def words(rng, n):
    return " ".join(rng.choice(WORDS) for _ in range(n)).capitalize() + "."


def init():
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(writer) as s:
        for n in range(1, FAMILIES + 1):
            rng = random.Random(n)
            s.add(Parent(id=n, name=f"Family {n}"))
            s.flush()
            s.add(Child(id=n, parent_id=n, name=f"Child {n}", year="Year 4"))
            s.flush()
            s.add(Profile(child_id=n, likes=words(rng, 60), helps=words(rng, 90), needs=words(rng, 90)))
            for position in range(TARGETS):
                s.add(
                    Target(
                        child_id=n,
                        position=position,
                        title=words(rng, 8),
                        state="on track",
                        steps="|".join(words(rng, 68) for _ in range(4)),
                        review_on=(NOW + dt.timedelta(days=30)).date(),
                    )
                )
            for week in range(1, 5):
                starts_at = NOW + dt.timedelta(days=7 * week, hours=16)
                s.add(Meeting(child_id=n, starts_at=starts_at, teacher="T. Teacher", room=f"B{week}"))
        for n in range(1, SLOTS + 1):
            s.add(Slot(id=n, starts_at=NOW + dt.timedelta(minutes=10 * n), teacher="T. Teacher"))
        s.commit()


if __name__ == "__main__":
    if sys.argv[1:] == ["init"]:
        init()
    elif sys.argv[1:] == ["cookie"]:
        answer = app.test_client().get("/login/7")
        print(answer.headers["Set-Cookie"].split(";")[0])
    else:
        print(__doc__)
