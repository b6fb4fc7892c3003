"""A policy whose text was altered for display is never written back, and stands in nobody else's way."""

from canvas_kms_tui import edits

ROLE = "arn:aws:iam::111122223333:role/Canvas"
HIDDEN = {"Version": "2012-10-17", "Statement": [{"Sid": "a\N{REPLACEMENT CHARACTER}b", "Effect": "Allow"}]}


def test_a_policy_beside_it_can_be_made():
    allowed = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    change = edits.put_inline_role_policy(
        role_name="Canvas", role_arn=ROLE, existing={"Odd": HIDDEN}, statements=[allowed]
    )
    assert "Odd" not in change.document
    assert 0 < edits.room_for_inline({"Odd": HIDDEN}) < edits.room_for_inline({})
