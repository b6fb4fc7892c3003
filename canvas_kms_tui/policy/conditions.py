"""Owns the Condition element: operators, quantifiers, IfExists, three-valued.

IAM user guide: "IAM JSON policy elements: Condition operators", "Conditions with multiple context keys or values",
"Single-valued vs. multivalued context keys".
"""

from __future__ import annotations

import operator as compare
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from canvas_kms_tui.policy import values as read
from canvas_kms_tui.policy.patterns import (
    Matcher,
    Variable,
    arn_pieces_match,
    chunks_of,
    compile_arn,
    compile_glob,
    literal_of,
    match_chunks,
    split_variables,
)
from canvas_kms_tui.policy.scope import UNKNOWN, Scope, Unknown, Values

Pieces = Sequence[str | tuple[str]]
Template = tuple[str | Variable | tuple[str], ...]


class BadOperator(ValueError):
    """A condition operator that does not exist; the message names it."""


# --- one value against the values of the policy, by kind of operator ----------------------------------------------


def _equals(wanted: Sequence[str]) -> Matcher:
    return frozenset(wanted).__contains__


def _equals_ignoring_case(wanted: Sequence[str]) -> Matcher:
    lowered = frozenset(text.lower() for text in wanted)
    return lambda text: text.lower() in lowered


def _any_of(tests: Sequence[Matcher]) -> Matcher:
    if len(tests) == 1:
        return tests[0]
    return lambda text: any(test(text) for test in tests)


def _like(wanted: Sequence[str]) -> Matcher:
    return _any_of([compile_glob(text) for text in wanted])


def _arn_like(wanted: Sequence[str]) -> Matcher:
    return _any_of([compile_arn(text) for text in wanted])


def _ordered(read_value: Callable[[str], Decimal | None], test: Callable[[Any, Any], bool]) -> Callable[..., Matcher]:
    def compile_values(wanted: Sequence[str]) -> Matcher:
        bounds = [bound for bound in map(read_value, wanted) if bound is not None]

        def matches(text: str) -> bool:
            value = read_value(text)
            return value is not None and any(test(value, bound) for bound in bounds)

        return matches

    return compile_values


def _bool(wanted: Sequence[str]) -> Matcher:
    accepted = {read.boolean(text) for text in wanted} - {None}
    return lambda text: read.boolean(text) in accepted


def _binary(wanted: Sequence[str]) -> Matcher:
    accepted = {read.binary(text) for text in wanted}
    return lambda text: read.binary(text) in accepted


def _in_network(wanted: Sequence[str]) -> Matcher:
    networks = [found for found in map(read.network, wanted) if found is not None]

    def matches(text: str) -> bool:
        address = read.network(text)
        return address is not None and any(
            address.version == net.version and address.subnet_of(net)  # type: ignore[arg-type]
            for net in networks
        )

    return matches


def _present(wanted: Sequence[str]) -> Matcher:
    """Null: asked with ``true`` when the key is absent, ``false`` when it is there."""
    return _bool(wanted)


#: Resolved pieces against one value, for the operators that take policy variables.
_RESOLVED: Final[dict[str, Callable[[Pieces, str], bool]]] = {
    "stringequals": lambda pieces, text: literal_of(pieces) == text,
    "stringequalsignorecase": lambda pieces, text: literal_of(pieces).lower() == text.lower(),
    "stringlike": lambda pieces, text: match_chunks(chunks_of(pieces), text),
    "arnlike": arn_pieces_match,
}

_KINDS: Final[dict[str, Callable[[Sequence[str]], Matcher]]] = {
    "stringequals": _equals,
    "stringequalsignorecase": _equals_ignoring_case,
    "stringlike": _like,
    "arnlike": _arn_like,
    "numericequals": _ordered(read.number, compare.eq),
    "numericlessthan": _ordered(read.number, compare.lt),
    "numericlessthanequals": _ordered(read.number, compare.le),
    "numericgreaterthan": _ordered(read.number, compare.gt),
    "numericgreaterthanequals": _ordered(read.number, compare.ge),
    "dateequals": _ordered(read.moment, compare.eq),
    "datelessthan": _ordered(read.moment, compare.lt),
    "datelessthanequals": _ordered(read.moment, compare.le),
    "dategreaterthan": _ordered(read.moment, compare.gt),
    "dategreaterthanequals": _ordered(read.moment, compare.ge),
    "bool": _bool,
    "binaryequals": _binary,
    "ipaddress": _in_network,
    "null": _present,
}

#: Operator in lower case → (kind, negated, its name as AWS writes it).
_OPERATORS: Final[dict[str, tuple[str, bool, str]]] = {
    name.lower(): (kind, negated, name)
    for name, kind, negated in (
        ("StringEquals", "stringequals", False),
        ("StringNotEquals", "stringequals", True),
        ("StringEqualsIgnoreCase", "stringequalsignorecase", False),
        ("StringNotEqualsIgnoreCase", "stringequalsignorecase", True),
        ("StringLike", "stringlike", False),
        ("StringNotLike", "stringlike", True),
        ("NumericEquals", "numericequals", False),
        ("NumericNotEquals", "numericequals", True),
        ("NumericLessThan", "numericlessthan", False),
        ("NumericLessThanEquals", "numericlessthanequals", False),
        ("NumericGreaterThan", "numericgreaterthan", False),
        ("NumericGreaterThanEquals", "numericgreaterthanequals", False),
        ("DateEquals", "dateequals", False),
        ("DateNotEquals", "dateequals", True),
        ("DateLessThan", "datelessthan", False),
        ("DateLessThanEquals", "datelessthanequals", False),
        ("DateGreaterThan", "dategreaterthan", False),
        ("DateGreaterThanEquals", "dategreaterthanequals", False),
        ("Bool", "bool", False),
        ("BinaryEquals", "binaryequals", False),
        ("IpAddress", "ipaddress", False),
        ("NotIpAddress", "ipaddress", True),
        ("ArnEquals", "arnlike", False),
        ("ArnLike", "arnlike", False),
        ("ArnNotEquals", "arnlike", True),
        ("ArnNotLike", "arnlike", True),
        ("Null", "null", False),
    )
}
_QUANTIFIERS: Final = {"forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue"}


class Condition:
    """One key under one operator. ``wanted`` are the policy's values as text; ``name`` is the key in lower case."""

    __slots__ = (
        "_absent",
        "_kind",
        "_matches",
        "_templates",
        "key",
        "name",
        "negated",
        "operator",
        "quantifier",
        "wanted",
    )

    def __init__(self, operator: str, key: str, wanted: Sequence[str], *, variables: bool) -> None:
        quantifier, colon, plain = operator.rpartition(":")
        lowered = plain.lower()
        if_exists = lowered.endswith("ifexists")
        base = _OPERATORS.get(lowered.removesuffix("ifexists"))
        if base is None or (colon and quantifier.lower() not in _QUANTIFIERS) or (if_exists and base[0] == "null"):
            raise BadOperator(f"{operator!r} is no condition operator")
        self._kind, self.negated, _ = base
        self.operator = operator
        self.key = key
        self.name = key.lower()
        self.wanted = tuple(wanted)
        self.quantifier = _QUANTIFIERS.get(quantifier.lower())
        self._absent = self._when_absent(if_exists)
        plain_texts, self._templates = self._split(variables)
        self._matches = _KINDS[self._kind](plain_texts)

    @property
    def kind(self) -> str:
        """What is compared: ``stringlike``, ``numericequals``… (without negation)."""
        return self._kind

    def _when_absent(self, if_exists: bool) -> bool:
        if self._kind == "null":
            return any(read.boolean(text) is True for text in self.wanted)
        if if_exists:
            return True
        if self.quantifier:
            return self.quantifier == "ForAllValues"
        return self.negated

    def _split(self, variables: bool) -> tuple[list[str], list[Template]]:
        if not variables or self._kind not in _RESOLVED:
            return list(self.wanted), []
        plain: list[str] = []
        templates: list[Template] = []
        for text in self.wanted:
            pieces = split_variables(text)
            if pieces is None:
                plain.append(text)
            else:
                templates.append(pieces)
        return plain, templates

    def test(self, scope: Scope) -> bool | None:
        """Whether the condition holds; None = it depends on what is not known."""
        found = scope.values.get(self.name)
        if found is None and scope.is_unknown(self.name):
            return None
        if not found:
            return self._absent
        if self._kind == "null":
            return self._matches("false")
        matches = self._matches
        if self._templates:
            return self._test_templates(found, scope)
        if self.quantifier is None:
            for value in found:
                if matches(value):
                    return not self.negated
            return self.negated
        return self._quantify([matches(value) for value in found], found)

    def _quantify(self, hits: Sequence[bool | None], found: Values) -> bool | None:
        """ForAllValues is true, ForAnyValue false for what "resolves to a null data set, such as an empty string"."""
        all_values = self.quantifier == "ForAllValues"
        if not any(found):
            return all_values
        held = [hit if hit is None else hit is not self.negated for hit in hits]
        return every(held) if all_values else some(held)

    def _test_templates(self, found: Values, scope: Scope) -> bool | None:
        resolved = [resolve(template, scope) for template in self._templates]
        hits = [self._hit(value, resolved) for value in found]
        if self.quantifier:
            return self._quantify(hits, found)
        hit = some(hits)
        return hit if hit is None else hit is not self.negated

    def _hit(self, value: str, resolved: Iterable[Pieces | Unknown | None]) -> bool | None:
        if self._matches(value):
            return True
        test = _RESOLVED[self._kind]
        outcomes: list[bool | None] = []
        for pieces in resolved:
            if isinstance(pieces, Unknown):
                outcomes.append(None)
            elif pieces is not None:
                outcomes.append(test(pieces, value))
        return some(outcomes)

    def unknown_keys(self, scope: Scope) -> frozenset[str]:
        """The keys that leave the condition open, as the policy writes them."""
        keys = {self.key} if scope.look_up(self.name) is UNKNOWN else set()
        for template in self._templates:
            keys |= unknown_variables(template, scope)
        return frozenset(keys)

    def actual(self, scope: Scope) -> Values | Unknown | None:
        return scope.look_up(self.name)


def every(outcomes: Iterable[bool | None]) -> bool | None:
    """Three-valued AND."""
    result: bool | None = True
    for outcome in outcomes:
        if outcome is False:
            return False
        if outcome is None:
            result = None
    return result


def some(outcomes: Iterable[bool | None]) -> bool | None:
    """Three-valued OR."""
    result: bool | None = False
    for outcome in outcomes:
        if outcome:
            return True
        if outcome is None:
            result = None
    return result


def resolve(template: Template, scope: Scope) -> Pieces | Unknown | None:
    """The template with its variables filled in; None where a key is absent, which makes the value match nothing."""
    pieces: list[str | tuple[str]] = []
    unknown = False
    for piece in template:
        if not isinstance(piece, Variable):
            pieces.append(piece)
            continue
        found = scope.look_up(piece.key)
        if isinstance(found, Unknown):
            unknown = True
        elif found is not None and len(found) == 1:
            pieces.append((found[0],))
        elif not found and piece.default is not None:
            pieces.append((piece.default,))
        else:
            return None
    return UNKNOWN if unknown else pieces


def unknown_variables(template: Template, scope: Scope) -> set[str]:
    return {piece.name for piece in template if isinstance(piece, Variable) and scope.look_up(piece.key) is UNKNOWN}
