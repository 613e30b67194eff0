"""Who must not be invited whatever the export says: lists of addresses, hashes and domains."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

SUPPRESSION_LIST = "suppression_list"
DOMAIN_BLOCKED = "domain_blocked"
DOMAIN_NOT_ALLOWED = "domain_not_allowed"
ALREADY_ATTENDEE = "already_attendee"
ATTENDEE_CANCELLED = "attendee_cancelled"
ATTENDEE_UNSUBSCRIBED = "attendee_unsubscribed"
DO_NOT_DISTURB = "do_not_disturb"


@dataclass(frozen=True)
class Suppression:
    """Addresses and domains that are left out. All of it is normalised already: lower case, ASCII domains.

    :param addresses: address to reason code: :data:`SUPPRESSION_LIST`, :data:`ATTENDEE_CANCELLED`,
        :data:`ATTENDEE_UNSUBSCRIBED` or :data:`DO_NOT_DISTURB`.
    :param hashes: SHA-256 of normalised addresses, as bytes.
    :param domains: listed domains; their subdomains are meant, too.
    :param blocked_domains: domains nobody may be invited at, with their subdomains.
    :param allowed_domains: the only domains people may be invited at, if there are any: ``example.com``
        is itself alone, ``*.example.com`` its subdomains.
    :param attendees: addresses that have their place already.
    """

    addresses: Mapping[str, str] = field(default_factory=dict)
    hashes: frozenset[bytes] = frozenset()
    domains: frozenset[str] = frozenset()
    blocked_domains: frozenset[str] = frozenset()
    allowed_domains: frozenset[str] = frozenset()
    attendees: frozenset[str] = frozenset()

    def reason_for(self, addresses: Iterable[str]) -> str | None:
        """Return why somebody who has these addresses is left out, or None."""
        return next((reason for each in addresses if (reason := self._reason_for_one(each))), None)

    def _reason_for_one(self, address: str) -> str | None:
        if reason := self.addresses.get(address):
            return reason
        if self.hashes and hashed(address) in self.hashes:
            return SUPPRESSION_LIST
        return self.reason_for_domain(address.rpartition("@")[2])

    def reason_for_domain(self, domain: str) -> str | None:
        """Return why everybody at a domain is left out, or None."""
        if _covers(self.domains, domain):
            return SUPPRESSION_LIST
        return DOMAIN_BLOCKED if _covers(self.blocked_domains, domain) else None

    def allows(self, domain: str) -> bool:
        """Tell whether anybody at a domain may be invited."""
        allowed = self.allowed_domains
        return not allowed or domain in allowed or any(f"*.{above}" in allowed for above in _above(domain))


NOBODY = Suppression()


def hashed(address: str) -> bytes:
    """Return the SHA-256 of a normalised address."""
    return hashlib.sha256(address.encode()).digest()


def _covers(domains: frozenset[str], domain: str) -> bool:
    return bool(domains) and (domain in domains or not domains.isdisjoint(_above(domain)))


def _above(domain: str) -> list[str]:
    """Return the domains above one: ``a.b.com`` gives ``b.com`` and ``com``."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(1, len(labels))]
