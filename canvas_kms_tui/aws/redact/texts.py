"""Owns how one text is taken apart: which parts are names, which are ids, and which belong to AWS and stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

#: Resource types that stand before a name in an ARN.
_TYPES = (
    "role|user|group|policy|instance-profile|assumed-role|federated-user|key|alias|domain|user-profile|app|space|"
    "accesspoint|vpc-endpoint|vpc|subnet|organization|account|ou|root|service_control_policy|resource_control_policy|"
    "object|mfa|saml-provider|oidc-provider|trail|application"
)
_REGION = (
    r"(?<![a-z0-9])(?:us|eu|ap|sa|ca|me|af|il|mx|cn|eusc)(?:-gov|-iso[a-z]?|-de)?"
    r"-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-\d(?![a-z0-9])"
)
#: Ids by their prefix: an organization's, a Domain's, EC2's, IAM's. A UUID is five words.
_ID = (
    r"(?-i:(?<![A-Za-z0-9])(?:(?:vpce|vpc|subnet|rtb|igw|nat|eni|sg|pl|mrk)-[0-9a-f]{8,32}"
    r"|(?:o|d|r|p)-(?=[a-z]*[0-9])[a-z0-9]{4,128}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|A[A-Z]{3}[A-Z0-9]{12,28})"
    r"(?![A-Za-z0-9]))"
)
_PARTS: Final = re.compile(
    rf"(?P<managed>arn:aws[a-z-]*:(?:iam|organizations)::aws:[^\s\"',]*|p-(?:RCP)?FullAWSAccess)"
    rf"|(?P<arn>arn:[a-z*?-]*:[a-z0-9*?-]*:[a-z0-9*?-]*:)(?P<account>[0-9]{{12}})?(?P<type>:(?:{_TYPES})(?![A-Za-z0-9_-]))?"
    r"|(?P<host>(?:[a-z0-9*-]+\.)+amazonaws\.com(?:\.cn)?)"
    r"|(?P<variable>\$\{[^}/]*(?:\}|/))"
    r"|(?P<scheme>s3[an]?://|https?://)"
    rf"|(?P<region>{_REGION})"
    rf"|(?P<id>{_ID})"
    r"|(?P<owner>(?<![0-9])[0-9]{12}(?![0-9]))"
    r"|(?P<fixed>(?<=/)(?:object|service-role|aws-service-role|aws-reserved)(?=/))"
    r"|(?P<moment>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z?)"
    r"|(?P<address>(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.]))"
    r"|(?P<word>[^\W_]+)",
    re.IGNORECASE,
)
_WILD = ("*", "?")

#: Words that mean something to AWS or to us wherever they stand.
STAYING: Final = frozenset(
    [
        "aws",
        "kms",
        "s3",
        "arn",
        "alias",
        "default",
        "root",
        "true",
        "false",
        "null",
        "csv",
        "parquet",
        "parq",
        "pqt",
        "txt",
        "json",
        "gz",
        "canvas",
        "dsse",
        "aes256",
        "ram",
        "mrk",
        "fullawsaccess",
        "rcpfullawsaccess",
    ]
)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text. ``kind`` is a name of a group above, or ``between`` for what joins them."""

    kind: str
    text: str
    open_left: bool = False
    open_right: bool = False


def parts(text: str, kept: Callable[[str], str | None] = lambda _: None) -> Iterator[Part]:
    """The pieces of ``text``, in order; joined they are ``text``. ``kept`` finds a part of a word that must stay."""
    end = 0
    for found in _PARTS.finditer(text):
        if found.start() > end:
            yield Part("between", text[end : found.start()])
        end = found.end()
        if found.lastgroup in ("arn", "account", "type"):
            yield from _arn_head(found)
        elif found.lastgroup == "word":
            yield from _word(text, found.start(), end, kept)
        else:
            yield Part(str(found.lastgroup), found.group())
    if end < len(text):
        yield Part("between", text[end:])


def _arn_head(found: re.Match[str]) -> Iterator[Part]:
    yield Part("arn", found.group("arn"))
    if account := found.group("account"):
        yield Part("owner", account)
    if kind := found.group("type"):
        yield Part("type", kind)


def _word(text: str, start: int, end: int, kept: Callable[[str], str | None]) -> Iterator[Part]:
    word = text[start:end]
    left, right = text[start - 1 : start] in _WILD, text[end : end + 1] in _WILD
    if word.isdigit() or word.lower() in STAYING:
        yield Part("staying", word)
        return
    if (stays := kept(word)) and stays != word.lower():
        yield from _around(word, stays, left, right)
    else:
        yield Part("staying" if stays else "word", word, left, right)


def _around(word: str, stays: str, left: bool, right: bool) -> Iterator[Part]:
    at = word.lower().index(stays)
    if at:
        yield Part("word", word[:at], left, False)
    yield Part("staying", word[at : at + len(stays)])
    if word[at + len(stays) :]:
        yield Part("word", word[at + len(stays) :], False, right)
