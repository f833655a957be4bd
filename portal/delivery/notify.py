"""Mail and text messages by GOV.UK Notify, whose templates hold nothing but our words: ((subject)) and ((body))."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from portal.delivery.mail import Message, Send, Verdict
from portal.delivery.rules import AddressRefused
from portal.kernel.outbox import Channel
from portal.people.rules import ContactKind

SECONDS = 15
PAGES = 20  # of 250 messages that did not arrive; it forgets them after 7 days
# how Notify begins what it says about the recipient, with status 400 (docs.notifications.service.gov.uk)
ABOUT_THE_RECIPIENT = ("email_address ", "phone_number ", "Cannot send to international mobile numbers")


class NotifySender:
    """GOV.UK Notify, for the channels of which we know a template. It takes no calendar files: families find those in
    the portal."""

    def __init__(self, *, api_key: str, email_template: str, sms_template: str, url: str) -> None:
        self._api_key, self._url = api_key, url
        self._email_template, self._sms_template = email_template, sms_template
        templates = {ContactKind.EMAIL: email_template, ContactKind.MOBILE: sms_template}
        self.channels = frozenset(kind for kind, template in templates.items() if template)

    @contextmanager
    def opened(self) -> Iterator[Send]:
        """A client with one connection."""
        with self._client() as client:
            yield partial(self._send, client)

    def verdicts(self) -> Iterator[Verdict]:
        """What could not be delivered in the last 7 days, the newest first."""
        older_than = None
        with self._client() as client:
            for _page in range(PAGES):
                told = client.get_all_notifications(status="failed", older_than=older_than)["notifications"]
                yield from filter(None, map(_verdict, told))
                if not told:
                    return
                older_than = told[-1]["id"]

    @contextmanager
    def _client(self) -> Iterator[NotificationsAPIClient]:
        client = NotificationsAPIClient(self._api_key, base_url=self._url, timeout=SECONDS)
        try:
            yield client
        finally:
            client.request_session.close()

    def _send(self, client: NotificationsAPIClient, message: Message) -> None:
        try:
            if message.channel == Channel.MOBILE:
                client.send_sms_notification(
                    message.address, self._sms_template, {"body": message.text}, reference=str(message.id)
                )
            else:
                client.send_email_notification(
                    message.address,
                    self._email_template,
                    {"subject": message.subject, "body": message.text},
                    reference=str(message.id),
                    one_click_unsubscribe_url=message.stop or None,
                )
        except HTTPError as error:
            if _is_about_the_recipient(error):
                raise AddressRefused from error
            raise


def _is_about_the_recipient(error: HTTPError) -> bool:
    told = error.message if isinstance(error.message, list) else []
    return error.status_code == 400 and any(
        str(each.get("message", "")).startswith(ABOUT_THE_RECIPIENT) for each in told
    )


def _verdict(told: Mapping[str, Any]) -> Verdict | None:
    """None for what did not come from here: others may write by the same service."""
    try:
        item_id = uuid.UUID(told["reference"])
    except (TypeError, ValueError):
        return None
    return Verdict(
        item_id=item_id,
        address=told.get("email_address") or told.get("phone_number") or "",
        taken_at=datetime.fromisoformat(told["created_at"]),
        for_good=told["status"] == "permanent-failure",
    )
