"""The one form of the import pages: a file."""

from wtforms import HiddenField

from portal.web.forms import FileField, PortalForm
from portal.web.i18n import lazy_gettext


class UploadForm(PortalForm):
    """A file to be read. Its size is limited before the form is read at all."""

    file = FileField(lazy_gettext("The file"))


class ConfirmForm(PortalForm):
    """`digest` stands for what the person has seen."""

    digest = HiddenField()
