"""The form in which somebody says how they would like to hear of news."""

from datetime import UTC, datetime

from portal.accounts.rules_wishes import Wishes
from portal.kernel.outbox import Channel
from portal.web.forms import ChoiceField, PortalForm, SelectField, TickField
from portal.web.i18n import lazy_gettext, time_of_day

CHANNELS = {
    Channel.EMAIL: lazy_gettext("By e-mail"),
    Channel.MOBILE: lazy_gettext("By text message"),
    Channel.LETTER: lazy_gettext("By letter"),
    Channel.NONE: lazy_gettext("Not at all. I look here myself."),
}
HOURS = [(str(hour), datetime(2000, 1, 1, hour, tzinfo=UTC)) for hour in range(24)]  # in winter London keeps UTC


class WishesForm(PortalForm):
    channel = ChoiceField(
        lazy_gettext("How should we tell you about news?"),
        description=lazy_gettext("A message only says that something new is here. You read it here."),
    )
    quiet_from = SelectField(lazy_gettext("From"))
    quiet_until = SelectField(lazy_gettext("Until"))
    digest = TickField(lazy_gettext("Put all news of a day into one message."))
    digest_hour = SelectField(lazy_gettext("Send it at"))


def wishes_form(wanted: Wishes, *, texts: bool) -> WishesForm:
    """The form as it was sent, or filled with what is wanted now. `texts`: whether this installation sends them."""
    form = WishesForm(
        data={
            "channel": wanted.channel.value,
            "quiet_from": str(wanted.quiet_from),
            "quiet_until": str(wanted.quiet_until),
            "digest": wanted.digest,
            "digest_hour": str(wanted.digest_hour),
        }
    )
    offered = [channel for channel in CHANNELS if texts or channel != Channel.MOBILE or channel == wanted.channel]
    form.channel.choices = [(channel.value, CHANNELS[channel]) for channel in offered]
    for field in (form.quiet_from, form.quiet_until, form.digest_hour):
        field.choices = [(value, time_of_day(moment)) for value, moment in HOURS]
    return form


def wishes_in(form: WishesForm) -> Wishes:
    """What was chosen."""
    return Wishes(
        channel=Channel(form.channel.data),
        quiet_from=int(form.quiet_from.data),
        quiet_until=int(form.quiet_until.data),
        digest=form.digest.data,
        digest_hour=int(form.digest_hour.data),
    )
