"""The walk through the console says the plan's own values, all of them, and what 2022's guide had otherwise."""

from __future__ import annotations

import json
import re

from diagnosing import connected

from canvas_kms_tui.setup import Answers, prepare
from canvas_kms_tui.setup.walkthrough import walkthrough


async def text_of(demo, **answers):
    async with connected(demo) as connection:
        setup = await prepare(Answers(**answers), connection)
    assert setup.proven
    return setup, walkthrough(setup)


def documents(text):
    """The JSON blocks, whole."""
    return [json.loads(block) for block in re.findall(r"^ {6}([\[{]\n.*?\n {6}[\]}])$", text, re.MULTILINE | re.DOTALL)]


async def test_it_gives_every_document_and_every_value_of_the_plan(fresh_demo):
    setup, text = await text_of(
        fresh_demo("empty-account"), profiles=("ana", "ben"), data_key="new", pin_key=True, network="VpcOnly"
    )
    said = json.dumps(documents(text))
    for change in setup.changes:
        if change.operation in ("CreateKey", "PutRolePolicy"):
            policy = change.after["Policy"] if change.operation == "CreateKey" else change.after
            assert json.dumps(policy) in said
    domain = next(change for change in setup.changes if change.operation == "CreateDomain").parameters
    for value in (
        domain["VpcId"],
        *domain["SubnetIds"],
        *domain["DefaultUserSettings"]["SecurityGroups"],
        "ana",
        "ben",
    ):
        assert value in text
    assert text.count("can never be changed later") == 3
    assert "to-be-created" not in text
    assert "‹ARN of the key for data in S3›" in text


async def test_it_says_where_the_console_of_2022_differed(fresh_demo):
    _, text = await text_of(fresh_demo("empty-account"), profiles=("ana",))
    whole = " ".join(text.split())
    assert "Canvas storage configuration" in whole
    assert "in 2022 there was no such section" in whole
    assert "Enable notebook resource sharing" in whole
    assert "in 2022: Standard setup" in whole


async def test_what_stands_is_altered_where_it_stands(fresh_demo):
    setup, text = await text_of(fresh_demo("data-key-missing"), domain="analytics")
    assert "Create domain" not in text
    assert "App Configurations" in text
    key = next(change for change in setup.changes if change.operation == "UpdateDomain")
    assert key.after["WorkspaceSettings"]["S3KmsKeyId"] in text


async def test_where_everything_stands_there_is_nothing_to_click(fresh_demo):
    _, text = await text_of(fresh_demo("healthy"), domain="analytics", local_upload=False)
    assert "nothing to click" in text
