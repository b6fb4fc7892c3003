"""Which formats there are; each is imported only when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from canvas_kms_tui import hidden
from canvas_kms_tui.report.model import Report

#: format → (module, function)
_MAKERS: Mapping[str, tuple[str, str]] = {
    "text": ("text", "as_text"),
    "json": ("dump", "as_json"),
    "jsonl": ("dump", "as_jsonl"),
    "markdown": ("markdown", "as_markdown"),
    "html": ("html", "as_html"),
    "junit": ("junit", "as_junit"),
    "ocsf": ("ocsf", "as_ocsf"),
}

FORMATS = tuple(_MAKERS)


def render(name: str, report: Report) -> str:
    """The report in one format, safe to print on a terminal; it ends with a newline unless it is empty."""
    module, function = _MAKERS[name]
    make: Callable[[Report], str] = getattr(import_module(f"canvas_kms_tui.report.{module}"), function)
    return hidden.text(make(report))
