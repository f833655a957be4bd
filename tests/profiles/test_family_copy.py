"""The copy to take away: a real PDF, in the reader's language, that says nothing to whoever sees its name."""

import io

import pikepdf
import pytest
from sqlalchemy import select

from portal.kernel.audit import AuditEvent
from portal.people.models import Look


@pytest.mark.parametrize(("tag", "lang"), [("en", "en-GB"), ("ur", "ur")])
def test_the_copy_opens_and_its_name_gives_nothing_away(sqlite_app, as_persona, ids, system_session, tag, lang):
    zara = ids.pupil("Zara")
    response = as_persona("parent").get(f"/children/{zara}/copy.pdf?lang={tag}")
    assert response.status_code == 200
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"] == 'attachment; filename="school-plan.pdf"'
    assert response.headers["Cache-Control"] == "no-store"
    with pikepdf.open(io.BytesIO(response.data)) as pdf:
        assert len(pdf.pages) >= 2
        assert str(pdf.Root.Lang) == lang
        assert "Zara" not in str(pdf.docinfo.get("/Title", ""))
    taken = system_session.scalars(select(AuditEvent).where(AuditEvent.action == "copy taken")).one()
    assert (taken.about_pupil_id, taken.actor_id, taken.facts) == (zara, ids.person("parent"), {"version": 3})
    assert system_session.scalars(select(Look.version_number).where(Look.person_id == ids.person("parent"))).all() == [
        3
    ]


def test_the_copy_of_a_child_without_a_plan_opens_too(sqlite_app, as_persona, ids, system_session):
    from portal.profiles.models import PlanVersion

    for version in system_session.scalars(select(PlanVersion).where(PlanVersion.pupil_id == ids.pupil("Zara"))):
        version.state = "earlier"
    system_session.commit()
    response = as_persona("parent").get(f"/children/{ids.pupil('Zara')}/copy.pdf")
    assert response.data.startswith(b"%PDF")
