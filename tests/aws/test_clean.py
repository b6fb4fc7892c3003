"""Text from AWS is cleaned once, and never quietly made into something else."""

from __future__ import annotations

import pytest

from canvas_kms_tui.aws import clean


@pytest.mark.parametrize(
    "hidden",
    ["\x1b", "\x00", "\r", "\x7f", "\x9b", "\u202e", "\u2066", "\u200b", "\u200d", "\u2028", "\ufeff", "\ud800",
     "\U000e0041", "\xad", "\u3164"],
)  # fmt: skip
def test_a_hidden_character_becomes_a_visible_mark(hidden):
    assert clean.text(f"a{hidden}b") == "a\ufffdb"


@pytest.mark.parametrize("kept", ["a\nb\tc", "Käse 漢字 🙂", "[@click=app.quit]", "é"])
def test_other_text_is_left_alone(kept):
    assert clean.text(kept) == kept


def test_a_line_that_ends_as_on_windows_ends_in_a_newline():
    assert clean.text('{\r\n"a": 1\r\n}') == '{\n"a": 1\n}'


def test_a_tree_is_cleaned_with_its_keys_and_other_values_stay():
    cleaner = clean.Cleaner()
    assert cleaner.tree({"a\x1b": ["\u202ex", 1, None, {"k": "v\x00"}]}) == {
        "a\ufffd": ["\ufffdx", 1, None, {"k": "v\ufffd"}]
    }


def test_a_name_that_was_altered_is_asked_for_by_its_real_name():
    cleaner = clean.Cleaner()
    shown = cleaner.tree({"Key": "in\u200bvisible.csv"})["Key"]
    assert cleaner.restored({"Bucket": "b", "Key": shown}) == {"Bucket": "b", "Key": "in\u200bvisible.csv"}


async def test_an_object_with_an_escape_in_its_name_can_be_read(connection, aws):
    bucket, key = "a-bucket-with-odd-names", "report\x1b[31m.csv"
    s3 = aws("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=bucket, Key=key, Body=b"12345")
    listed = (await connection.gateway.call("s3", "list_objects_v2", Bucket=bucket))["Contents"][0]["Key"]
    assert listed == "report\ufffd[31m.csv"
    head = await connection.gateway.call("s3", "head_object", Bucket=bucket, Key=listed)
    assert head["ContentLength"] == 5


async def test_an_error_message_is_cleaned(connection):
    from canvas_kms_tui.gateway import CallFailed

    with pytest.raises(CallFailed) as failed:
        await connection.gateway.call("sagemaker", "describe_domain", DomainId="d-\x1b[31mred")
    assert "\x1b" not in str(failed.value)
