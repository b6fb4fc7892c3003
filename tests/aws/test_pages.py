"""Pages are merged whole, and never for ever."""

from __future__ import annotations

import pytest

from canvas_kms_tui.aws.failures import NotAnAnswer
from canvas_kms_tui.aws.pages import Paging, fetch_all

GRANTS = Paging.from_model(
    {"input_token": "Marker", "output_token": "NextMarker", "more_results": "Truncated", "result_key": "Grants"}
)


def server(*pages: dict):
    asked: list[dict] = []

    def fetch(**params):
        asked.append(params)
        return dict(pages[min(len(asked), len(pages)) - 1])

    return fetch, asked


def test_all_pages_are_merged_and_the_rest_of_the_first_is_kept():
    fetch, asked = server(
        {"Grants": [1], "NextMarker": "a", "Truncated": True, "Owner": "me"},
        {"Grants": [2], "NextMarker": "b", "Truncated": True},
        {"Grants": [3], "Truncated": False},
    )
    assert fetch_all(fetch, GRANTS, {"KeyId": "k"}) == {"Grants": [1, 2, 3], "Truncated": False, "Owner": "me"}
    assert asked == [{"KeyId": "k"}, {"KeyId": "k", "Marker": "a"}, {"KeyId": "k", "Marker": "b"}]


def test_an_empty_page_in_the_middle_is_not_the_end():
    fetch, _ = server({"Grants": [], "NextMarker": "a", "Truncated": True}, {"Grants": [1], "Truncated": False})
    assert fetch_all(fetch, GRANTS, {})["Grants"] == [1]


@pytest.mark.parametrize("cycle", [["a"], ["a", "b", "a"]])
def test_a_token_that_comes_again_is_no_answer(cycle):
    pages = [{"Grants": [1], "NextMarker": token, "Truncated": True} for token in [*cycle, cycle[0]]]
    fetch, asked = server(*pages)
    with pytest.raises(NotAnAnswer, match="do not end"):
        fetch_all(fetch, GRANTS, {})
    assert len(asked) <= 4


def test_an_operation_without_a_paginator_follows_its_next_token():
    paging = Paging.guessed(frozenset({"DomainId", "NextToken"}))
    fetch, _ = server({"Items": [1], "NextToken": "x"}, {"Items": [2]})
    assert fetch_all(fetch, paging, {}) == {"Items": [1, 2]}


def test_an_operation_without_tokens_is_one_page():
    assert Paging.guessed(frozenset({"KeyId"})) is None
