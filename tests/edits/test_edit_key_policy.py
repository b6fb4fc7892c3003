import json

import pytest
from generated_policies import KEY, ROLE, documents
from hypothesis import given

from canvas_kms_tui import edits
from canvas_kms_tui.change import Undo
from canvas_kms_tui.edits.documents import KEY_POLICY_BYTES, as_text, is_ours, sids

ROOT = {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": "210987654321"}, "Action": "kms:*", "Resource": "*"}


def append(document, actions=("kms:GenerateDataKey", "kms:Decrypt"), **more):
    return edits.append_key_policy_statement(
        document=document,
        key_arn=KEY,
        region="cn-north-1",
        role_arn=ROLE,
        actions=actions,
        sid_hint="Use",
        **more,
    )


@given(documents)
def test_every_other_statement_stays_as_it_was_in_order(document):
    after = edits.statements(append(document).after)
    before = edits.statements(document)
    grown = [i for i, (old, new) in enumerate(zip(before, after, strict=False)) if not edits.equal(old, new)]
    assert len(grown) + len(after) - len(before) <= 1
    assert all(is_ours(before[index]) for index in grown)


@given(documents)
def test_version_and_other_elements_are_neither_added_nor_changed(document):
    after = append(document).after
    assert {k: v for k, v in after.items() if k != "Statement"} == {
        k: v for k, v in document.items() if k != "Statement"
    }


@given(documents)
def test_the_sid_of_the_new_statement_is_its_own(document):
    change = append(document)
    added = [sid for sid in sids(change.after) if sid not in sids(document)]
    assert len(added) == len(edits.statements(change.after)) - len(edits.statements(document))
    assert all(sid.isalnum() for sid in added)


@given(documents)
def test_what_is_sent_is_the_document_after(document):
    change = append(document)
    assert json.loads(change.parameters["Policy"]) == change.after
    assert change.before == document


@given(documents)
def test_doing_it_twice_changes_nothing_more(document):
    once = append(document).after
    assert edits.equal(append(once).after, once)


def test_a_second_need_of_the_role_grows_our_statement():
    once = append({"Statement": [ROOT]}, actions=["kms:Decrypt"]).after
    twice = append(once, actions=["kms:GenerateDataKey"]).after
    assert [statement["Action"] for statement in twice["Statement"]] == [
        "kms:*",
        ["kms:Decrypt", "kms:GenerateDataKey"],
    ]


def test_a_need_under_another_condition_is_another_statement():
    once = append({"Statement": [ROOT]}).after
    via = {"StringEquals": {"kms:ViaService": "s3.cn-north-1.amazonaws.com"}}
    twice = append(once, conditions=via).after
    assert [s.get("Sid") for s in twice["Statement"]] == ["Root", "CanvasKmsUse", "CanvasKmsUse2"]


def test_a_policy_that_would_pass_32768_bytes_is_refused():
    filler = {**ROOT, "Sid": "x"}
    room = KEY_POLICY_BYTES - len(as_text(append({"Statement": [filler]}).after).encode())
    assert append({"Statement": [{**filler, "Sid": "x" * (room + 1)}]}).undo is Undo.EXACT
    with pytest.raises(edits.TooLarge, match="32,769 bytes"):
        append({"Statement": [{**filler, "Sid": "x" * (room + 2)}]})


def test_a_key_that_nobody_else_uses_needs_no_typing():
    admin = {"Effect": "Allow", "Principal": {"AWS": ROLE + "2"}, "Action": ["kms:Put*", "kms:Describe*"]}
    assert append({"Statement": [ROOT, admin]}).confirm is None


@pytest.mark.parametrize(
    "principal",
    [{"AWS": ["210987654321", ROLE + "2"]}, {"Service": "logs.amazonaws.com"}, "*", {"AWS": "*"}],
)
def test_a_key_that_others_use_needs_account_and_key_typed(principal):
    other = {"Effect": "Allow", "Principal": principal, "Action": "kms:De*", "Resource": "*"}
    change = append({"Statement": [ROOT, other]})
    assert change.confirm == "210987654321 91a2b3c4"
    assert "also used by" in change.confirm_why


def test_a_stale_principal_is_replaced_in_its_place():
    document = {"Statement": [ROOT, {**ROOT, "Principal": {"AWS": ["AROAEXAMPLE", ROLE]}}]}
    assert edits.replace_principal(document, index=1, old="AROAEXAMPLE", new=None)["Statement"][1]["Principal"] == {
        "AWS": [ROLE]
    }


def test_a_statement_whose_last_principal_goes_goes_too():
    document = {"Statement": [ROOT, {**ROOT, "Principal": {"AWS": "AROAEXAMPLE"}}]}
    assert edits.replace_principal(document, index=1, old="AROAEXAMPLE", new=None)["Statement"] == [ROOT]


def test_enabling_and_cancelling_ask_for_typing_and_say_their_undo():
    enable = edits.enable_key(key_arn=KEY, region="cn-north-1")
    cancel = edits.cancel_key_deletion(key_arn=KEY, region="cn-north-1", deletion_date="2031-01-02T00:00:00+00:00")
    assert enable.confirm == cancel.confirm == "210987654321 91a2b3c4"
    assert enable.undo is cancel.undo is Undo.COMPENSATING
    assert cancel.after == enable.before


def test_a_document_with_replaced_hidden_characters_is_never_written_back():
    with pytest.raises(edits.CannotEdit, match="by hand"):
        append({"Statement": [{**ROOT, "Sid": "Ro\N{REPLACEMENT CHARACTER}ot"}]})
