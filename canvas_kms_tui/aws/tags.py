"""Owns which tags a case file may hold: those that a policy names, and the one that says who manages a resource."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_KINDS = "PrincipalTag|ResourceTag|RequestTag|ExistingObjectTag|BucketTag|AccessPointTag"
_NAMED = re.compile(rf"(?:{_KINDS})/([^\"}}',]+)", re.IGNORECASE)
_MANAGER: Final = "aws:cloudformation:"

#: Where the tags stand in an answer, and what their keys are called.
_TAG_LISTS: Final[dict[tuple[str, str], tuple[tuple[str, ...], str]]] = {
    ("sagemaker", "list_tags"): (("Tags",), "Key"),
    ("iam", "get_role"): (("Role", "Tags"), "Key"),
    ("iam", "list_role_tags"): (("Tags",), "Key"),
    ("kms", "list_resource_tags"): (("Tags",), "TagKey"),
    ("s3", "get_bucket_tagging"): (("TagSet",), "Key"),
    ("s3", "get_object_tagging"): (("TagSet",), "Key"),
}


def named_in(answers: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The tag keys, in lower case, that the policies among ``answers`` test or use as a variable."""
    found: set[str] = set()
    for answer in answers:
        text = json.dumps(answer, default=str, ensure_ascii=False).replace("\\", "")
        found.update(name.strip().lower() for name in _NAMED.findall(text))
    return frozenset(found)


def only_named(service: str, operation: str, answer: Mapping[str, Any], named: frozenset[str]) -> dict[str, Any]:
    """``answer`` without the tags that no policy names."""
    path, key = _TAG_LISTS.get((service, operation), ((), ""))
    return _filtered(answer, path, key, named)


def _filtered(answer: Mapping[str, Any], path: tuple[str, ...], key: str, named: frozenset[str]) -> dict[str, Any]:
    if not path or path[0] not in answer:
        return dict(answer)
    member, rest = path[0], path[1:]
    if rest:
        return {**answer, member: _filtered(answer[member], rest, key, named)}
    return {**answer, member: [tag for tag in answer[member] if _may_stay(str(tag.get(key, "")), named)]}


def _may_stay(key: str, named: frozenset[str]) -> bool:
    return key.lower() in named or key.startswith(_MANAGER)
