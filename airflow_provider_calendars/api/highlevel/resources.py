"""Resources that calendars share, equipment and rooms: list, get, create, update, delete."""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.base import HighLevelBase
from airflow_provider_calendars.api.highlevel.records import RESOURCE_TYPES, Resource, ResourceContent
from airflow_provider_calendars.api.highlevel.wire import items
from airflow_provider_calendars.api.paging import Page, numbered_pages
from airflow_provider_calendars.api.policy import Repeat

_PAGE = 100


class Resources(HighLevelBase):
    """Operations on resources, whose type is ``equipments`` or ``rooms``."""

    def list_resources(self, resource_type: str) -> Flow[list[Resource]]:
        """Return the resources of a type.  GET /calendars/resources/{resource_type}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/fetch-calendar-resources
        """
        where = _resources(resource_type)

        def fetch(number: int) -> Flow[Page[Resource]]:
            params = {"locationId": self.location_id, "limit": _PAGE, "skip": (number - 1) * _PAGE}
            request = self.request("GET", where, repeat=Repeat.ALWAYS, params=params)
            return self.call(request, _read_page)

        # one without an id is the same only if everything of it is
        return numbered_pages(fetch, key=lambda resource: resource.resource_id or repr(resource.fields))

    def get_resource(self, resource_type: str, resource_id: str) -> Flow[Resource]:
        """Return a resource.  GET /calendars/resources/{resource_type}/{resource_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-calendar-resource
        """
        where = _resource(resource_type, resource_id)
        return self.call(self.request("GET", where, repeat=Repeat.ALWAYS), Resource.from_answer)

    def create_resource(self, resource_type: str, content: ResourceContent) -> Flow[Resource]:
        """Create a resource.  POST /calendars/resources/{resource_type}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/create-calendar-resource
        """
        body = content.to_create(self.location_id)
        request = self.request("POST", _resources(resource_type), repeat=Repeat.IF_UNSENT, json=body)
        return self.call(request, Resource.from_answer)

    def update_resource(
        self, resource_type: str, resource_id: str, content: ResourceContent
    ) -> Flow[Resource]:
        """Change what is set of a resource.  PUT /calendars/resources/{resource_type}/{resource_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/update-calendar-resource
        """
        where, body = _resource(resource_type, resource_id), content.to_update(self.location_id)
        request = self.request("PUT", where, repeat=Repeat.ALWAYS, json=body)
        return self.call(request, Resource.from_answer)

    def delete_resource(self, resource_type: str, resource_id: str) -> Flow[Done]:
        """Delete a resource.  DELETE /calendars/resources/{resource_type}/{resource_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/delete-calendar-resource
        """
        return self._delete(_resource(resource_type, resource_id))


def _resources(resource_type: str) -> str:
    checks.choice("resource_type", resource_type, RESOURCE_TYPES)
    return path("/calendars/resources/{resource_type}", resource_type=resource_type)


def _resource(resource_type: str, resource_id: str) -> str:
    return _resources(resource_type) + path("/{resource_id}", resource_id=resource_id)


def _read_page(answer: Any) -> Page[Resource]:
    resources = [Resource.from_answer(item) for item in items(answer)]
    return Page(resources, is_last=len(resources) < _PAGE)
