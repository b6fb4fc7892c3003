"""Every shipped environment loads, moves, and starts."""

from __future__ import annotations

import json

import pytest

from canvas_kms_tui.demo import environments

NAMES = [summary.name for summary in environments.names()]


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_environment_can_be_served_anywhere(name, fresh_demo):
    original = environments.load(name)
    moved = original.moved(account="444455556666", region="ap-southeast-2", prefix="zz-")
    fresh_demo(original)
    fresh_demo(moved)


@pytest.mark.parametrize("name", NAMES)
def test_a_moved_environment_keeps_nothing_of_where_it_came_from(name):
    original = environments.load(name)
    moved = json.dumps(original.moved(account="444455556666", region="ap-southeast-2", prefix="zz-").document)
    for left in (original.account, original.region, "arn:aws-cn:", "arn:aws-us-gov:", original.target.domain_id):
        assert not left or left not in moved
    for key_arn in original.document["keys"]:
        assert key_arn.rsplit("/", 1)[1] not in moved
