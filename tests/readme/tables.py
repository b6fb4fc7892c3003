"""The README's tables, made from what they describe. ``python tests/readme/tables.py`` puts them in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.demo import environments
from canvas_kms_tui.tui import keys

README = Path(__file__).parents[2] / "README.md"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def causes() -> str:
    rows = ((f"`{cause.id}`", cause.group.value, cause.title, str(cause.auto or "–")) for cause in catalogue())
    return table(("cause", "group", "all is well when", "fix"), rows)


def demos() -> str:
    rows = (
        (f"`{summary.name}`" + (" (default)" if summary.name == environments.DEFAULT else ""), summary.title)
        for summary in environments.names()
    )
    return table(("name", "what is wrong there"), rows)


def key_table() -> str:
    return table(("key", "what it does"), ((f"`{key.shown}`", key.help) for key in keys.MAIN))


TABLES = {"keys": key_table, "causes": causes, "demos": demos}


def filled(text: str) -> str:
    """The README with every table as it should be."""
    for name, make in TABLES.items():
        between = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        found = between.search(text)
        if not found:
            raise ValueError(f"no place for the table of {name}")
        text = f"{text[: found.start()]}{found[1]}\n{make()}\n\n{found[2]}{text[found.end() :]}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text("utf-8")), "utf-8")
