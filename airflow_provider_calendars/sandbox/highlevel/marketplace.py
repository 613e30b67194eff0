"""The app of the vendor's marketplace that is installed in the location: its tokens, and what it is told."""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import Any

from airflow_provider_calendars.sandbox.clock import Clock, Moment
from airflow_provider_calendars.sandbox.highlevel.installations import LOCATION, Installations
from airflow_provider_calendars.sandbox.highlevel.records import WebhookDelivery
from airflow_provider_calendars.sandbox.highlevel.seeds import CLIENT_ID, CLIENT_SECRET
from airflow_provider_calendars.sandbox.highlevel.settings import SCOPES, HighLevelSettings
from airflow_provider_calendars.sandbox.highlevel.webhooks import Webhooks


class Marketplace:
    """An app with its installations and subscriptions.

    :param settings: how long tokens live, how events are delivered, and what the vendor leaves open.
    :param clock: the time.
    """

    def __init__(self, settings: HighLevelSettings, clock: Clock) -> None:
        self.lock = threading.RLock()
        self.settings = settings
        self.clock = clock
        self.webhooks = Webhooks(settings, clock)
        self._begin_app()

    def _begin_app(self) -> None:
        self.oauth = Installations(self.settings, self.clock)
        self.webhooks.clear()

    def install(self, user_type: str = LOCATION, scopes: Collection[str] = SCOPES) -> dict[str, Any]:
        """Install the marketplace app, as somebody does who clicks through the vendor's pages.

        :param user_type: ``Location``, or ``Company`` for an agency.
        :param scopes: what its tokens may do.
        :return: ``client_id`` and ``client_secret``, and what ``POST /oauth/token`` has answered:
            ``access_token``, ``refresh_token``, ``expires_in``, ``locationId`` ...
        """
        with self.lock:
            pair = self.oauth.issue(self.oauth.add(user_type, scopes))
            client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
            return {**client, **self.oauth.described(pair)}

    @property
    def webhook_public_key(self) -> str:
        """The key that checks the signatures of events, as the vendor publishes its own: SPKI in base64."""
        return self.webhooks.signer.public_key

    @property
    def webhook_events(self) -> list[dict[str, Any]]:
        """The bodies of the events somebody was told of, oldest first."""
        with self.lock:
            return [dict(one) for one in self.webhooks.events]

    @property
    def deliveries(self) -> list[WebhookDelivery]:
        """What was to be delivered, and what has become of it by now."""
        return self.webhooks.courier.deliveries

    def wait_for_deliveries(self, timeout: float = 5.0) -> bool:
        """Wait until no event is on its way any more, and tell whether that is so.

        :param timeout: how many seconds to wait at most.
        """
        return self.webhooks.courier.wait(timeout)

    def deliver_to(self, url: str, *types: str) -> None:
        """Post events to a URL from now on, as the vendor does for a marketplace app.

        :param url: on this machine; others are noted down, not called.
        :param types: e.g. ``ContactTagUpdate``; everything about appointments, if left out.
        :raises ValueError: nothing can be posted there, or there is no such type.
        """
        with self.lock:
            self.webhooks.subscribe(url, *types)

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
        with self.lock:
            self.webhooks.deliver_again(
                webhook_id, signature=signature, timestamp=timestamp, reordered=reordered
            )

    def stop(self) -> None:
        """Give up what is on its way to those who want to be told."""
        self.webhooks.courier.stop()
