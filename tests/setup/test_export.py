"""Script, template and module make the same as the plan that is applied."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from diagnosing import connected
from fake_cli import fake_cli
from provider import ARGUMENTS, ATTRIBUTES
from same_things import in_account, in_module, in_template, real_ids

from canvas_kms_tui.changes import Journal
from canvas_kms_tui.setup import Answers, look, make, prepare
from canvas_kms_tui.setup.account import listed
from canvas_kms_tui.setup.export import EXPORTS
from tests.demo.clients import client

SALES = "s3://acme-sales-data-111122223333/2025/churn.csv"

#: Environment and answers of each way to set up.
WAYS = {
    "same key": ("empty-account", {"datasets": (SALES,)}),
    "two keys": (
        "empty-account",
        {"datasets": (SALES,), "data_key": "new", "pin_key": True, "profiles": ("ana", "ben")},
    ),
    "VpcOnly": ("empty-account", {"network": "VpcOnly"}),
    "least": ("empty-account", {"managed_policies": (), "datasets": (SALES,), "alias": "canvas"}),
    "aws-us-gov": ("empty-account-govcloud", {}),
}
MOST = [pytest.param(way, marks=() if way == "two keys" else pytest.mark.slow) for way in WAYS]


def answers(way: str) -> Answers:
    return Answers(**{"profiles": ("ana",), **WAYS[way][1]})


async def planned(demo, way):
    async with connected(demo) as connection:
        setup = await prepare(answers(way), connection)
    assert setup.proven
    return setup


def clients(demo):
    return lambda service, **more: client(demo, service, **more)


def account(demo, setup):
    role = next(change for change in setup.changes if change.operation == "CreateRole").parameters["RoleName"]
    return in_account(clients(demo), role=role, bucket=setup.bucket.name, domain_name=setup.answers.domain)


@pytest.mark.parametrize("way", MOST)
async def test_template_and_module_describe_what_the_applied_plan_makes(way, fresh_demo, tmp_path):
    demo = fresh_demo(WAYS[way][0])
    async with connected(demo) as connection:
        setup = await prepare(answers(way), connection)
        made = await make(setup, connection=connection, journal=Journal(tmp_path), typed=setup.confirms)
    assert made.ok, made.text
    stands, ids = account(demo, setup), real_ids(clients(demo), setup.answers.domain)
    assert in_template(json.loads(EXPORTS["cloudformation"](setup)), ids) == stands
    assert in_module(json.loads(EXPORTS["terraform"](setup)), ids) == stands


@pytest.mark.parametrize("way", MOST)
async def test_the_script_run_twice_makes_what_the_applied_plan_makes_once(way, fresh_demo, tmp_path):
    demo = fresh_demo(WAYS[way][0])
    setup = await planned(demo, way)
    with fake_cli(clients(demo), tmp_path) as (cli, run):
        for _ in range(2):
            done = run(EXPORTS["cli"](setup))
            assert done.returncode == 0, done.stderr
    created = [operation for operation, _ in cli.asked if operation.startswith("Create")]
    wanted = [change.operation for change in setup.changes if change.operation.startswith("Create")]
    refused = created.count("CreateKey") - wanted.count("CreateKey")  # while the new role was on its way
    assert 0 <= refused <= 3
    assert sorted(set(created)) == sorted(set(wanted))
    by_script = account(demo, setup)
    async with connected(demo) as connection:
        assert (await prepare(answers(way), connection)).changes == ()

    demo = fresh_demo(WAYS[way][0])
    async with connected(demo) as connection:
        made = await make(setup, connection=connection, journal=Journal(tmp_path / "j"), typed=setup.confirms)
    assert made.ok
    assert without_ids(by_script) == without_ids(account(demo, setup))


def without_ids(things):
    """Each run of AWS gives other ids."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "KEY", json.dumps(things, sort_keys=True))
    return re.sub(r"d-[0-9a-f]{12}", "DOMAIN", text)


async def test_a_script_that_was_killed_before_it_named_its_key_finds_the_key_again(fresh_demo, tmp_path):
    demo = fresh_demo("empty-account")
    setup = await planned(demo, "two keys")
    text = EXPORTS["cli"](setup)
    with fake_cli(clients(demo), tmp_path) as (_, run):
        killed = run(text.replace("aws kms create-alias", "exit 9; aws kms create-alias", 1))
        assert killed.returncode == 9
        done = run(text)
    assert done.returncode == 0, done.stderr
    async with connected(demo) as connection:
        assert Counter(key.tag for key in listed((await look(connection)).keys) if key.tag) == {
            "canvas/storage": 1,
            "canvas/data": 1,
        }
        assert (await prepare(answers("two keys"), connection)).changes == ()


async def test_the_script_stops_in_another_account(fresh_demo, tmp_path):
    demo = fresh_demo("empty-account")
    setup = await planned(demo, "same key")
    with fake_cli(clients(demo), tmp_path) as (cli, run):
        done = run(EXPORTS["cli"](setup).replace(demo.environment.account, "999988887777"))
    assert done.returncode == 4
    assert "nothing was made" in done.stderr
    assert [operation for operation, _ in cli.asked] == ["GetCallerIdentity"]


async def test_cfn_lint_finds_nothing(fresh_demo, tmp_path):
    files = {}
    for way, (environment, _) in WAYS.items():
        setup = await planned(fresh_demo(environment), way)
        files.setdefault(setup.account.region, []).append(tmp_path / f"{way.replace(' ', '-')}.json")
        files[setup.account.region][-1].write_text(EXPORTS["cloudformation"](setup))
    for region, templates in files.items():
        lint = [Path(sys.executable).with_name("cfn-lint"), "--regions", region, "--include-checks", "I", "--"]
        done = await asyncio.to_thread(subprocess.run, [*lint, *templates], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("way", ["two keys", "VpcOnly"])
async def test_the_module_uses_what_the_provider_documents_and_refers_to_what_it_makes(way, fresh_demo):
    setup = await planned(fresh_demo(WAYS[way][0]), way)
    text = EXPORTS["terraform"](setup)
    module = json.loads(text)
    for kind, resources in module["resource"].items():
        for name, arguments in resources.items():
            assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name)
            assert list(unknown(arguments, ARGUMENTS[kind])) == [], kind
    references = re.findall(r"(?<!\$)\$\{([^}]*)\}", text)
    assert references
    for reference in references:
        kind, name, attribute = reference.split(".")
        assert name in module["resource"][kind]
        assert attribute in ATTRIBUTES[kind]
    assert "to-be-created" not in text


def unknown(arguments, documented):
    for name, value in arguments.items():
        if name not in documented:
            yield name
        elif isinstance(documented[name], dict) and documented[name]:
            for block in value:
                yield from unknown(block, documented[name])


async def test_what_alters_a_standing_domain_is_said_and_not_made_anew(fresh_demo):
    demo = fresh_demo("data-key-missing")
    async with connected(demo) as connection:
        setup = await prepare(Answers(domain="analytics"), connection)
    assert setup.proven
    assert "CreateDomain" not in [change.operation for change in setup.changes]
    assert "update-domain" in EXPORTS["cli"](setup)
    assert "create-domain" not in EXPORTS["cli"](setup)
    assert EXPORTS["cloudformation"](setup).startswith("# Nothing new is made")
    module = json.loads(EXPORTS["terraform"](setup))
    assert "resource" not in module
    assert any("update-domain" in line for line in module["//"])


async def test_text_of_the_account_cannot_break_out_of_script_or_template(fresh_demo, tmp_path):
    """Descriptions and paths may hold anything that AWS lets through."""
    demo = fresh_demo("empty-account")
    async with connected(demo) as connection:
        setup = await prepare(
            Answers(profiles=("ana",), datasets=(f"s3://acme-sales-data-{demo.environment.account}/2025/",)), connection
        )
    evil = 'it\'s $(touch HERE) `id` ${aws:username} "x" %{if}'

    changes = [
        dataclasses.replace(change, parameters={**change.parameters, "Description": evil})
        if "Description" in change.parameters
        else change
        for change in setup.changes
    ]
    setup = dataclasses.replace(setup, changes=tuple(changes))
    with fake_cli(clients(demo), tmp_path) as (cli, run):
        done = run(f"cd {tmp_path}\n{EXPORTS['cli'](setup)}")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "HERE").exists()
    assert {params["Description"] for _, params in cli.asked if "Description" in params} == {evil}
    module = json.loads(EXPORTS["terraform"](setup))
    assert module["resource"]["aws_iam_role"]["canvas"]["description"] == evil.replace("${", "$${").replace("%{", "%%{")
