"""Who may edit a key's policy is in that policy: somebody it leaves out is told before they try."""

import pytest

from canvas_kms_tui import edits
from canvas_kms_tui.changes.refusals import shut_out

KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666"
ROLE = "arn:aws:iam::111122223333:role/service-role/Canvas"
SAM = "arn:aws:sts::111122223333:assumed-role/Support/sam"


def _changes(*editors, action="kms:Put*", effect="Allow"):
    statement = {"Effect": effect, "Principal": {"AWS": list(editors)}, "Action": action, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    change = edits.append_key_policy_statement(
        document=document, key_arn=KEY, region="eu-west-1", role_arn=ROLE, actions=["kms:Decrypt"], sid_hint="Use"
    )
    return [change]


@pytest.mark.parametrize(
    "editor",
    [
        "*",
        "111122223333",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:role/teams/Support",
        SAM,
    ],
)
def test_who_is_let_in_is_told_nothing(editor):
    assert shut_out(_changes(editor), SAM) == [""]
    assert shut_out(_changes(editor, action="*"), SAM) == [""]


@pytest.mark.parametrize(
    "editor",
    [
        "arn:aws:iam::444455556666:root",
        "arn:aws:iam::444455556666:role/Support",
        "arn:aws:iam::111122223333:role/Support2",
    ],
)
def test_who_is_left_out_reads_who_is_not(editor):
    (said,) = shut_out(_changes(editor), SAM)
    assert said.startswith("KMS will refuse this from Support: the key policy lets only ")
    assert "--write-role-arn" in said


def test_a_statement_that_gives_only_its_use_lets_nobody_edit():
    (said,) = shut_out(_changes("arn:aws:iam::111122223333:root", action=["kms:Decrypt", "kms:Get*"]), SAM)
    assert "lets only nobody" not in said
    assert "lets nobody change it" in said


async def test_it_is_among_the_warnings_of_the_plan(fresh_demo, connect_to):
    from canvas_kms_tui import changes

    demo = fresh_demo("key-policy-omits-role")
    connection = await connect_to(demo)
    made = _changes("arn:aws:iam::111122223333:role/KeyAdministrator")
    advice = await changes.advise(connection, made)
    assert [one for one in advice.warnings if "lets only KeyAdministrator change it" in one]
    connection.write_role = "arn:aws:iam::111122223333:role/KeyAdministrator"
    assert not [one for one in (await changes.advise(connection, made)).warnings if "KMS will refuse" in one]


def test_a_deleted_identity_is_not_named_as_an_editor():
    (said,) = shut_out(_changes("arn:aws:iam::111122223333:role/Admin", "AROAEXAMPLEGONE12345"), SAM)
    assert "lets only Admin change it" in said
