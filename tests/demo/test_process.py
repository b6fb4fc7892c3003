"""The child process: born quickly, dies with its parent, knows nothing of this machine's AWS."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from canvas_kms_tui.demo import environments, server
from tests.demo.clients import client

PARENT = """
import sys, time
from canvas_kms_tui.demo import environments, server
print(server.start(environments.load("healthy")).endpoint_url, flush=True)
time.sleep(60)
"""


def listening(endpoint: str) -> bool:
    address = urlsplit(endpoint)
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address.hostname, address.port)) == 0


def gone(endpoint: str, seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while listening(endpoint) and time.monotonic() < until:
        time.sleep(0.05)
    return not listening(endpoint)


def test_killing_the_parent_kills_the_stand_in():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    endpoint = parent.stdout.readline().strip()
    assert listening(endpoint)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert gone(endpoint)


def test_stopping_leaves_nothing_behind():
    demo = server.start(environments.load("healthy"))
    assert listening(demo.endpoint_url)
    demo.stop()
    demo.stop()
    assert gone(demo.endpoint_url)


def test_it_listens_on_loopback_only():
    with server.start(environments.load("healthy")) as demo:
        assert urlsplit(demo.endpoint_url).hostname == "127.0.0.1"


def test_the_machines_own_aws_settings_do_not_leak_in(monkeypatch):
    for name, value in {
        "AWS_PROFILE": "does-not-exist", "AWS_CONFIG_FILE": "/does/not/exist", "HTTP_PROXY": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "MOTO_ACCOUNT_ID": "123456789012",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with server.start(environments.load("healthy")) as demo:
        monkeypatch.undo()
        assert (
            client(demo, "iam").get_role(RoleName="CanvasExecutionRole")["Role"]["Arn"].split(":")[4] == "111122223333"
        )


def test_a_port_that_is_taken_is_said_in_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(server.CannotStart, match="Address already in use") as caught:
            server.start(environments.load("healthy"), port=taken.getsockname()[1])
    assert "\n" not in str(caught.value)


def test_the_controls_want_the_token(demo_server):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{demo_server('healthy').endpoint_url}/_demo/requests")
    assert caught.value.code == 403
    caught.value.close()


def test_every_request_is_kept(fresh_demo):
    demo = fresh_demo("healthy")
    client(demo, "kms").list_keys(Limit=5)
    (request,) = demo.requests()
    assert (request["service"], request["operation"], request["params"]) == ("kms", "ListKeys", {"Limit": 5})
    demo.reset()
    assert demo.requests() == []


def module(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "canvas_kms_tui.demo", *arguments], capture_output=True, text=True, timeout=30
    )


def test_an_unknown_name_exits_2_with_the_nearest():
    ended = module("role-denid-kms", "--serve")
    assert ended.returncode == 2
    assert "did you mean 'role-denied-kms'?" in ended.stderr
    assert ended.stdout == ""


def test_serve_prints_what_the_aws_cli_needs_and_ends_on_ctrl_c():
    running = subprocess.Popen(
        [sys.executable, "-m", "canvas_kms_tui.demo", "key-disabled", "--serve"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    said = ""
    for line in running.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    given = dict(re.findall(r"(AWS_\w+)=(\S+)", said))
    assert {"AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} <= set(given)
    assert listening(given["AWS_ENDPOINT_URL"])
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=10)
    assert running.returncode == 0
    assert "Traceback" not in errors
    assert gone(given["AWS_ENDPOINT_URL"])


def test_the_exports_work_for_a_plain_boto3_program():
    program = "import boto3; print(boto3.client('kms').describe_key(KeyId='alias/canvas-artifacts')['KeyMetadata'])"
    with server.start(environments.load("key-disabled")) as demo:
        credentials = demo.environment.credentials
        ended = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=30,
            env={"PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": demo.endpoint_url, "NO_PROXY": "127.0.0.1",
                 "AWS_REGION": demo.environment.region, "AWS_DEFAULT_REGION": demo.environment.region,
                 "AWS_ACCESS_KEY_ID": credentials.access_key_id, "AWS_SESSION_TOKEN": credentials.session_token,
                 "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key, "AWS_CONFIG_FILE": os.devnull},
        )  # fmt: skip
    assert "'KeyState': 'Disabled'" in ended.stdout, ended.stderr


def test_two_hundred_domains_of_fifty_profiles_are_there_at_once(fresh_demo):
    domains = {f"d{number}": {"profiles": {f"p{own}": {} for own in range(50)}} for number in range(200)}
    demo = fresh_demo(environments.load("healthy").moved(overrides={"domains": domains}))
    pages = client(demo, "sagemaker").get_paginator("list_domains").paginate(PaginationConfig={"PageSize": 100})
    assert sum(len(page["Domains"]) for page in pages) == 201
