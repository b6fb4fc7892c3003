"""The entries of the journal as data, and how they are read back from their files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.record import from_json


class Result(StrEnum):
    """What became of one change."""

    DONE = "done"  #: written, and read back
    ALREADY = "already so"  #: stood like that before; nothing was sent
    NOT_WRITTEN = "not written"  #: AWS refused, and what stands is what stood
    NOT_VERIFIED = "not verified"  #: sent, but never seen when read back
    UNKNOWN = "unknown"  #: sent, and it could not be read back
    NOT_BEGUN = "not begun"  #: an earlier change of the entry stopped the rest


@dataclass(frozen=True, slots=True)
class Header:
    """Who changes what, where: the part of an entry that stands before anything is written."""

    caller: str
    account: str
    partition: str
    region: str
    source: str  #: ``live`` or ``demo``
    title: str
    fix: str = ""
    target: str = ""
    undo_of: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One change of an entry. ``standing`` is what was read just before, ``found`` what was read back after."""

    change: Change
    begun: bool = False
    result: Result | None = None
    standing: Any = None
    found: Any = None
    text: str = ""
    request_id: str = ""
    waited: float = 0.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One application of a fix, or one undo, as the journal tells it."""

    id: str
    time: str
    header: Header
    records: tuple[ChangeRecord, ...]
    closed: bool = False
    damaged: str = ""
    undone_by: str | None = None

    @property
    def unreadable(self) -> bool:
        """Nothing of it can be told or taken back; ``damaged`` says why."""
        return bool(self.damaged) and not self.records

    @property
    def made(self) -> tuple[ChangeRecord, ...]:
        """The changes that were written, in order."""
        return tuple(record for record in self.records if record.result is Result.DONE)

    @property
    def result(self) -> str:
        """One or two words for a list."""
        if self.unreadable:
            return "damaged"
        if self.undone_by:
            return "undone"
        if not self.closed:
            return "open"
        results = [record.result for record in self.records if record.result]
        bad = [result for result in results if result not in (Result.DONE, Result.ALREADY)]
        return bad[0].value if bad else "done"


def read_entry(path: Path) -> Entry:
    """An entry from its lines; a line that a crash cut off is left out, and said."""
    if path.is_symlink():
        return _unreadable(path, "it is a link, which this program never makes")
    try:
        lines, damaged = _lines(path)
    except OSError as error:
        return _unreadable(path, str(error.strerror))
    if not lines or not _is_head(lines[0]):
        return _unreadable(path, "its first line is not readable")
    header = Header(**{name: lines[0].get(name) for name in Header.__dataclass_fields__})  # type: ignore[arg-type]
    when = str(lines[0].get("time"))
    try:
        records = [ChangeRecord(from_json(change)) for change in lines[0]["changes"]]
        closed = _tell(records, lines[1:])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as wrong:
        return Entry(path.stem, when, header, (), closed=True, damaged=f"it was edited: {wrong}")
    return Entry(path.stem, when, header, tuple(records), closed, damaged)


def _is_head(line: Mapping[str, Any]) -> bool:
    values = {name: line.get(name) for name in Header.__dataclass_fields__}
    undo_of = values.pop("undo_of")
    return line.get("type") == "entry" and all(isinstance(value, str) for value in (*values.values(), undo_of or ""))


def _unreadable(path: Path, why: str) -> Entry:
    header = Header(caller="", account="", partition="", region="", source="", title="unreadable entry")
    return Entry(path.stem, "", header, (), closed=True, damaged=why)


def _tell(records: list[ChangeRecord], lines: Sequence[Mapping[str, Any]]) -> bool:
    closed = False
    for line in lines:
        index = int(line.get("change", 0))
        if line["type"] == "writing":
            records[index] = replace(records[index], begun=True, standing=line["standing"])
        elif line["type"] == "outcome":
            known = {name: line[name] for name in ("found", "text", "request_id", "waited")}
            records[index] = replace(records[index], result=Result(line["result"]), **known)
        elif line["type"] == "closed":
            closed = True
    return closed


def _lines(path: Path) -> tuple[list[dict[str, Any]], str]:
    lines, damaged = [], ""
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(text)
            if not isinstance(line, dict):
                raise ValueError
            lines.append(line)
        except (ValueError, RecursionError):
            damaged = "a line was cut off" if text.strip() else damaged
    return lines, damaged
