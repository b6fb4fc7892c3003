"""Owns the redaction of a whole case, and what is told about it."""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from canvas_kms_tui.aws.case import Case, as_json, from_json
from canvas_kms_tui.aws.redact.documents import Walker
from canvas_kms_tui.aws.redact.relations import broken
from canvas_kms_tui.aws.redact.texts import STAYING, Part, parts
from canvas_kms_tui.aws.redact.words import Fragment, Numbers, Pseudonyms, lowered

_ARN = re.compile(r"arn:[^\s\"'<>,]+")
#: Fragments of names that AWS's managed policies look for; they stay wherever they stand.
_ALWAYS: Final = ("sagemaker", "glue")
_LONG_ENOUGH: Final = 4
_DRAWS: Final = 3


@dataclass(frozen=True, slots=True)
class Redacted:
    """A redacted case and ``mapping``, from each original to its pseudonym, which must be kept apart from it.

    ``staying`` are words that no pseudonym could stand for without changing what a wildcard matches.
    """

    case: Case
    mapping: Mapping[str, Mapping[str, str]]
    staying: tuple[str, ...] = ()

    def summary(self) -> str:
        """What was replaced and what was not, in a screenful."""
        ids, names = self.mapping["ids"], self.mapping["names"]
        accounts = sum(1 for original in ids if original.isdigit())
        return (
            f"Replaced: {accounts} account ids, {len(ids) - accounts} other ids, {len(names)} names and texts "
            f"({len(self.mapping['words'])} words).\n"
            "Names of roles, users, buckets, objects, policies, aliases, Domains and profiles, statement ids, tags and "
            "descriptions are pseudonyms.\n"
            "Not replaced: partitions, Regions, actions, condition operators and keys, AWS's own managed policies, "
            "'sagemaker' and 'Canvas' in names, file extensions, sizes, times.\n"
            "The mapping is not in the case. Keep it to yourself: it tells what each pseudonym stands for."
            + (f"\nStill there, because wildcards cut through them: {', '.join(self.staying)}" if self.staying else "")
        )


def redact(case: Case, *, chance: random.Random | None = None) -> Redacted:
    """``case`` with pseudonyms for all names, ids and free text; the diagnosis stays the same."""
    document = as_json(case)
    said = {member: document[member] for member in ("caller", "target", "calls")}
    staying: set[str] = set()
    for attempt in count():
        redactor = _Redactor(chance or secrets.SystemRandom(), frozenset(staying))
        redactor.learn(said)
        parts_of_case = redactor.rewritten(said)
        wrong = broken(redactor.names.items())
        if wrong <= staying:
            break
        # By chance a pseudonym may fit where its word did not: draw again. What never fits must stay.
        staying |= wrong if attempt >= _DRAWS else set()
    rewritten = from_json({**document, **parts_of_case, "redacted": True}, "redacted")
    return Redacted(rewritten, redactor.mapping(), tuple(sorted(staying)))


@dataclass(slots=True)
class _Redactor:
    chance: random.Random
    staying: frozenset[str]
    names: dict[str, str] = field(default_factory=dict)
    _words: Pseudonyms = field(init=False)
    _ids: Numbers = field(init=False)
    _aws_words: set[str] = field(default_factory=set)
    _aws_fragments: set[Fragment] = field(default_factory=set)
    _sentence_names: re.Pattern[str] | None = None

    def __post_init__(self) -> None:
        self._words, self._ids = Pseudonyms(self.chance), Numbers(self.chance)
        self._aws_words.update(self.staying)
        self._aws_fragments = {Fragment(text, True, True) for text in _ALWAYS}

    def learn(self, said: Mapping[str, Any]) -> None:
        for call in said["calls"]:
            if _is_awss(call):
                Walker(self._learn_awss, lambda text: text).tree(call.get("answer"))
        words: set[str] = set()
        fragments: set[Fragment] = set()

        def name(text: str) -> str:
            self.names[text] = text
            for part in self._parts(text):
                if part.kind == "managed":
                    self._aws_words.update(re.findall(r"[^\W_]+", part.text.lower()))
                if part.kind == "word":
                    words.add(part.text)
                    if part.open_left or part.open_right:
                        fragments.add(Fragment(lowered(part.text), part.open_left, part.open_right))
            return text

        def sentence(text: str) -> str:
            for arn in _ARN.findall(text):
                name(arn)
            return text

        walker = Walker(name, sentence)
        for _ in range(2):  # what AWS's own names are is known only after the first time
            words.clear()
            fragments.clear()
            self._walk(walker, said)
        self._words.learn(words, fragments)

    def rewritten(self, said: Mapping[str, Any]) -> dict[str, Any]:
        for original in list(self.names):
            self.names[original] = self._name(original)
        known = sorted(filter(self._tells, self.names), key=len, reverse=True)
        joined = "|".join(re.escape(name) for name in known)
        self._sentence_names = re.compile(rf"(?<![A-Za-z0-9])(?:{joined})(?![A-Za-z0-9])") if known else None
        return self._walk(Walker(self._name, self._sentence), said)

    def mapping(self) -> dict[str, dict[str, str]]:
        names = {original: pseudonym for original, pseudonym in self.names.items() if original != pseudonym}
        return {"names": names, "words": dict(self._words.given), "ids": dict(self._ids.given)}

    def _walk(self, walker: Walker, said: Mapping[str, Any]) -> dict[str, Any]:
        calls = [_outside(call, walker) if _is_awss(call) else walker.tree(call) for call in said["calls"]]
        return {"caller": walker.tree(said["caller"]), "target": walker.tree(said["target"]), "calls": calls}

    def _parts(self, text: str) -> list[Part]:
        return list(parts(text, self._kept))

    def _kept(self, word: str) -> str | None:
        lower = word.lower()
        if lower in self._aws_words:
            return lower
        found = (fragment.text for fragment in self._aws_fragments if fragment.is_part_of(lower))
        return max(found, key=len, default=None)

    def _learn_awss(self, text: str) -> str:
        if ":s3:::" in text:
            for part in parts(text):
                if part.kind == "word" and (part.open_left or part.open_right) and len(part.text) >= _LONG_ENOUGH:
                    self._aws_fragments.add(Fragment(lowered(part.text), part.open_left, part.open_right))
                elif part.kind == "word":
                    self._aws_words.add(part.text.lower())
        return text

    def _name(self, text: str) -> str:
        return "".join(self._part(part) for part in self._parts(text))

    def _part(self, part: Part) -> str:
        if part.kind == "word":
            return self._words.of(part.text)
        if part.kind in ("owner", "id") and part.text.lower() in self.staying:
            return part.text
        if part.kind == "owner":
            return self._ids.of(part.text)
        if part.kind == "id":
            return self._ids.of(part.text, fixed=_fixed(part.text))
        return _address(part.text) if part.kind == "address" else part.text

    def _sentence(self, text: str) -> str:
        """AWS's sentence with the ARNs, ids and known names in it replaced; its wording tells the layer."""
        done, end = [], 0
        for found in _ARN.finditer(text):
            done += [self._plain(text[end : found.start()]), self._name(found.group())]
            end = found.end()
        return "".join([*done, self._plain(text[end:])])

    def _plain(self, text: str) -> str:
        if self._sentence_names is not None:
            text = self._sentence_names.sub(lambda found: self.names[found.group()], text)
        replaced = (self._part(part) if part.kind in ("owner", "id", "address") else part.text for part in parts(text))
        return "".join(replaced)

    def _tells(self, name: str) -> bool:
        """True where ``name`` is telling enough to be looked for in a sentence: not a word of AWS's own."""
        return len(name) >= _LONG_ENOUGH and " " not in name and name.lower() not in STAYING and not name.isdigit()


def _is_awss(call: Mapping[str, Any]) -> bool:
    """True for the text of a policy that AWS itself wrote."""
    if call["operation"] in ("get_policy", "get_policy_version"):
        return ":iam::aws:" in str(call["params"].get("PolicyArn"))
    if call["operation"] != "describe_policy" or "answer" not in call:
        return False
    return bool(call["answer"].get("Policy", {}).get("PolicySummary", {}).get("AwsManaged"))


def _outside(call: Mapping[str, Any], walker: Walker) -> dict[str, Any]:
    """The call with its answer as AWS wrote it; a refusal to us names us."""
    return {**call, "failure": walker.tree(call["failure"])} if "failure" in call else dict(call)


def _fixed(text: str) -> int:
    """How much of an id is its kind: ``vpc-``, ``AROA``; nothing of a UUID."""
    if text[:1] == "A":
        return _LONG_ENOUGH
    prefix = text.find("-") + 1
    return prefix if text[:prefix].isalpha() or text[: prefix - 1].isalpha() else 0


def _address(text: str) -> str:
    """An address of the same class in the range for documentation (RFC 5737, RFC 1918)."""
    return "10.0.0.0" if text.endswith(".0") else "192.0.2.1"
