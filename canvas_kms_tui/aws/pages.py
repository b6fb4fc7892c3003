"""Owns pagination: every page of an answer merged into one, and never the same page twice.

botocore's paginators drop members they do not know and stop only when a token repeats at once; this merges whole
responses and refuses any token seen before. What a service calls its tokens is read from botocore's paginator model;
where there is none, ``NextToken`` and ``Marker`` are followed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from canvas_kms_tui.aws.failures import NotAnAnswer

#: Giving one of these asks for one page.
PAGE_SIZES = frozenset({"MaxKeys", "MaxResults", "MaxItems", "Limit", "MaxBuckets", "PageSize"})
MOST_PAGES = 2_000

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Paging:
    """How one operation hands out pages: pairs of (input, output) token names, the flag, the merged lists."""

    tokens: tuple[tuple[str, str], ...]
    more: str | None
    results: tuple[str, ...]

    @classmethod
    def from_model(cls, model: Mapping[str, Any]) -> Paging:
        """From an entry of botocore's ``paginators-1.json``."""
        inputs, outputs = _listed(model["input_token"]), _listed(model["output_token"])
        # An output such as "NextMarker || Contents[-1].Key" gives its first name.
        pairs = tuple((given, out.split(" ")[0]) for given, out in zip(inputs, outputs, strict=True))
        return cls(pairs, model.get("more_results"), tuple(_listed(model["result_key"])))

    @classmethod
    def guessed(cls, members: frozenset[str]) -> Paging | None:
        """For an operation with no paginator, from the names of its input members."""
        for given, out in (("NextToken", "NextToken"), ("Marker", "NextMarker")):
            if given in members:
                return cls(((given, out),), None, ())
        return None

    def next_of(self, answer: Answer) -> dict[str, Any]:
        """The parameters that ask for the page after ``answer``; empty when it is the last."""
        if self.more is not None and not answer.get(self.more):
            return {}
        return {given: answer[out] for given, out in self.tokens if answer.get(out)}


def fetch_all(fetch: Callable[..., Answer], paging: Paging | None, params: Mapping[str, Any]) -> Answer:
    """Call ``fetch(**params)`` for each page and merge.

    Raises:
        NotAnAnswer: a token came again, or the pages do not end: what was read is not the whole.
    """
    merged = fetch(**params)
    if paging is None or PAGE_SIZES & params.keys():
        return merged
    seen: list[dict[str, Any]] = []
    following = paging.next_of(merged)
    while following:
        if following in seen or len(seen) >= MOST_PAGES:
            raise NotAnAnswer(f"the pages do not end: token {next(iter(following.values()))!r:.80} came again")
        seen.append(following)
        page = fetch(**{**params, **following})
        _append(merged, page, paging)
        following = paging.next_of(page)
    return _without_tokens(merged, paging)


def _append(merged: Answer, page: Answer, paging: Paging) -> None:
    for name in paging.results or tuple(page):
        more = page.get(name)
        if isinstance(more, list):
            merged[name] = [*(merged.get(name) or []), *more]


def _without_tokens(merged: Answer, paging: Paging) -> Answer:
    """One whole answer holds no token and is not truncated."""
    for given, out in paging.tokens:
        merged.pop(out, None)
        if given != out:
            merged.pop(given, None)
    if paging.more in merged:
        merged[paging.more] = False
    return merged


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
