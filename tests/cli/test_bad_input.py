"""Whatever is wrong with what was given: one clear line that names it, the right exit code, nothing written."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import Fault, FaultProxy, Kind
from program import run, the_line
from test_batch import access, live, target

ACCOUNT_OF_DEMO = "111122223333"


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (["--batch", "--region", "eu-west-1"], 4, "no AWS credentials; give --profile"),
        (["--batch"], 2, "no AWS Region; give --region"),
        (["--batch", "--profile", "nobody", "--region", "eu-west-1"], 2, "'nobody'"),
        (["--batch", "--region", "eu-wset-1"], 2, "'eu-wset-1'"),
        (["--batch", "--dataset", "s3:/bad"], 2, "'s3:/bad' is not an S3 URI; write s3://bucket/key"),
        (["--batch", "--format", "yaml"], 2, "'yaml' is not known; one of text, json"),
        (["--batch", "--frobnicate"], 2, "unknown flag --frobnicate"),
        (["--batch", "--only", "role-denied-km"], 2, "'role-denied-km' (did you mean role-denied-kms?)"),
        (["--batch", "--skip", "nothing"], 2, "--skip: no cause 'nothing'"),
        (["--batch", "--accept-unknown", "xyz"], 2, "--accept-unknown: no cause 'xyz'; --list-causes shows all"),
        (["--batch", "--format", "text,json"], 2, "2 formats (text, json) need a directory; add --output DIRECTORY"),
        (["--batch", "--demo", "--output", "/nonexistent/report"], 2, "there is no directory /nonexistent"),
        (["--batch", "--demo", "--output", "/"], 2, "--output /: is a directory"),
        (["--batch", "--demo", "nope"], 2, "no environment 'nope'"),
        (["--batch", "--demo", "--expect-account", "999988887777"], 4, "999988887777"),
        (["--batch", "--demo", "--domain-id", "d-nope"], 2, "'d-nope' does not exist"),
        (["--batch", "--demo", "--user-profile", "nobody"], 2, "'nobody' does not exist"),
        (["--batch", "--demo", "--dataset", "s3://no-such-bucket/x.csv"], 2, "no bucket 'no-such-bucket'"),
        (["--explain", "role-denied-km"], 2, "--explain: no cause 'role-denied-km' (did you mean role-denied-kms?)"),
        (["--evaluate", "/nonexistent/lines"], 2, "--evaluate /nonexistent/lines: No such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_input_is_one_line_that_names_it(argv, code, says):
    done = run(*argv)
    assert says in the_line(done)
    assert done.returncode == code


def test_an_object_that_does_not_exist_is_named(demo_server):
    demo = demo_server("healthy")
    (dataset,) = demo.environment.target.datasets
    done = live(demo, *target(demo)[:4], "--dataset", f"s3://{dataset.bucket}/no/such/object.csv")
    assert f"s3://{dataset.bucket}/no/such/object.csv" in the_line(done)
    assert done.returncode == 2


def test_a_domain_of_another_region_is_not_there(demo_server):
    demo = demo_server("healthy")
    done = live(demo, *target(demo), "--region", "us-east-2")
    assert "us-east-2" in the_line(done)
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"version": 1, "title": }', "line 1 column 25"),
        ("[]", "an environment is a JSON object"),
        ('{"version": 1, "extends": "nothing"}', "/extends"),
        ('{"version": 1, "extends": "healthy", "target": {"domain": "{domain:none}"}}', "/target/domain"),
    ],
)
def test_an_environment_file_with_a_mistake_is_told_with_file_and_place(tmp_path: Path, text, place):
    file = tmp_path / "own.json"
    file.write_text(text)
    done = run("--batch", "--demo", str(file))
    line = the_line(done)
    assert str(file) in line
    assert place in line
    assert done.returncode == 2


def test_an_environment_file_that_is_not_there_is_named():
    done = run("--batch", "--demo", "/nonexistent/own.json")
    assert "/nonexistent/own.json" in the_line(done)
    assert done.returncode == 2


@pytest.fixture
def deaf() -> Iterator[str]:
    """An address where connections are taken and nothing is ever answered."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_an_endpoint_that_refuses_is_named(demo_server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        done = run("--batch", "--endpoint-url", url, env=access(demo_server("healthy")))
    assert url in the_line(done)
    assert done.returncode in (2, 4)


def test_an_endpoint_that_hangs_is_named_in_bounded_time(demo_server, deaf):
    done = run("--batch", "--endpoint-url", deaf, env=access(demo_server("healthy")), timeout=40)
    assert deaf in the_line(done)
    assert done.returncode in (2, 4)


def test_an_expired_token_is_exit_4(demo_server):
    demo = demo_server("healthy")
    with FaultProxy(demo.endpoint_url, [Fault(Kind.EXPIRED)]) as proxy:
        done = run("--batch", "--endpoint-url", proxy.url, env=access(demo))
    assert "expired" in the_line(done)
    assert done.returncode == 4


def test_a_read_that_is_denied_gives_unknown_with_the_permission_to_ask_for_and_exit_3(demo_server):
    demo = demo_server("healthy")
    with FaultProxy(demo.endpoint_url, [Fault(Kind.DENY, service="kms", action="GetKeyPolicy")]) as proxy:
        done = run("--batch", "--format", "json", "--endpoint-url", proxy.url, *target(demo), env=access(demo))
    assert done.returncode == 3
    findings = json.loads(done.stdout)["diagnoses"][0]["findings"]
    gaps = [each["could_not_check"] for each in findings if each["status"] == "unknown"]
    assert "kms:GetKeyPolicy" in {gap["action"] for gap in gaps}
    assert any(gap["grant"]["Action"] == "kms:GetKeyPolicy" for gap in gaps if gap["grant"])
    assert not [each for each in findings if each["status"] == "fail"]


def test_an_unwritable_output_is_refused_before_any_call(demo_server):
    demo = demo_server("healthy")
    with FaultProxy(demo.endpoint_url) as proxy:
        done = run("--batch", "--endpoint-url", proxy.url, "--output", "/proc/nothing", env=access(demo))
        assert "--output /proc/nothing" in the_line(done)
        assert done.returncode == 2
        assert proxy.seen == []
