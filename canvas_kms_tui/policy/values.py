"""Owns reading single values: numbers, dates, Booleans, IP networks, base64. None = not such a value."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_DATE: Final = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,12})?)?\s*([Zz]|[+-]\d\d:?\d\d)?)?)?)?\Z",
    re.ASCII,
)
#: Above this an epoch value is in milliseconds: as seconds it would lie after the year 5000.
_MILLISECONDS: Final = Decimal(10) ** 11


def text_of(value: Any) -> str | None:
    """A JSON scalar as policies compare it (``true``, ``1.2``), or None for an object, a list or null."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return None


def number_text(value: int | float) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    try:
        return str(value)
    except ValueError:  # Python refuses to print integers of more than 4,300 digits
        return "a number too long to compare"


def shown(value: Any) -> str:
    """A JSON value in a message: short, whatever it holds."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else f"{value[:57]}...")
    text = text_of(value)
    if text is not None:
        return text[:60]
    return "null" if value is None else "an object" if isinstance(value, Mapping) else "a list"


def as_list(value: Any) -> list[Any]:
    """Policies take one value where a list is meant."""
    return list(value) if isinstance(value, list | tuple) else [value]


def number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.match(text) else None


def moment(text: str) -> Decimal | None:
    """Seconds since 1970 of an ISO 8601 date (W3C profile: year, date, or date and time) or an epoch value.

    Epoch values are seconds, with a fraction at will; thirteen digits are read as milliseconds.
    """
    if found := _DATE.match(text):
        return _iso(found)
    epoch = number(text)
    if epoch is None:
        return None
    return epoch / 1000 if abs(epoch) > _MILLISECONDS else epoch


def _iso(found: re.Match[str]) -> Decimal | None:
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    if month is None and int(year) < 1000:
        return Decimal(year)
    try:
        base = datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=_zone(zone),
        )
    except ValueError:
        return None
    return Decimal(int(base.timestamp())) + Decimal(fraction or 0)


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.strip().lower())


def network(text: str) -> Network | None:
    """An address or CIDR range, IPv4 or IPv6."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def binary(text: str) -> bytes:
    """The bytes of base64 text; text that is none stands for itself."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "surrogatepass")
