"""Owns policy documents: reading any JSON at all into compiled statements and named problems. Never raises."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from canvas_kms_tui.policy.statement import Statement
from canvas_kms_tui.policy.trace import MISS_ACTION, MISS_FORM, StatementTrace
from canvas_kms_tui.policy.values import shown

_VERSIONS: Final = ("2012-10-17", "2008-10-17")
_ELEMENTS: Final = frozenset({"Version", "Id", "Statement"})
#: An index of this many actions is thrown away rather than grown.
_INDEX_LIMIT: Final = 512
#: Problems with which ``source`` is not all that the text says.
_LOSSES: Final = frozenset({"not-json", "not-an-object", "duplicate-key"})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a document that has not the effect its author may expect.

    ``code`` is stable (``not-json``, ``no-action``…), ``index`` the statement's or None for the document, ``text``
    one sentence.
    """

    document: str
    index: int | None
    sid: str | None
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class _ActionRow:
    """The statements of a document under one action: the traces of those that do not name it, and the rest."""

    template: tuple[StatementTrace | None, ...]
    hits: tuple[tuple[int, Statement], ...]


class Document:
    """A policy document, compiled once, evaluated as often as one likes.

    ``name`` is what humans read (``key policy of arn:…``), ``source`` the parsed JSON object (``{}`` where the text
    was none), ``problems`` what could not be meant.
    """

    __slots__ = ("_rows", "name", "problems", "source", "statements", "version")

    def __init__(self, source: Mapping[str, Any], *, name: str, problems: Sequence[tuple[str, str]] = ()) -> None:
        self.name = name
        self.source = source
        found = [Problem(name, None, None, code, text) for code, text in problems]
        self.version = self._version(source, found)
        self.statements = tuple(self._compile(source, found))
        self.problems = tuple(found)
        self._rows: dict[str, _ActionRow] = {}

    @classmethod
    def parse(cls, text_or_obj: str | bytes | Mapping[str, Any], *, name: str) -> Document:
        """Read a document: JSON text (also URL-free bytes in UTF-8) or a parsed object. Never raises."""
        if isinstance(text_or_obj, Mapping):
            return cls(text_or_obj, name=name)
        duplicates: list[str] = []
        try:
            source = json.loads(
                text_or_obj,
                object_pairs_hook=lambda pairs: _object(pairs, duplicates),
                parse_constant=_no_constant,
            )
        except (ValueError, RecursionError, TypeError) as error:
            return cls({}, name=name, problems=[("not-json", f"the document is no JSON: {_brief(error)}")])
        problems = [("duplicate-key", f"the key {shown(key)} stands twice; the last one counts") for key in duplicates]
        if not isinstance(source, Mapping):
            return cls({}, name=name, problems=[*problems, ("not-an-object", "the document is no JSON object")])
        return cls(source, name=name, problems=problems)

    def __repr__(self) -> str:
        return f"<Document {self.name!r}: {len(self.statements)} statements>"

    @property
    def loss(self) -> str:
        """Why writing ``source`` back would lose something of the text; empty where it holds all of it."""
        return next((problem.text for problem in self.problems if problem.code in _LOSSES), "")

    def _version(self, source: Mapping[str, Any], problems: list[Problem]) -> str:
        version = source.get("Version", _VERSIONS[1])
        if version not in _VERSIONS:
            text = f"Version {shown(version)} does not exist; {_VERSIONS[1]} is assumed"
            problems.append(Problem(self.name, None, None, "bad-version", text))
            return _VERSIONS[1]
        return str(version)

    def _compile(self, source: Mapping[str, Any], problems: list[Problem]) -> list[Statement]:
        for element in source:
            if element not in _ELEMENTS:
                text = f"{shown(element)} is no element of a policy"
                problems.append(Problem(self.name, None, None, "unknown-element", text))
        if "Statement" not in source:
            problems.append(Problem(self.name, None, None, "no-statement", "the document has no Statement"))
        raw = source.get("Statement", [])
        statements = []
        for index, item in enumerate(raw if isinstance(raw, list | tuple) else [raw]):
            statement = Statement.compile(item, document=self.name, index=index, version=self.version)
            problems.extend(Problem(self.name, index, statement.sid, code, text) for code, text in statement.problems)
            statements.append(statement)
        return statements

    def texts(self) -> list[str]:
        """Every text in which a policy variable may stand: resources and the values of conditions."""
        found = [text for statement in self.statements for text in statement.resources]
        for statement in self.statements:
            found.extend(text for condition in statement.conditions for text in condition.wanted)
        return found

    def row(self, action: str) -> _ActionRow:
        """The statements by whether they name the action (as the request writes it)."""
        row = self._rows.get(action)
        if row is None:
            if len(self._rows) >= _INDEX_LIMIT:
                self._rows.clear()
            row = self._rows[action] = self._make_row(action)
        return row

    def _make_row(self, action: str) -> _ActionRow:
        lowered = action.lower()
        template: list[StatementTrace | None] = []
        hits = []
        for index, statement in enumerate(self.statements):
            if statement.is_inert:
                template.append(StatementTrace((statement, MISS_FORM, None, 0)))
            elif statement.names_action(lowered):
                template.append(None)
                hits.append((index, statement))
            else:
                template.append(StatementTrace((statement, MISS_ACTION, action, 0)))
        return _ActionRow(tuple(template), tuple(hits))


def _object(pairs: Sequence[tuple[str, Any]], duplicates: list[str]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                duplicates.append(key)
            seen.add(key)
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _brief(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:160]


__all__ = ["Document", "Problem"]
