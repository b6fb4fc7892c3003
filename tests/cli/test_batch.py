"""``--batch`` against the stand-in over HTTP, as a process: reports, choices, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import jsonschema
import psutil
import pytest
from program import CLEAN, PYTHON, run, the_line

from canvas_kms_tui.aws import case
from canvas_kms_tui.cli.options import FORMATS
from canvas_kms_tui.demo import environments
from canvas_kms_tui.demo.server import RunningDemo
from canvas_kms_tui.report.dump import schema_text

VALIDATOR = jsonschema.Draft202012Validator(json.loads(schema_text()))

#: One of each kind; that every shipped environment is diagnosed right is held elsewhere, without a process for each.
SHIPPED = (
    "healthy",
    "bucket-policy-requires-other-key",
    "use-case-unsupported",
    "two-causes",
    "operator-denied",
    "china-role-denied-kms",
)


def access(demo: RunningDemo) -> dict[str, str]:
    """The environment variables of a user of that account."""
    given = demo.environment.credentials
    return {
        "AWS_ACCESS_KEY_ID": given.access_key_id,
        "AWS_SECRET_ACCESS_KEY": given.secret_access_key,
        "AWS_SESSION_TOKEN": given.session_token,
        "AWS_DEFAULT_REGION": demo.environment.region,
    }


def live(demo: RunningDemo, *arguments: str, **more) -> subprocess.CompletedProcess[str]:
    return run("--batch", "--endpoint-url", demo.endpoint_url, *arguments, env=access(demo), **more)


def target(demo: RunningDemo) -> list[str]:
    """The flags that name what the environment is about."""
    wanted = demo.environment.target
    return [
        *("--domain-id", wanted.domain_id, "--user-profile", wanted.user_profile),
        *(word for dataset in wanted.datasets for word in ("--dataset", dataset.uri)),
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_environment_gives_a_valid_dump_and_the_expected_verdict(fresh_demo, name):
    demo = fresh_demo(name)
    wanted = demo.environment.target
    more = [
        *(["--use-case", wanted.use_case] if wanted.use_case else []),
        *(["--local-upload"] if wanted.local_upload else []),
    ]
    done = live(demo, "--format", "json", *target(demo), *more)
    dump = json.loads(done.stdout)
    assert [error.message for error in VALIDATOR.iter_errors(dump)] == []
    assert dump["source"] == "live"
    (diagnosis,) = dump["diagnoses"]
    expect = demo.environment.expect
    assert diagnosis["verdict"]["status"] == expect["verdict"]
    assert diagnosis["verdict"]["most_likely"] == expect["most_likely"]
    found = {(each["cause"], each["status"]) for each in diagnosis["findings"]}
    assert set(expect["findings"].items()) <= found
    failing = {cause for cause, status in found if status == "fail"}
    assert failing == {cause for cause, status in expect["findings"].items() if status == "fail"}
    assert done.returncode == expect["exit"]
    assert done.stderr == ""


def test_the_demo_says_that_it_is_one_and_is_the_same_otherwise(demo_server):
    demo = demo_server("role-denied-kms")
    shown = json.loads(run("--batch", "--demo", "--format", "json").stdout)
    real = json.loads(live(demo, "--format", "json", *target(demo)).stdout)
    assert shown["source"] == "demo"
    (one,), (other,) = shown["diagnoses"], real["diagnoses"]
    for member in ("target", "resolved", "verdict", "import_path", "coverage"):
        assert one[member] == other[member]
    rows = [[(each["cause"], each["resource"], each["status"]) for each in found["findings"]] for found in (one, other)]
    assert rows[0] == rows[1]


def test_the_users_own_aws_settings_do_not_leak_into_the_demo():
    poison = {
        "AWS_PROFILE": "nobody",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "AWS_REGION": "moon-1",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_CA_BUNDLE": "/nonexistent",
    }
    assert run("--batch", "--demo", "healthy", env=poison).returncode == 0


def test_a_domain_and_a_profile_that_are_not_given_are_found_where_there_is_only_one(fresh_demo):
    healthy = environments.load("healthy")
    demo = fresh_demo(
        healthy.moved(
            overrides={
                "domains": {"analytics": {"profiles": {"ben": None}}},
                "buckets": {"artifacts": {"objects": None}},
            }
        )
    )
    dump = json.loads(live(demo, "--format", "json").stdout)
    assert dump["diagnoses"][0]["target"]["domain_id"] == demo.environment.target.domain_id
    assert dump["diagnoses"][0]["target"]["user_profile"] == "ana"
    assert "source not checked" in dump["diagnoses"][0]["verdict"]["headline"]


def test_several_profiles_are_listed_and_none_is_guessed(demo_server):
    done = live(demo_server("healthy"))
    assert done.returncode == 2
    assert "choose one with --user-profile: ana, ben" in the_line(done)


def test_stdout_has_nothing_but_the_report_and_stderr_nothing_without_a_terminal():
    done = run("--batch", "--demo", "healthy", "--format", "markdown")
    assert done.stdout.startswith("## ✓")
    assert done.stderr == ""


def test_a_warning_fails_the_run_only_when_it_is_asked_to(demo_server):
    demo = demo_server("bucket-policy-requires-sse-header")
    assert demo.environment.expect["exit"] == 0
    assert live(demo, *target(demo)).returncode == 0
    assert live(demo, *target(demo), "--fail-on", "warn").returncode == 1


def test_what_may_not_be_read_is_exit_3_unless_it_is_accepted(demo_server):
    demo = demo_server("operator-denied")
    first = live(demo, *target(demo), "--format", "json")
    assert first.returncode == 3
    unknown = {
        each["cause"] for each in json.loads(first.stdout)["diagnoses"][0]["findings"] if each["status"] == "unknown"
    }
    accepted = live(demo, *target(demo), "--format", "json", "--accept-unknown", ",".join(unknown))
    assert accepted.returncode == 0
    assert set(json.loads(accepted.stdout)["diagnoses"][0]["accepted_unknown"]) == unknown


def test_only_and_skip_choose_the_causes(demo_server):
    demo = demo_server("role-denied-kms")
    only = json.loads(live(demo, *target(demo), "--format", "json", "--only", "key-disabled").stdout)["diagnoses"][0]
    assert {each["cause"] for each in only["findings"]} == {"key-disabled"}
    skipped = live(demo, *target(demo), "--format", "json", "--skip", "role-denied-kms")
    assert "role-denied-kms" not in {each["cause"] for each in json.loads(skipped.stdout)["diagnoses"][0]["findings"]}


def test_several_formats_go_into_a_directory_named_by_target_and_format(tmp_path: Path):
    done = run(
        "--batch", "--demo", "--format", "json,markdown,text,jsonl", "--output", str(tmp_path / "new" / "reports")
    )
    assert done.returncode == 1
    assert done.stdout == ""
    names = sorted(path.name for path in (tmp_path / "new" / "reports").iterdir())
    stem = names[0].rpartition(".")[0]
    assert names == [f"{stem}.{name}" for name in ("json", "jsonl", "markdown", "text")]
    assert stem.endswith("_ana")


def test_one_format_goes_into_a_file_whole(tmp_path: Path):
    place = tmp_path / "diagnosis.json"
    place.write_text("the old one")
    place.chmod(0o640)
    assert run("--batch", "--demo", "--format", "json", "--output", str(place)).returncode == 1
    assert json.loads(place.read_text())["source"] == "demo"
    assert place.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["diagnosis.json"]


@pytest.mark.parametrize(("name", "code"), [("two-causes", 1), ("operator-denied", 3), ("delegated-healthy", 0)])
async def test_the_exit_code_is_the_same_in_every_format(recorded, tmp_path, name, code):
    case.write((await recorded(name)).case, tmp_path / "case.json")
    place = ("--case", str(tmp_path / "case.json"))
    given = ["--accept-unknown", "service-throttled,kms-limits"] if code == 0 else []
    assert {form: run("--batch", *place, *given, "--format", form).returncode for form in FORMATS} == dict.fromkeys(
        FORMATS, code
    )


def test_a_reader_that_goes_away_is_no_error():
    program = subprocess.Popen(
        [PYTHON, "-m", "canvas_kms_tui", "--batch", "--demo"],
        env=CLEAN,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    program.stdout.close()
    assert program.wait(60) == 1
    assert program.stderr.read() == b""
    program.stderr.close()


def test_a_full_disk_is_said():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [PYTHON, "-m", "canvas_kms_tui", "--batch", "--demo"],
            env=CLEAN,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 2
    assert done.stderr == "canvas-kms-tui: stdout: No space left on device\n"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_cancelling_is_exit_130_and_leaves_nothing_running_or_half_written(tmp_path: Path, sign):
    program = subprocess.Popen(
        [PYTHON, "-m", "canvas_kms_tui", "--batch", "--demo", "--output", str(tmp_path / "report")],
        env=CLEAN,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_listen_to_interrupts,
    )
    while not psutil.Process(program.pid).children():
        time.sleep(0.02)
    program.send_signal(sign)
    assert program.wait(10) == 130
    assert program.stderr.read() == "canvas-kms-tui: cancelled\n"
    program.stderr.close()
    assert list(tmp_path.iterdir()) == []
    deadline = time.monotonic() + 5
    while _group_is_alive(program.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _group_is_alive(program.pid)


def _listen_to_interrupts() -> None:
    """What a shell starts in the background ignores SIGINT; the program is tried as one in the foreground."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _group_is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_progress_is_for_a_terminal_and_leaves_no_trace():
    import pexpect

    child = pexpect.spawn(
        PYTHON, ["-m", "canvas_kms_tui", "--batch", "--demo", "healthy"], env=CLEAN, encoding="utf-8", timeout=60
    )
    child.expect("causes checked")
    child.expect("HEALTHY")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0


def test_a_suppressed_failure_does_not_fail_the_pipeline_and_the_next_run_says_what_is_fixed(demo_server, tmp_path):
    demo = demo_server("role-denied-kms")
    old = tmp_path / "old.json"
    live(demo, *target(demo), "--format", "json", "--output", str(old))
    (failed,) = [each for each in json.loads(old.read_text())["diagnoses"][0]["findings"] if each["status"] == "fail"]
    file = tmp_path / "suppress.toml"
    entry = f'[[suppress]]\ncause = "{failed["cause"]}"\nresource = "{failed["resource"]}"\nreason = "known"\n'
    file.write_text(f"{entry}until = 2999-12-31\n")
    suppressed = live(demo, *target(demo), "--suppress", str(file))
    assert suppressed.returncode == 0
    assert "known (until 2999-12-31)" in suppressed.stdout
    file.write_text(f"{entry}until = 2020-12-31\n")
    over = live(demo, *target(demo), "--suppress", str(file))
    assert over.returncode == 1
    assert "ran out on 2020-12-31" in over.stderr
    mended = demo_server("healthy")
    done = live(mended, *target(mended), "--format", "json", "--compare", str(old))
    compared = json.loads(done.stdout)["diagnoses"][0]["compared"]
    assert (failed["cause"], "fail") in {(row["cause"], row["status"]) for row in compared["fixed"]}
