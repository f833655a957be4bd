"""Everything a person meets is in their own language: choosing it, speaking it, and writing dates and lists in it."""

from portal.web.i18n.choice import init_app
from portal.web.i18n.form_messages import FormTranslations
from portal.web.i18n.formats import (
    date_and_time,
    day_and_month,
    full_date,
    list_of,
    month_and_year,
    number,
    time_of_day,
    weekdays,
    when,
)
from portal.web.i18n.languages import LANGUAGES, Language
from portal.web.i18n.messages import (
    current,
    gettext,
    lazy_gettext,
    load,
    ngettext,
    offered,
    pgettext,
    say,
    speaking,
)

__all__ = [
    "LANGUAGES",
    "FormTranslations",
    "Language",
    "current",
    "date_and_time",
    "day_and_month",
    "full_date",
    "gettext",
    "init_app",
    "lazy_gettext",
    "list_of",
    "load",
    "month_and_year",
    "ngettext",
    "number",
    "offered",
    "pgettext",
    "say",
    "speaking",
    "time_of_day",
    "weekdays",
    "when",
]
