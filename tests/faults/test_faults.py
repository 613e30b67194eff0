"""Whatever fails, wherever it fails: one campaign, each contact in it once, each invitation sent once."""

from __future__ import annotations

import pytest

from tests.faults.flows import FLOWS
from tests.faults.harness import prove

# a fixed part, so that it is the same on every machine; make faults runs all of it
EVERY = 19


@pytest.mark.slow
@pytest.mark.parametrize("name", FLOWS)
def test_a_fault_anywhere_changes_nothing_in_the_end(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The vendor's state is that of a run without faults, or the run stopped and nobody was mailed twice."""
    for system in ("LETS_CALENDAR", "LEMCAL", "HIGHLEVEL"):
        monkeypatch.setenv(f"AIRFLOW_CONN_{system}_DEFAULT", "")
    count, deviations = prove((name,), lambda number: number % EVERY == 0, lambda _: None)
    with capsys.disabled():
        print(f" {name}: {count} cases, {len(deviations)} deviations", end=" ")
    assert deviations == []
