"""Owns one statement: compiled once, matched against many requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from canvas_kms_tui.policy.conditions import BadOperator, Condition, resolve, some, unknown_variables
from canvas_kms_tui.policy.patterns import (
    Matcher,
    Variable,
    arn_pieces_match,
    compile_arn,
    compile_glob,
    is_glob,
    split_variables,
)
from canvas_kms_tui.policy.principals import PrincipalElement
from canvas_kms_tui.policy.scope import Scope, Unknown
from canvas_kms_tui.policy.trace import MATCH, MISS_CONDITION, MISS_RESOURCE, UNKNOWN_MATCH
from canvas_kms_tui.policy.values import as_list, shown, text_of

_ELEMENTS: Final = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)
Problems = list[tuple[str, str]]
Template = tuple[str | Variable | tuple[str], ...]


class Statement:
    """A compiled statement.

    ``actions`` and ``resources`` are the texts as written; ``has_resource`` is False where neither Resource nor
    NotResource stands. An inert statement (no Effect, an impossible condition…) never matches.
    """

    __slots__ = (
        "_action_globs",
        "_action_names",
        "_action_prefixes",
        "_any_action",
        "_any_resource",
        "_principal_source",
        "_resource_names",
        "_resource_templates",
        "_resource_tests",
        "actions",
        "allow",
        "asks_principal_arn",
        "conditions",
        "document",
        "has_resource",
        "index",
        "is_inert",
        "not_action",
        "not_principal",
        "not_resource",
        "principal",
        "problems",
        "resources",
        "sid",
    )

    def __init__(self, source: Mapping[str, Any], *, document: str, index: int, version: str) -> None:
        problems: Problems = []
        sid = source.get("Sid")
        self.document = document
        self.index = index
        self.sid: str | None = sid if isinstance(sid, str) and sid else None
        effect = source.get("Effect")
        self.allow = effect == "Allow"
        self.is_inert = effect not in ("Allow", "Deny")
        if self.is_inert:
            problems.append(("bad-effect", f"Effect is {shown(effect)}, neither Allow nor Deny"))
        variables = version == "2012-10-17"
        self._take_actions(source, problems)
        self._take_resources(source, problems, variables)
        self._take_principal(source, problems)
        self.conditions = self._take_conditions(source.get("Condition"), problems, variables)
        self.asks_principal_arn = any(
            condition.name == "aws:principalarn" and not condition.negated for condition in self.conditions
        )
        problems.extend(
            ("unknown-element", f"{shown(element)} is no element of a statement")
            for element in source
            if element not in _ELEMENTS
        )
        self.problems = tuple(problems)

    @classmethod
    def compile(cls, source: Any, *, document: str, index: int, version: str) -> Statement:
        if isinstance(source, Mapping):
            return cls(source, document=document, index=index, version=version)
        statement = cls({"Effect": None}, document=document, index=index, version=version)
        statement.problems = (("not-an-object", "the statement is no JSON object"),)
        return statement

    @property
    def effect(self) -> str:
        return "Allow" if self.allow else "Deny"

    @property
    def principals(self) -> tuple[str, ...]:
        """The texts of Principal or NotPrincipal."""
        return tuple(str(value) for values in self._principal_values() for value in as_list(values))

    def _principal_values(self) -> list[Any]:
        source = self._principal_source
        return list(source.values()) if isinstance(source, Mapping) else [] if source is None else [source]

    # --- compiling ----------------------------------------------------------------------------------------------

    def _texts(self, source: Mapping[str, Any], element: str, problems: Problems) -> list[str] | None:
        if element not in source:
            return None
        texts = []
        for value in as_list(source[element]):
            if isinstance(value, str):
                texts.append(value)
            else:
                problems.append(("not-text", f"{element} holds {shown(value)}, which is no text"))
        return texts

    def _pick(
        self, source: Mapping[str, Any], element: str, problems: Problems, code: str
    ) -> tuple[list[str], bool, bool]:
        plain = self._texts(source, element, problems)
        inverted = self._texts(source, f"Not{element}", problems)
        if plain is not None and inverted is not None:
            self.is_inert = True
            problems.append(("both-forms", f"{element} and Not{element} exclude each other"))
        if not plain and not inverted:
            problems.append((code, f"the statement has no {element}, so it has no effect"))
        return plain or inverted or [], plain is None and inverted is not None, bool(plain or inverted)

    def _take_actions(self, source: Mapping[str, Any], problems: Problems) -> None:
        texts, inverted, given = self._pick(source, "Action", problems, "no-action")
        self.is_inert |= not given
        self.actions = tuple(texts)
        self.not_action = inverted
        lowered = [text.lower() for text in texts]
        self._any_action = "*" in lowered
        self._action_names = frozenset(text for text in lowered if not is_glob(text))
        prefixed = [text for text in lowered if text.find("*") == len(text) - 1 and "?" not in text]
        self._action_prefixes = tuple(text[:-1] for text in prefixed)
        self._action_globs = [compile_glob(text) for text in lowered if is_glob(text) and text not in prefixed]

    def _take_resources(self, source: Mapping[str, Any], problems: Problems, variables: bool) -> None:
        texts, inverted, given = self._pick(source, "Resource", problems, "no-resource")
        self.has_resource = given
        self.resources = tuple(texts)
        self.not_resource = inverted
        self._any_resource = "*" in texts
        names: list[str] = []
        self._resource_tests: list[Matcher] = []
        self._resource_templates: list[Template] = []
        for text in texts:
            pieces = split_variables(text) if variables else None
            if pieces is not None:
                self._resource_templates.append(pieces)
            elif is_glob(text):
                self._resource_tests.append(compile_arn(text))
            else:
                names.append(text)
        self._resource_names = frozenset(names)

    def _take_principal(self, source: Mapping[str, Any], problems: Problems) -> None:
        self._principal_source = source.get("Principal", source.get("NotPrincipal"))
        self.principal = PrincipalElement.compile(source["Principal"]) if "Principal" in source else None
        self.not_principal = PrincipalElement.compile(source["NotPrincipal"]) if "NotPrincipal" in source else None
        if self.principal and self.not_principal:
            self.is_inert = True
            problems.append(("both-forms", "Principal and NotPrincipal exclude each other"))
        element = self.principal or self.not_principal
        if element:
            problems.extend(("bad-principal", text) for text in element.malformed)
            problems.extend(
                ("deleted-principal", f"{unique_id} is the id of a deleted user or role and matches nobody")
                for unique_id in element.deleted
            )

    def _take_conditions(self, source: Any, problems: Problems, variables: bool) -> tuple[Condition, ...]:
        if source is None:
            return ()
        if not isinstance(source, Mapping):
            return self._refuse_condition(problems, "Condition is no object")
        conditions = []
        for operator, keys in source.items():
            if not isinstance(keys, Mapping):
                return self._refuse_condition(problems, f"{shown(operator)} holds no object of condition keys")
            for key, values in keys.items():
                wanted = [text_of(value) for value in as_list(values)]
                if any(text is None for text in wanted):
                    return self._refuse_condition(problems, f"{shown(key)} is compared with what is no text")
                try:
                    texts = [text for text in wanted if text is not None]
                    conditions.append(Condition(str(operator), str(key), texts, variables=variables))
                except BadOperator as error:
                    return self._refuse_condition(problems, str(error)[:120])
        return tuple(conditions)

    def _refuse_condition(self, problems: Problems, text: str) -> tuple[Condition, ...]:
        self.is_inert = True
        problems.append(("bad-condition", text))
        return ()

    # --- matching -----------------------------------------------------------------------------------------------

    def names_action(self, lowered: str) -> bool:
        """Whether Action or NotAction covers the action (lower case)."""
        hit = (
            self._any_action
            or lowered in self._action_names
            or lowered.startswith(self._action_prefixes)
            or any(glob(lowered) for glob in self._action_globs)
        )
        return hit is not self.not_action

    def names_resource(self, scope: Scope) -> bool | None:
        """Whether Resource or NotResource covers the resource; None = a variable is not known."""
        if not self.has_resource:
            return scope.is_trust and self._principal_source is not None
        hit = self._any_resource or scope.resource in self._resource_names
        if not hit and self._resource_tests:
            resource = scope.resource
            for test in self._resource_tests:
                if test(resource):
                    hit = True
                    break
        if not hit and self._resource_templates:
            resolved = self._resolved_resources(scope)
            return resolved if resolved is None else resolved is not self.not_resource
        return hit is not self.not_resource

    def _resolved_resources(self, scope: Scope) -> bool | None:
        outcomes: list[bool | None] = []
        for template in self._resource_templates:
            pieces = resolve(template, scope)
            if isinstance(pieces, Unknown):
                outcomes.append(None)
            elif pieces is not None:
                outcomes.append(arn_pieces_match(pieces, scope.resource))
        return some(outcomes)

    def judge(self, scope: Scope) -> int:
        """Resource and conditions, the action being settled: one of the codes of :mod:`trace`."""
        named = True if self._any_resource and not self.not_resource else self.names_resource(scope)
        if named is False:
            return MISS_RESOURCE
        code = MATCH if named else UNKNOWN_MATCH
        for condition in self.conditions:
            held = condition.test(scope)
            if held is False:
                return MISS_CONDITION
            if held is None:
                code = UNKNOWN_MATCH
        return code

    def failing(self, scope: Scope) -> list[Condition]:
        return [condition for condition in self.conditions if condition.test(scope) is False]

    def unknown_keys(self, scope: Scope) -> frozenset[str]:
        """Keys that leave the statement open for this request."""
        keys: set[str] = set()
        for template in self._resource_templates:
            keys |= unknown_variables(template, scope)
        for condition in self.conditions:
            if condition.test(scope) is None:
                keys |= condition.unknown_keys(scope)
        return frozenset(keys)
