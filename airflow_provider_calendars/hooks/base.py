"""What the hooks of the three systems share."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar
from urllib.parse import urlsplit

from airflow.sdk import BaseHook

from airflow_provider_calendars import __version__
from airflow_provider_calendars.memory import MaskingStore, VariableStore
from airflow_provider_calendars.provider_info import SYSTEMS

if TYPE_CHECKING:
    from airflow_provider_calendars.api.base import Api
    from airflow_provider_calendars.api.drivers import Driver, Store
    from airflow_provider_calendars.api.flow import Flow
    from airflow_provider_calendars.api.policy import Repeat
    from airflow_provider_calendars.hooks.settings import Settings

A = TypeVar("A", bound="Api")
T = TypeVar("T")

_CONNECT_TIMEOUT = 10.0
# for the test button, which a person waits for
_TEST_TIMEOUT = 10.0


class CalendarsHook(BaseHook, Generic[A]):
    """Speaks with a calendar vendor under the credentials of a connection.

    The connection is read at the first call, never in ``__init__``.

    :param conn_id: the Airflow connection.
    """

    vendor_url: ClassVar[str]
    credentials: ClassVar[Mapping[str, str]]
    conn_type: ClassVar[str]
    may_allow_http: ClassVar[bool] = True
    modes: ClassVar[Sequence[str]] = ("live", "dry_run")
    # fields of the extra that make login or password needless
    stand_ins: ClassVar[Mapping[str, str]] = {}

    def __init__(self, conn_id: str) -> None:
        super().__init__()
        self.conn_id = conn_id

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Airflow 3.1 looks for the methods that make the form in the class's own dictionary only
        form = {
            "get_ui_field_behaviour": _ui_field_behaviour,
            "get_connection_form_widgets": _connection_form_widgets,
        }
        for name, method in form.items():
            setattr(cls, name, classmethod(method))

    def test_connection(self) -> tuple[bool, str]:
        """Try the credentials, and return whether that worked and, if not, what is wrong and what to do."""
        from airflow_provider_calendars.exceptions import CalendarsError, TransportError

        try:
            return self.hurried(_TEST_TIMEOUT).try_out()
        except TransportError as silence:
            host = urlsplit(self.settings.base_url).netloc
            return False, (
                f"{silence} Check the host and port of the connection ({host}), and whether the machine of "
                "the API server may reach it (network, proxy, firewall)."
            )
        except CalendarsError as wrong:
            return False, str(wrong)

    def try_out(self) -> tuple[bool, str]:
        """Make a call that changes nothing; return whether the connection is good for use, and for whom."""
        raise NotImplementedError

    def make_api(self, settings: Settings) -> A:
        """Return the API for a connection's settings."""
        raise NotImplementedError

    @cached_property
    def settings(self) -> Settings:
        """What the connection says.

        :raises ConfigurationError: it says something wrong, or too little.
        """
        return self._read(self.get_connection(self.conn_id))

    @cached_property
    def api(self) -> A:
        """The API as flows; for what this hook has no method for, see :meth:`request`."""
        api = self.make_api(self.settings)
        if self.is_dry_run:
            from airflow_provider_calendars.api.rehearsal import Rehearsal

            api.rehearsal = Rehearsal()
        return api

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing that this hook does reaches the vendor; what it reads is real."""
        return self.settings.mode == "dry_run"

    @property
    def rehearsed(self) -> list[str]:
        """The calls that would have changed something, and were not made."""
        api = self.__dict__.get("api")
        return [] if api is None or api.rehearsal is None else list(api.rehearsal.operations)

    @cached_property
    def driver(self) -> Driver:
        """What runs flows, with the connection's time-outs and memory."""
        from airflow_provider_calendars.api.drivers import Driver, Timeouts

        connect = min(_CONNECT_TIMEOUT, self.settings.timeout)
        return Driver(self._store(), Timeouts(connect, self.settings.timeout), user_agent())

    def get_conn(self) -> A:
        """Return the API as flows."""
        return self.api

    def run(self, ask: Callable[[A], Flow[T]]) -> T:
        """Have a call made and return its record.

        :param ask: chooses the call, e.g. ``lambda api: api.list_campaigns()``.
        """
        return self.driver.run(ask(self.api))

    async def run_async(self, ask: Callable[[A], Flow[T]]) -> T:
        """Have a call made from the triggerer and return its record.

        :param ask: chooses the call, e.g. ``lambda api: api.list_campaigns()``.
        """
        if "settings" not in self.__dict__:
            self.__dict__["settings"] = self._read(await self.aget_connection(self.conn_id))
        return await self.driver.run_async(ask(self.api))

    def request(
        self,
        method: str,
        path: str,
        *,
        repeat: Repeat | str,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Call an operation this package has no method for, and return its decoded answer.

        Authentication, retries, limits and errors are the same as for every other call.

        :param method: ``GET``, ``POST``, ``PUT``, ``PATCH`` or ``DELETE``.
        :param path: below the API's base URL, beginning with ``/``, ids quoted.
        :param repeat: what may happen when nobody knows whether the call took effect: ``always``
            (reads, absolute states), ``if_unsent`` (only if the server saw nothing of it) or
            ``never`` (people get mail).
        :param params: the query.
        :param json: a JSON body.
        :param form: form fields.
        :param headers: further headers, never credentials.
        :raises ApiError: the vendor refused.
        :raises OutcomeUnknown: the call must not be repeated and its outcome is not known.
        """
        allowed = _check_call(method, path, repeat)
        if self.settings.mode == "redirect" and method != "GET":
            from airflow_provider_calendars.exceptions import ConfigurationError

            raise ConfigurationError(
                f"{method} {path} cannot be redirected, so mode redirect does not make it. Use a method of "
                "the hook, or the mode live."
            )

        def ask(api: A) -> Flow[Any]:
            request = api.request(
                method, path, repeat=allowed, params=params, json=json, form=form, headers=headers
            )
            return api.call(request, lambda answer: answer)

        return self.run(ask)

    def hurried(self, timeout: float = 2.0) -> Self:
        """Return this hook with no patience: one attempt, no pacing. For ``on_kill`` and the test button.

        It shares what this hook has already read and logged in with, so it asks Airflow for nothing.

        :param timeout: seconds to wait for an answer.
        """
        from airflow_provider_calendars.api.drivers import Timeouts
        from airflow_provider_calendars.api.pacing import NoBudget
        from airflow_provider_calendars.api.policy import Retries

        other = copy.copy(self)
        other.__dict__["api"] = copy.copy(self.api)
        other.api.retries = Retries(attempts=1)
        other.api.budget = NoBudget()
        other.__dict__["driver"] = replace(self.driver, timeouts=Timeouts(timeout, timeout))
        return other

    def _read(self, connection: Any) -> Settings:
        from airflow_provider_calendars.hooks.settings import read_settings

        return read_settings(
            connection,
            self.vendor_url,
            self.credentials,
            may_allow_http=self.may_allow_http,
            stand_ins=self.stand_ins,
            modes=self.modes,
        )

    def _store(self) -> Store:
        if self.settings.share_login:
            return VariableStore(f"calendars.{self.conn_type}.{self.conn_id}")
        return MaskingStore()


def _ui_field_behaviour(cls: type[CalendarsHook[Any]]) -> dict[str, Any]:
    """Return how Airflow 3.1 shows the standard fields of the form."""
    behaviour = SYSTEMS[cls.conn_type]["ui-field-behaviour"]
    return {name.replace("-", "_"): said for name, said in behaviour.items()}


def _connection_form_widgets(cls: type[CalendarsHook[Any]]) -> dict[str, Any]:
    """Return the further fields of the form for Airflow 3.1."""
    return {name: _form_field(said) for name, said in SYSTEMS[cls.conn_type]["conn-fields"].items()}


def _check_call(method: str, path: str, repeat: Repeat | str) -> Repeat:
    from airflow_provider_calendars.api import checks
    from airflow_provider_calendars.api.policy import Repeat
    from airflow_provider_calendars.exceptions import ConfigurationError

    checks.choice("method", method, ("GET", "POST", "PUT", "PATCH", "DELETE"))
    if not checks.text("path", path).startswith("/") or "://" in path:
        raise ConfigurationError(f"path must begin with / and name no host, not {path!r:.80}.")
    allowed = repeat.value if isinstance(repeat, Repeat) else repeat
    return Repeat(checks.choice("repeat", allowed, [each.value for each in Repeat]))


def user_agent() -> str:
    """Return what vendors are told about the client."""
    python = ".".join(str(part) for part in sys.version_info[:2])
    return f"airflow-provider-calendars/{__version__} python/{python}"


def _form_field(field: Mapping[str, Any]) -> Any:
    from flask_appbuilder.fieldwidgets import BS3PasswordFieldWidget, BS3TextFieldWidget
    from wtforms import BooleanField, IntegerField, PasswordField, StringField
    from wtforms.validators import Optional

    schema = field["schema"]
    kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
    arguments = {"description": field.get("description", ""), "validators": [Optional()]}
    if kind == "boolean":
        return BooleanField(field["label"], **arguments)
    if kind == "integer":
        return IntegerField(field["label"], widget=BS3TextFieldWidget(), **arguments)
    if schema.get("format") == "password":
        return PasswordField(field["label"], widget=BS3PasswordFieldWidget(), **arguments)
    return StringField(field["label"], widget=BS3TextFieldWidget(), **arguments)
