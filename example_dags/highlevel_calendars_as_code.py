"""The calendars of a HighLevel location, kept as code.

What they shall be is in a YAML file. Every run plans first: the log and the result of ``plan`` say, for
each calendar, what is different and how. With the parameter ``apply`` the run then writes just that.
Running it again changes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.sdk import Param, dag, task

from airflow_provider_calendars.operators.highlevel import HighLevelEnsureCalendarOperator
from airflow_provider_calendars.retry_policy import retry_arguments

CALENDARS = Path(__file__).parent / "data" / "highlevel_calendars.yaml"


@dag(
    schedule=None,
    tags=["calendars", "highlevel", "example"],
    default_args=retry_arguments(),
    params={
        "calendars": Param(str(CALENDARS), type="string", description="The YAML file."),
        "apply": Param(True, type="boolean", description="Write what differs, or only plan."),
    },
    doc_md=__doc__,
)
def highlevel_calendars_as_code() -> None:
    """Plan, then write what differs."""
    calendars = read_calendars("{{ params.calendars }}")

    plan = HighLevelEnsureCalendarOperator.partial(
        task_id="plan",
        plan_only=True,
        map_index_template="{{ task.calendar['name'] }}",
    ).expand(calendar=calendars)

    ensure = HighLevelEnsureCalendarOperator.partial(
        task_id="ensure",
        map_index_template="{{ task.calendar['name'] }}",
    ).expand(calendar=calendars)

    plan >> is_to_apply("{{ params.apply }}") >> ensure


@task
def read_calendars(path: str) -> list[dict[str, Any]]:
    """Read the file, and name the users in each team by their ids."""
    import yaml

    from airflow_provider_calendars.hooks.highlevel import HighLevelHook

    calendars: list[dict[str, Any]] = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    ids = {user.email: user.user_id for user in HighLevelHook().list_users()}
    for calendar in calendars:
        if team := calendar.pop("team", None):
            calendar["team_members"] = [{"user_id": ids[email]} for email in team]
    return calendars


@task.short_circuit
def is_to_apply(apply: str) -> bool:
    """Go on only if the plan is to be carried out."""
    return apply == "True"


example = highlevel_calendars_as_code()

if __name__ == "__main__":
    example.test()
