"""What a family reads once the record is shared, and how it says whether it saw it so; a young person who holds their
own rights reads the same page."""

import uuid
from typing import cast

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.kernel import clock
from portal.people.access import OWN_PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.people.looks import remember_look
from portal.records import page_words
from portal.records.actions_reply import reply as keep_reply
from portal.records.forms_family import ReplyForm
from portal.records.page_documents import card_document, record_document
from portal.records.queries_family import record_head, shared_record
from portal.records.queries_lines import Head
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current
from portal.web.refusal import told_in
from portal.web.unit_of_work import db

bp = PortalBlueprint("family_records", __name__)
HERE = "/children/<uuid:pupil_id>/reviews/<uuid:review_id>/record"


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _head(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Head:
    head = record_head(db(), viewer=_me(), pupil_id=pupil_id, review_id=review_id)
    remember_look(_me(), school_id=head.school_id, pupil_id=pupil_id)
    return head


def _shown(head: Head, form: ReplyForm, *, thanks: bool = False) -> str:
    page = shared_record(db(), viewer=_me(), head=head, language=current().tag)
    shown = {"page": page, "head": head, "form": form, "thanks": thanks, "brand": brand_of(head.school, head.theme)}
    return render_template("records/family.html", **shown, **page_words.WORDS)


@bp.get(HERE, access=OWN_PUPIL)
def record(pupil_id: uuid.UUID, review_id: uuid.UUID) -> str:
    """The shared record; before that, a page that says that it is being written."""
    head = _head(pupil_id, review_id)
    if not head.is_shared:
        return render_template(
            "records/waiting.html", head=head, brand=brand_of(head.school, head.theme), **page_words.WORDS
        )
    return _shown(head, ReplyForm.fresh(), thanks="thanks" in request.args)


@bp.post(HERE, access=OWN_PUPIL)
def reply(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Answer | tuple[str, int]:
    """Keeps what this adult says to the record."""
    form = ReplyForm()
    with told_in(form) as refusal:
        if form.validate():
            keep_reply(
                db(),
                actor=_me(),
                pupil_id=pupil_id,
                review_id=review_id,
                answer=form.reply.data,
                words=form.words.data,
                language=current().tag,
                once_key=form.once_key.data or "",
                now=clock.now(),
            )
            return redirect(url_for(".record", pupil_id=pupil_id, review_id=review_id, thanks=1), 303)
    head = record_head(db(), viewer=_me(), pupil_id=pupil_id, review_id=review_id)
    return _shown(head, form), refusal.status


@bp.get(f"{HERE}/copy.pdf", access=OWN_PUPIL)
def copy(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """The record to keep, in the reader's language; the name of the file says nothing about a child."""
    return record_document(_me(), pupil_id=pupil_id, review_id=review_id)


@bp.get(f"{HERE}/card.pdf", access=OWN_PUPIL)
def card(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """The child's card to hang up, as far as the reader may read it."""
    return card_document(_me(), pupil_id=pupil_id, review_id=review_id)
