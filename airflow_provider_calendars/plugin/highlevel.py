"""HighLevel's webhooks: believed by their signature, once each, and made an event at once.

https://marketplace.gohighlevel.com/docs/webhook/WebhookIntegrationGuide
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_calendars.assets.highlevel import appointments_uri
from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.plugin.events import update_asset
from airflow_provider_calendars.plugin.put_off import PutOff

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

log = logging.getLogger(__name__)

SIGNATURE = "x-ghl-signature"
_CHANGES = {
    "AppointmentCreate": "created",
    "AppointmentUpdate": "updated",
    "AppointmentDelete": "deleted",
}
_WINDOW = 300.0
_REMEMBERED = 10_000


class NotBelieved(Exception):
    """A delivery that proves nothing: signature, time or location are wrong."""


def public_key(text: str) -> Ed25519PublicKey:
    """Return a key as HighLevel publishes it: base64 of its SPKI form, with or without PEM lines.

    :raises ConfigurationError: it is none.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    lines = "".join(line for line in text.split("\n") if "-----" not in line)
    try:
        key = load_der_public_key(base64.b64decode("".join(lines.split()), validate=True))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigurationError(
            "webhook_public_key must be an Ed25519 key in base64, like MCowBQYDK2VwAyEA..., as HighLevel's "
            "documentation shows it."
        )
    return key


def is_signed(body: bytes, signature: str, key: Ed25519PublicKey) -> bool:
    """Return whether whoever has the other half of a key has signed these very bytes."""
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(base64.b64decode(signature, validate=True), body)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


class Appointments:
    """What happens to the appointments of a connection.

    :param conn_id: the connection, which the asset is named after.
    """

    def __init__(self, conn_id: str) -> None:
        self.conn_id = conn_id
        self._known: OrderedDict[str, None] = OrderedDict()
        self._put_off = PutOff(conn_id)
        self._lock = threading.Lock()

    def take(self, body: bytes, location_id: str) -> None:
        """Make an event of a signed delivery, unless it was there before or is about other things.

        :param body: as it was signed.
        :param location_id: the location of the connection.
        :raises NotBelieved: it is old, or of another location.
        :raises ValueError: it is no event of HighLevel.
        """
        event = _read(body)
        identity = _identity(event, body)
        if event.get("locationId") not in (None, location_id):
            raise NotBelieved("it is of another location")
        # what was put off comes again ten minutes later, and may say when it was sent first
        if not (_is_fresh(event) or identity in self._known or body in self._put_off):
            raise NotBelieved("it is older than five minutes, or of the future")
        change = _CHANGES.get(str(event.get("type")))
        if change is None:
            log.info("A webhook of type %.60r is not about an appointment.", event.get("type"))
            return
        payload = _payload(self.conn_id, change, event)
        with self._lock:
            if identity in self._known:
                log.info("Webhook %s was delivered before.", identity)
                return
            _remember(self._known, identity)
        try:
            update_asset(appointments_uri(self.conn_id), payload)
        except Exception:
            with self._lock:
                self._known.pop(identity, None)
            self._put_off.add(body)
            raise
        self._put_off.remove(body)

    def put_off(self, body: bytes) -> None:
        """Remember a delivery that cannot be examined now, if it says that it was just sent.

        Whether it is HighLevel's is found out when it comes again: its signature is of these very bytes.
        """
        try:
            is_fresh = _is_fresh(_read(body))
        except (ValueError, RecursionError):
            return
        if is_fresh:
            self._put_off.add(body)


def _remember(latest: OrderedDict[str, None], identity: str) -> None:
    latest[identity] = None
    while len(latest) > _REMEMBERED:
        latest.popitem(last=False)


def _read(body: bytes) -> Mapping[str, Any]:
    event = json.loads(body)
    if not isinstance(event, Mapping) or not isinstance(event.get("type"), str):
        raise ValueError("Expected an event: a JSON object with type")
    return event


def _identity(event: Mapping[str, Any], body: bytes) -> str:
    """Return what an event is known by."""
    identity = event.get("webhookId")
    return str(identity)[:100] if identity else hashlib.sha256(body).hexdigest()


def _is_fresh(event: Mapping[str, Any]) -> bool:
    # documented with the signature, but not with every event
    sent_at = event.get("timestamp")
    return sent_at is None or abs(time.time() - _seconds(sent_at)) <= _WINDOW


def _seconds(value: Any) -> float:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("timestamp is not a moment with an offset")
    return moment.timestamp()


def _payload(conn_id: str, change: str, event: Mapping[str, Any]) -> dict[str, Any]:
    said = event.get("appointment")
    appointment = said if isinstance(said, Mapping) else {}
    if not isinstance(appointment.get("id"), str):
        raise ValueError("Expected an appointment with an id")
    # ids and a status: titles and notes can name people
    return {
        "highlevel_conn_id": conn_id,
        "count": 1,
        "change": change,
        "appointment_id": appointment["id"][:100],
        "calendar_id": str(appointment.get("calendarId") or "")[:100],
        "status": str(appointment.get("appointmentStatus") or "")[:40],
    }
