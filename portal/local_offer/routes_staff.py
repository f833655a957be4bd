"""Staff keep the directory: entries by hand and corrections, feeds with their reports, the councils' pages."""

import uuid
from typing import cast

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import PortalError, StaleVersion
from portal.local_offer import actions_staff, queries_staff
from portal.local_offer.forms import LAST_PAGE, LONGEST_SEARCH, number_in
from portal.local_offer.forms_staff import EntryForm, FeedForm, LinkForm
from portal.local_offer.page_words import WORDS
from portal.people.access import DIRECTORY_FEEDS, OFFICE
from portal.people.actor import Actor
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db

bp = PortalBlueprint("directory", __name__)
Page = str | Response | tuple[str, int]


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


@bp.get("/staff/local-help", access=OFFICE)
def entries() -> str:
    """Every entry, those that families do not see as well."""
    words, hidden = request.args.get("words", "")[:LONGEST_SEARCH], request.args.get("show") == "hidden"
    page = max(1, number_in(request.args.get("page", ""), LAST_PAGE) or 1)
    found = queries_staff.entries(db(), words=words, hidden_only=hidden, page=page)
    return render_template("local_offer/staff_entries.html", found=found, words=words, hidden=hidden, **WORDS)


@bp.get("/staff/local-help/new", access=OFFICE)
def new() -> Response:
    """Gives a new entry its key, so that sending its form twice adds one."""
    return redirect(url_for(".entry", service_id=uuid.uuid4()))


@bp.get("/staff/local-help/entries/<uuid:service_id>", access=OFFICE)
def entry(service_id: uuid.UUID) -> str:
    """One entry to be corrected; a key that is not there yet is a new one."""
    facts = queries_staff.entry_facts(db(), service_id)
    return _entry_page(service_id, facts, EntryForm(obj=facts))


def _entry_page(service_id: uuid.UUID, facts: queries_staff.EntryFacts, form: EntryForm, theirs: object = None) -> str:
    return render_template(
        "local_offer/staff_entry.html", service_id=service_id, facts=facts, form=form, theirs=theirs, **WORDS
    )


@bp.post("/staff/local-help/entries/<uuid:service_id>", access=OFFICE)
def save(service_id: uuid.UUID) -> Page:
    """Saves it. When somebody else saved it meanwhile, both texts stand there."""
    form = EntryForm()
    facts = queries_staff.entry_facts(db(), service_id)
    if not form.validate_on_submit():
        return _entry_page(service_id, facts, form), 422
    try:
        actions_staff.save_service(
            db(), actor=_me(), service_id=service_id, token=form.token.data or "", facts=form.facts, now=clock.now()
        )
    except StaleVersion as error:
        form.accept(error)
        form.token.data = form.token.raw_data = None
        form.token.process_data(facts.token)
        return _entry_page(service_id, facts, form, theirs=facts), 409
    except PortalError as error:
        form.accept(error)
        return _entry_page(service_id, facts, form), 422
    flash(_("Saved."))
    return redirect(url_for(".entry", service_id=service_id), 303)


@bp.post("/staff/local-help/entries/<uuid:service_id>/<any(hide,show):what>", access=OFFICE)
def hide(service_id: uuid.UUID, what: str) -> Response:
    """Takes an entry out of families' sight, or back."""
    actions_staff.hide_service(db(), actor=_me(), service_id=service_id, hidden=what == "hide", now=clock.now())
    flash(_("Saved. It holds from now on."))
    return redirect(url_for(".entry", service_id=service_id), 303)


@bp.get("/staff/local-help/councils", access=OFFICE)
def councils() -> str:
    """The councils' pages that this school gives families."""
    return _councils_page(LinkForm(checked_on=clock.today()))


def _councils_page(form: LinkForm) -> str:
    links = queries_staff.links_of(db(), viewer=_me())
    return render_template("local_offer/staff_councils.html", links=links, form=form, **WORDS)


@bp.post("/staff/local-help/councils", access=OFFICE)
def save_council() -> Page:
    """Keeps one, or the day on which somebody looked again."""
    form = LinkForm()
    if not form.validate_on_submit():
        return _councils_page(form), 422
    checked_on = form.checked_on.data or clock.today()
    try:
        actions_staff.save_link(
            db(), actor=_me(), name=form.name.data, url=form.url.data, checked_on=checked_on, now=clock.now()
        )
    except PortalError as error:
        form.accept(error)
        return _councils_page(form), 422
    flash(_("Saved."))
    return redirect(url_for(".councils"), 303)


@bp.post("/staff/local-help/councils/<uuid:link_id>/remove", access=OFFICE)
def remove_council(link_id: uuid.UUID) -> Response:
    """Takes one away."""
    actions_staff.remove_link(db(), actor=_me(), link_id=link_id, now=clock.now())
    flash(_("Removed."))
    return redirect(url_for(".councils"), 303)


@bp.get("/staff/local-help/feeds", access=DIRECTORY_FEEDS)
def feeds() -> str:
    """Where entries come from, and what became of the last reading."""
    return _feeds_page(FeedForm())


def _feeds_page(form: FeedForm) -> str:
    return render_template("local_offer/staff_feeds.html", feeds=queries_staff.feeds(db()), form=form, **WORDS)


@bp.post("/staff/local-help/feeds", access=DIRECTORY_FEEDS)
def add_feed() -> Page:
    """Adds one; the worker reads it in a moment, and then every night."""
    form = FeedForm()
    if not form.validate_on_submit():
        return _feeds_page(form), 422
    try:
        actions_staff.add_feed(db(), actor=_me(), url=form.url.data, name=form.name.data, now=clock.now())
    except PortalError as error:
        form.accept(error)
        return _feeds_page(form), 422
    flash(_("Saved. The feed is read in a moment."))
    return redirect(url_for(".feeds"), 303)


@bp.post("/staff/local-help/feeds/<uuid:feed_id>/<any(again,stop):what>", access=DIRECTORY_FEEDS)
def change_feed(feed_id: uuid.UUID, what: str) -> Response:
    """Has it read again, or no more."""
    act = actions_staff.read_again if what == "again" else actions_staff.stop_feed
    act(db(), actor=_me(), feed_id=feed_id, now=clock.now())
    flash(_("Saved. It holds from now on."))
    return redirect(url_for(".feeds"), 303)
