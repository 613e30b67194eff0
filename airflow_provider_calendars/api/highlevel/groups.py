"""Groups of calendars: list, create, rename, turn on and off, delete."""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.base import HighLevelBase
from airflow_provider_calendars.api.highlevel.records import Group, GroupContent
from airflow_provider_calendars.api.highlevel.wire import inside, listed
from airflow_provider_calendars.api.policy import Repeat


class Groups(HighLevelBase):
    """Operations on groups of calendars."""

    def list_groups(self) -> Flow[list[Group]]:
        """Return the groups of the location.  GET /calendars/groups

        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-groups
        """
        params = {"locationId": self.location_id}
        request = self.request("GET", "/calendars/groups", repeat=Repeat.ALWAYS, params=params)
        return self.call(request, lambda answer: listed(answer, "groups", Group.from_answer))

    def create_group(self, content: GroupContent, *, is_active: bool | None = None) -> Flow[Group]:
        """Create a group.  POST /calendars/groups

        https://marketplace.gohighlevel.com/docs/ghl/calendars/create-calendar-group
        """
        body: dict[str, Any] = {"locationId": self.location_id, **content.to_wire()}
        if is_active is not None:
            body["isActive"] = is_active
        request = self.request("POST", "/calendars/groups", repeat=Repeat.IF_UNSENT, json=body)
        return self.call(request, _read_group)

    def is_group_slug_available(self, slug: str) -> Flow[bool]:
        """Return whether no group has a slug yet.  POST /calendars/groups/validate-slug

        https://marketplace.gohighlevel.com/docs/ghl/calendars/validate-groups-slug
        """
        body = {"locationId": self.location_id, "slug": checks.text("slug", slug)}
        request = self.request(
            "POST", "/calendars/groups/validate-slug", repeat=Repeat.ALWAYS, json=body, reads=True
        )
        return self.call(request, lambda answer: bool(answer["available"]))

    def update_group(self, group_id: str, content: GroupContent) -> Flow[Group]:
        """Replace what a group is called.  PUT /calendars/groups/{group_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/edit-group
        """
        where = path("/calendars/groups/{group_id}", group_id=group_id)
        request = self.request("PUT", where, repeat=Repeat.ALWAYS, json=content.to_wire())
        return self.call(request, _read_group)

    def set_group_active(self, group_id: str, *, active: bool) -> Flow[Done]:
        """Turn a group on or off.  PUT /calendars/groups/{group_id}/status

        https://marketplace.gohighlevel.com/docs/ghl/calendars/disable-group
        """
        where = path("/calendars/groups/{group_id}/status", group_id=group_id)
        request = self.request("PUT", where, repeat=Repeat.ALWAYS, json={"isActive": active})
        return self.call(request, Done.from_answer)

    def delete_group(self, group_id: str) -> Flow[Done]:
        """Delete a group; what becomes of its calendars is not documented.

        DELETE /calendars/groups/{group_id};
        https://marketplace.gohighlevel.com/docs/ghl/calendars/delete-group
        """
        return self._delete(path("/calendars/groups/{group_id}", group_id=group_id))


def _read_group(answer: Any) -> Group:
    return Group.from_answer(inside(answer, "group"))
