"""What the vendor accepts in a request, and how it says that it does not.

The documented texts are from https://panel.letscalendar.com/docs. The vendor runs on Laravel; what
is not documented is worded as Laravel words it. Never match on these texts: the vendor itself
writes "campaign_id field" in one place and "campaign id field" in another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from airflow_provider_calendars.sandbox.exchange import Answer, Refusal
from airflow_provider_calendars.sandbox.lets_calendar.records import moment
from airflow_provider_calendars.sandbox.zones import timezones

Body = Mapping[str, Any]
Errors = dict[str, list[str]]

BAD_EMAIL = "The email address format is invalid"
EVENT_TYPES = ("online", "offline", "physical")
_CAMPAIGN_FIELDS = (
    "title",
    "subject",
    "event_type",
    "sender_email_id",
    "start_date",
    "start_time",
    "end_date",
    "end_time",
    "timezone",
    "description",
    "email_content",
)
_CONTACT_FIELDS = ("firstname", "lastname", "email", "loginurl", "username", "password")
_LONGEST = 150
_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\"\\]{1,64}@(?:[\w](?:[\w-]*[\w])?\.)+[^\W\d_][\w-]+")
_BOOLEANS: tuple[Any, ...] = (True, False, 0, 1, "0", "1")
# as PHP reads a date in the form Y-m-d and a time in the form H:i: with leading zeros
_FORMS = {
    "Y-m-d": (re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"), "%Y-%m-%d"),
    "H:i": (re.compile("[0-9]{2}:[0-9]{2}"), "%H:%M"),
}


def refuse(errors: Errors) -> None:
    """End the operation if there are errors: 400, each field with its messages under ``error``.

    :param errors: messages by field.
    """
    if errors:
        raise Refusal(Answer(400, {"error": errors}))


def required(body: Body, *fields: str) -> Errors:
    """Find the fields that are missing or blank.

    :param body: the request.
    :param fields: their names.
    """
    return {name: [f"The {_spoken(name)} field is required."] for name in fields if is_blank(body.get(name))}


def is_blank(value: Any) -> bool:
    """Tell whether Laravel takes a value for missing.

    :param value: the value of a field.
    """
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def is_boolean(value: Any) -> bool:
    """Tell whether Laravel takes a value for a boolean: the words "true" and "false" are none.

    :param value: the value of a field.
    """
    return isinstance(value, bool | int | str) and value in _BOOLEANS


def is_true(value: Any) -> bool:
    """Read a boolean that :func:`is_boolean` accepts.

    :param value: the value of a field.
    """
    return value in (True, 1, "1")


def campaign_errors(body: Body, sender_ids: Iterable[int]) -> Errors:
    """Find what is wrong with a campaign.

    :param body: the request.
    :param sender_ids: the senders there are.
    """
    errors = required(body, *_CAMPAIGN_FIELDS)
    checks: dict[str, tuple[Callable[[Any], bool], str]] = {
        "event_type": (lambda value: value in EVENT_TYPES, "The selected event type is invalid."),
        "sender_email_id": (
            lambda value: str(value) in {str(one) for one in sender_ids},
            "The selected sender email id is invalid.",
        ),
        "timezone": (_is_zone, "The timezone field must be a valid timezone."),
        **{name: _form_check(name, "Y-m-d") for name in ("start_date", "end_date")},
        **{name: _form_check(name, "H:i") for name in ("start_time", "end_time")},
        **{
            name: (_is_text, _text_message(name))
            for name in ("title", "subject", "description", "email_content")
        },
    }
    for name, (accepts, message) in checks.items():
        if name not in errors and not accepts(body[name]):
            errors[name] = [message]
    return errors or _order_errors(body)


def _order_errors(body: Body) -> Errors:
    begin, end = (
        moment(body[f"{edge}_date"], body[f"{edge}_time"], body["timezone"]) for edge in ("start", "end")
    )
    return (
        {} if end > begin else {"end_date": ["The end date and time must be after the start date and time."]}
    )


def schedule_errors(body: Body) -> Errors:
    """Find what is wrong with a schedule, apart from its being in the past.

    :param body: the request.
    """
    errors = required(body, "schedule_date", "schedule_time", "timezone")
    checks: dict[str, tuple[Callable[[Any], bool], str]] = {
        "schedule_date": _form_check("schedule_date", "Y-m-d"),
        "schedule_time": _form_check("schedule_time", "H:i"),
        "timezone": (_is_zone, "The timezone field must be a valid timezone."),
    }
    for name, (accepts, message) in checks.items():
        if name not in errors and not accepts(body[name]):
            errors[name] = [message]
    return errors


def contact_errors(row: Body) -> Errors:
    """Find what is wrong with one contact.

    :param row: its fields.
    """
    errors = required(row, "firstname", "email")
    for name in _CONTACT_FIELDS:
        value = row.get(name)
        if not is_blank(value) and not _is_text(value):
            errors[name] = [_text_message(name)]
        elif isinstance(value, str) and len(value) > _LONGEST and name in ("firstname", "lastname", "email"):
            errors[name] = [f"The {name} field must not be greater than {_LONGEST} characters."]
    if "email" not in errors and not is_email(row["email"]):
        errors["email"] = [BAD_EMAIL]
    return errors


def is_email(value: Any) -> bool:
    """Tell whether a value looks like an address; how strict the vendor is, is not documented.

    :param value: the value of a field.
    """
    if not isinstance(value, str) or not _EMAIL.fullmatch(value.strip()):
        return False
    local = value.strip().partition("@")[0]
    return ".." not in local and not local.startswith(".") and not local.endswith(".")


def is_form(value: Any, form: str) -> bool:
    """Tell whether a value is a date or a time in one of PHP's forms.

    :param value: the value of a field.
    :param form: ``Y-m-d`` or ``H:i``.
    """
    pattern, python_form = _FORMS[form]
    if not isinstance(value, str) or not pattern.fullmatch(value):
        return False
    try:
        datetime.strptime(value, python_form)  # noqa: DTZ007 - only asks whether there is such a day
    except ValueError:
        return False
    return True


def _is_zone(value: Any) -> bool:
    return isinstance(value, str) and value in timezones()


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _text_message(name: str) -> str:
    return f"The {_spoken(name)} field must be a string."


def _form_check(name: str, form: str) -> tuple[Callable[[Any], bool], str]:
    message = f"The {_spoken(name)} field must match the format {form}."
    return lambda value: is_form(value, form), message


def _spoken(name: str) -> str:
    return name if name == "campaign_id" else name.replace("_", " ")
