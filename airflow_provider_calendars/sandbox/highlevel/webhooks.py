"""What HighLevel tells a marketplace app of, signed: https://marketplace.gohighlevel.com/docs/webhook/."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_calendars.sandbox.clock import Clock, Moment, moment_of, utc
from airflow_provider_calendars.sandbox.courier import Courier, Patience, is_url, shown_url
from airflow_provider_calendars.sandbox.highlevel.records import WebhookDelivery
from airflow_provider_calendars.sandbox.highlevel.seeds import LOCATION_ID
from airflow_provider_calendars.sandbox.highlevel.settings import HighLevelSettings
from airflow_provider_calendars.sandbox.highlevel.signatures import Signer

Body = dict[str, Any]
APPOINTMENT_TYPES = ("AppointmentCreate", "AppointmentUpdate", "AppointmentDelete")
CONTACT_TYPES = ("ContactCreate", "ContactUpdate", "ContactDelete", "ContactDndUpdate", "ContactTagUpdate")
TYPES = (*APPOINTMENT_TYPES, *CONTACT_TYPES)
SIGNATURES = ("right", "wrong", "missing")


@dataclass(frozen=True)
class Subscription:
    """Where events are posted, and which."""

    url: str
    types: tuple[str, ...]


class Webhooks:
    """Tells subscribers of events, in the background. Its keys stay when it forgets everything.

    :param settings: how it signs, and how patiently it delivers.
    :param clock: the time.
    """

    def __init__(self, settings: HighLevelSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.courier = Courier[WebhookDelivery](self._patience)
        self.signer = Signer()
        self.subscriptions: list[Subscription] = []
        self.events: list[Body] = []

    def subscribe(self, url: str, *types: str) -> None:
        """Tell a URL of events from now on.

        :param url: where they are posted.
        :param types: which; everything about appointments, if left out.
        :raises ValueError: nothing can be posted there, or there is no such type.
        """
        if not is_url(url):
            raise ValueError("`url` must be a URL that begins with http:// or https://")
        for one in types:
            if one not in TYPES:
                raise ValueError(f"no such type of event: {one!r}; there are {', '.join(TYPES)}")
        self.subscriptions.append(Subscription(url, types or APPOINTMENT_TYPES))

    def tell(self, kind: str, describe: Callable[[], Mapping[str, Any]]) -> None:
        """Tell those who want to know.

        :param kind: the type of the event.
        :param describe: makes the part of the body that is about it.
        """
        if any(kind in one.types for one in self.subscriptions):
            about = {"type": kind, "locationId": LOCATION_ID, **describe()}
            ids = {"timestamp": _seconds(self._clock.now()), "webhookId": str(uuid.uuid4())}
            self.events.append({**about, **ids})
            self._send(self.events[-1], self.signer)

    def deliver_again(
        self,
        webhook_id: str = "",
        *,
        signature: str = "right",
        timestamp: Moment | None = None,
        reordered: bool = False,
    ) -> None:
        """Deliver an event once more, as the vendor or as somebody who pretends to be the vendor.

        :param webhook_id: which; the latest, if left out.
        :param signature: ``right``, ``wrong`` (made with another key) or ``missing``.
        :param timestamp: another one, which is signed, too: an aware date, ISO 8601 or seconds since 1970.
        :param reordered: write the same JSON with other bytes, which are signed.
        :raises ValueError: there is no such event, or no such kind of signature.
        """
        if signature not in SIGNATURES:
            raise ValueError(f"no such signature: {signature!r}; there are {', '.join(SIGNATURES)}")
        event = dict(self._event(webhook_id))
        if timestamp is not None:
            event["timestamp"] = _seconds(moment_of("timestamp", timestamp))
        if reordered:
            event = dict(reversed(event.items()))
        signer = {"right": self.signer, "wrong": Signer(), "missing": None}[signature]
        self._send(event, signer, indent=1 if reordered else None)

    def clear(self) -> None:
        """Forget subscriptions and events, and give up what is on its way."""
        self.courier.stop()
        self.courier.clear()
        self.subscriptions.clear()
        self.events.clear()

    def _event(self, webhook_id: str) -> Body:
        found = [one for one in self.events if webhook_id in ("", one["webhookId"])]
        if not found:
            raise ValueError(f"no such event: {webhook_id!r}" if webhook_id else "there was no event yet")
        return found[-1]

    def _send(self, event: Body, signer: Signer | None, indent: int | None = None) -> None:
        content = json.dumps(event, indent=indent).encode()
        headers = {} if signer is None else signer.headers(content, self._settings.webhook_signature)
        kind, webhook_id, now = event["type"], event["webhookId"], self._clock.now()
        for one in self.subscriptions:
            if kind in one.types:
                delivery = WebhookDelivery(webhook_id, kind, shown_url(one.url), at=now)
                self.courier.send(delivery, one.url, content, headers)

    def _patience(self) -> Patience:
        settings = self._settings
        attempts, pause = 1 + settings.webhook_retries, settings.webhook_pause
        return Patience(attempts, pause, settings.webhook_timeout, tries_again=lambda status: status == 429)


def _seconds(moment: float) -> str:
    return utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ")
