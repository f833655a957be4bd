"""What can be taken away as a file, for school and for the family alike; the names of the files say nothing."""

import uuid

from flask import Response

from portal.kernel import clock
from portal.people.actor import Actor
from portal.people.looks import remember_look
from portal.records.card_copy import card_pdf
from portal.records.queries_card import card_page
from portal.records.queries_family import record_to_copy
from portal.records.record_copy import record_pdf
from portal.web.i18n import current
from portal.web.unit_of_work import reader

FILE_NAME = "school-copy.pdf"  # it names no child and nothing that a child is helped with


def document(pdf: bytes) -> Response:
    """The document as a file to keep."""
    disposition = f'attachment; filename="{FILE_NAME}"'
    return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": disposition})


def record_document(viewer: Actor, *, pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """The record as far as the viewer may read it, in their language; a draft says that it is one. Raises NotFound."""
    found = record_to_copy(reader(), viewer=viewer, pupil_id=pupil_id, review_id=review_id, language=current().tag)
    remember_look(viewer, school_id=found.head.school_id, pupil_id=pupil_id)
    return document(record_pdf(found, today=clock.today()))


def card_document(viewer: Actor, *, pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """The child's card to hang up, as far as the viewer may read it. Raises NotFound."""
    found = card_page(reader(), viewer=viewer, pupil_id=pupil_id, review_id=review_id, language=current().tag)
    return document(card_pdf(found))
