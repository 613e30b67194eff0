"""Who is about to be invited, as numbers: how many, at which domains, and a sample without names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from airflow_provider_calendars.contacts import fingerprint

_SAMPLE = 5


@dataclass(frozen=True)
class Audience:
    """The people of an upload file.

    :param addresses: in lower case, each once.
    """

    addresses: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, addresses: Iterable[str]) -> Audience:
        """Return the audience of some addresses."""
        return cls(frozenset(each.strip().lower() for each in addresses if each.strip()))

    def __len__(self) -> int:
        return len(self.addresses)

    @property
    def fingerprint(self) -> str:
        """The same people give the same text, in whatever order."""
        return fingerprint(self.addresses)

    def domains(self) -> Counter[str]:
        """Return how many people there are at each domain."""
        return Counter(each.rpartition("@")[2] for each in self.addresses)

    def sample(self) -> Sequence[str]:
        """Return a few addresses of which only the domain can be read."""
        ordered = sorted(self.addresses)
        step = max(1, len(ordered) // _SAMPLE)
        return [masked(each) for each in ordered[::step][:_SAMPLE]]


def masked(address: str) -> str:
    """Return an address that shows one letter of the person and the domain."""
    person, _, domain = address.rpartition("@")
    return f"{person[:1]}***@{domain}"
