"""The types of flag values: each says what is wrong with a value, and what to write instead."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from canvas_kms_tui.target import BadTarget, Dataset


def nearest(word: str, known: Iterable[str]) -> str:
    """`` (did you mean X?)``, or an empty text when nothing is near."""
    bare = {name.lstrip("-"): name for name in known}
    close = difflib.get_close_matches(word.lstrip("-"), bare, n=1, cutoff=0.6)
    return f" (did you mean {bare[close[0]]}?)" if close else ""


def text(value: str) -> str:
    if not value.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return value


def dataset(value: str) -> Dataset:
    try:
        return Dataset.parse(value)
    except BadTarget as bad:
        raise argparse.ArgumentTypeError(str(bad)) from None


def _matching(pattern: str, example: str) -> Callable[[str], str]:
    expression = re.compile(pattern)

    def check(value: str) -> str:
        if not expression.fullmatch(value):
            raise argparse.ArgumentTypeError(f"{value!r} is not of the form {example}")
        return value

    return check


#: SageMaker API model, DomainId.
domain_id = _matching(r"d-(-*[a-z0-9]){1,61}", "d-abc123example")
region = _matching(r"[a-z]{2,}(-[a-z]+)+-\d+", "us-east-1")
account = _matching(r"\d{12}", "111122223333 (twelve digits)")
role_arn = _matching(r"arn:aws[a-z-]*:iam::\d{12}:role/\S+", "arn:aws:iam::111122223333:role/NAME")


def port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65536:
        raise argparse.ArgumentTypeError(f"{value!r} is no port; write a number from 1 to 65535")
    return int(value)


role_name = _matching(r"[\w+=,.@/-]{1,512}", "CanvasReader")
scheduler = _matching(r"(tcp|tls|ws|wss|ucx|inproc)://\S+", "tcp://host:8786")
url = _matching(r"https?://[^\s/]+\S*", "https://host:port")


def words(value: str) -> tuple[str, ...]:
    """A comma-separated list, each word once."""
    found = tuple(dict.fromkeys(word.strip() for word in value.split(",") if word.strip()))
    if not found:
        raise argparse.ArgumentTypeError("must name at least one")
    return found


def regions(value: str) -> tuple[str, ...]:
    """``eu-west-1,us-east-1``, each once."""
    return tuple(region(word) for word in words(value))


def at_least_one(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 512):
        raise argparse.ArgumentTypeError(f"{value!r} is no number from 1 to 512")
    return int(value)


def since(value: str) -> timedelta:
    """``30m``, ``24h``, ``7d``."""
    found = re.fullmatch(r"(\d{1,6})([mhd])", value)
    unit = {"m": "minutes", "h": "hours", "d": "days"}
    window = timedelta(**{unit[found[2]]: int(found[1])}) if found else timedelta()
    if not timedelta() < window <= timedelta(days=90):
        raise argparse.ArgumentTypeError(f"{value!r} is no window; write 30m, 24h or 7d, at most 90d")
    return window


def one_of(known: Sequence[str]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in known:
            raise argparse.ArgumentTypeError(
                f"{value!r} is not known{nearest(value, known)}; one of {', '.join(known)}"
            )
        return value

    return check


def some_of(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    one = one_of(known)

    def check(value: str) -> tuple[str, ...]:
        return tuple(one(word) for word in words(value))

    return check


def policies(value: str) -> tuple[str, ...]:
    """``read-only``, ``fix``, ``setup`` and ``fix:CAUSE``; whether there is such a cause is seen later."""
    found = words(value)
    for word in found:
        if word not in ("read-only", "fix", "setup") and not (word.startswith("fix:") and word != "fix:"):
            raise argparse.ArgumentTypeError(f"{word!r} is not known; one of read-only, fix, fix:CAUSE, setup")
    return found


def number(value: str) -> int:
    """A whole number from 1."""
    if not re.fullmatch(r"[1-9]\d{0,2}", value):
        raise argparse.ArgumentTypeError(f"{value!r} is no number; write 1, 2, 3")
    return int(value)
