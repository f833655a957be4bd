"""The office brings the school's files: it sees what would change, and confirms or drops it."""

import uuid
from datetime import date

from flask import Response as Answer
from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.intake import actions, queries
from portal.intake.formats import CsvKind, template_csv
from portal.intake.formats.report_csv import report_csv
from portal.intake.forms import ConfirmForm, UploadForm
from portal.intake.page_words import KIND_WORDS, STATE_WORDS
from portal.intake.rules_changes import ABOUTS, FATES, Kind
from portal.kernel import clock
from portal.people.access import OFFICE
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.i18n import say
from portal.web.unit_of_work import db

bp = PortalBlueprint("intake", __name__)
bp.add_app_template_filter(date.fromisoformat, "day_from_iso")
WORDS = {"kind_words": KIND_WORDS, "state_words": STATE_WORDS, "fate_words": FATES, "about_words": ABOUTS}


@bp.get("/staff/import", access=OFFICE)
def start() -> str:
    """The three kinds of file, and what was brought so far."""
    jobs = queries.last_jobs(db(), viewer=current_actor())
    return render_template("intake/start.html", jobs=jobs, kinds=list(Kind), **WORDS)


@bp.get("/staff/import/<any(ctf,contacts,plans):kind>", access=OFFICE)
def choose(kind: str) -> str:
    """What one kind of file is for, and where to choose it."""
    return render_template("intake/choose.html", kind=Kind(kind), form=UploadForm(), **WORDS)


@bp.get("/staff/import/<any(contacts,plans):kind>/template", access=OFFICE)
def template(kind: str) -> Response:
    """The table to fill in."""
    return _download(template_csv(CsvKind(kind)), f"{kind}.csv")


def _download(content: bytes, name: str) -> Response:
    answer = Answer(content, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.post("/staff/import/<any(ctf,contacts,plans):kind>", access=OFFICE)
def upload(kind: str) -> Response | tuple[str, int]:
    """Takes a file, and shows what it would change; it changes nothing."""
    form = UploadForm()
    chosen = form.file.data
    if not form.validate_on_submit() or not getattr(chosen, "filename", ""):
        form.file.errors = [_("Choose a file first.")]
        return render_template("intake/choose.html", kind=Kind(kind), form=form, **WORDS), 422
    job = actions.upload(
        db(),
        actor=current_actor(),
        kind=Kind(kind),
        file_name=chosen.filename,
        content=chosen.read(),
        now=clock.now(),
        today=clock.today(),
    )
    if job.known:
        flash(_("This very file is here already. Nothing was changed."), "notice")
    return redirect(url_for("intake.show", job_id=job.job_id), 303)


@bp.get("/staff/import/<uuid:job_id>", access=OFFICE)
def show(job_id: uuid.UUID) -> str:
    """What a file would change, or what became of it."""
    page = queries.job_page(db(), viewer=current_actor(), job_id=job_id)
    form = ConfirmForm(digest=page.digest)
    return render_template("intake/show.html", page=page, form=form, counted=queries.COUNTED, **WORDS)


@bp.get("/staff/import/<uuid:job_id>/list", access=OFFICE)
def report(job_id: uuid.UUID) -> Response:
    """Every line of the report as a table."""
    entries = queries.report_entries(db(), viewer=current_actor(), job_id=job_id)
    return _download(report_csv(entries, say), "list.csv")


@bp.post("/staff/import/<uuid:job_id>/confirm", access=OFFICE)
def confirm(job_id: uuid.UUID) -> Response:
    """Brings in exactly what was shown, or shows what has changed meanwhile."""
    state = actions.confirm(
        db(),
        actor=current_actor(),
        job_id=job_id,
        digest=ConfirmForm().digest.data or "",
        now=clock.now(),
        today=clock.today(),
    )
    if state == "done":
        flash(_("Done. The file has been brought in."))
    elif state != "confirmed":
        flash(_("Something has changed since you looked, so nothing was brought in. Please look again."), "notice")
    return redirect(url_for("intake.show", job_id=job_id), 303)


@bp.post("/staff/import/<uuid:job_id>/drop", access=OFFICE)
def drop(job_id: uuid.UUID) -> Response:
    """Throws a file away."""
    actions.drop(db(), actor=current_actor(), job_id=job_id, now=clock.now())
    flash(_("The file was dropped. Nothing was changed."))
    return redirect(url_for("intake.start"), 303)
