"""Links from a task in Airflow's UI to what it worked on at the vendor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk.types import TaskInstanceKey


class LetsCalendarCampaignLink(BaseOperatorLink):
    """Opens the campaign in the Let's Calendar panel."""

    name = "Let's Calendar campaign"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002
        """Return the campaign's page, or nothing before the task knows its campaign."""
        return str(getattr(operator, "campaign_url", "") or "")

    def publish(self, context: Any, url: str) -> None:
        """Show the link while the task still runs; Airflow itself makes it only at the end."""
        instance = context.get("ti")
        if instance is not None:
            instance.xcom_push(key=self.xcom_key, value=url)
