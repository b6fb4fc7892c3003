"""The longest chain of dependent calls: told by the answers, not by the order in which calls were made."""

from __future__ import annotations

from dataclasses import replace

from canvas_kms_tui.aws.chain import Chain
from canvas_kms_tui.aws.live import connect
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from tests.diagnosing import options


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_call_hangs_on_the_answer_that_told_its_parameter():
    clock = Clock()
    chain = Chain(clock)
    domain, buckets = chain.link("domain", {"DomainId": "d-1"}), chain.link("buckets", {})
    clock.now = 1
    domain.answered({"DefaultUserSettings": {"ExecutionRole": "arn:aws:iam::1:role/Canvas"}})
    attached = chain.link("attached", {"RoleName": "Canvas"})
    clock.now = 1.5
    buckets.answered({"Buckets": []})
    attached.answered({"AttachedPolicies": [{"PolicyArn": "arn:aws:iam::1:policy/p"}]})
    assert chain.longest() == "longest chain of dependent calls: 2 (1.500 s): domain > attached"


def test_what_was_known_before_is_no_dependency():
    chain = Chain()
    domain = chain.link("domain", {"DomainId": "d-123"})
    domain.answered({"DomainId": "d-123", "DomainArn": "arn:aws:sagemaker:eu-west-1:1:domain/d-123"})
    chain.link("profiles", {"DomainIdEquals": "d-123"}).answered({})
    assert "dependent calls: 1 " in chain.longest()


def test_of_two_answers_that_told_it_the_nearer_counts():
    chain = Chain(Clock())
    chain.link("domain", {"DomainId": "d-123"}).answered({"Role": "some-role", "Key": "some-key"})
    chain.link("role", {"RoleName": "some-role"}).answered({"Says": "some-key"})
    chain.link("key", {"KeyId": "some-key"}).answered({})
    assert chain.longest().endswith(": domain > role")


def test_a_call_that_failed_ends_a_chain_too():
    chain = Chain()
    chain.link("domain", {"DomainId": "d-123"}).answered({"Role": "some-role"})
    chain.link("role", {"RoleName": "some-role"}).answered({})
    assert chain.longest().endswith(": domain > role")


def test_without_a_call_there_is_no_line():
    assert Chain().longest() == ""


async def test_the_log_ends_with_the_longest_chain_of_the_diagnosis(demo_server, tmp_path):
    demo = demo_server("role-denied-kms")
    connection = await connect(replace(options(demo), log_file=tmp_path / "calls.log"))
    await diagnose(Facts(connection.gateway, demo.environment.target))
    connection.close()
    *calls, last = (tmp_path / "calls.log").read_text().splitlines()
    assert len(calls) > 30
    assert last.endswith(
        ": sagemaker describe_domain > iam list_attached_role_policies > iam get_policy > iam get_policy_version"
    )
    assert " longest chain of dependent calls: 4 (" in last
