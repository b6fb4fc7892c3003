"""Whatever the names: what a wildcard matched before it was redacted, it matches after, and nothing else."""

from __future__ import annotations

import json
import random
from fnmatch import fnmatchcase

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from canvas_kms_tui.aws.case import Case, Recorded
from canvas_kms_tui.aws.redact import redact
from canvas_kms_tui.gateway import Caller

words = st.one_of(
    st.sampled_from(["acme", "data", "sales", "sagemaker", "Prod", "eu-west-1", "Canvas", "111122223333", "acm", "ac"]),
    st.text("abcABC12", min_size=1, max_size=6),
)
names = st.lists(words, min_size=1, max_size=4).map("-".join)


@st.composite
def patterns(draw, known):
    """A pattern made from one of the known names: a piece of it is replaced by a wildcard."""
    name = draw(st.sampled_from(known))
    start = draw(st.integers(0, len(name)))
    end = draw(st.integers(start, len(name)))
    return name[:start] + draw(st.sampled_from("*?")) + name[end:]


@st.composite
def worlds(draw):
    known = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    return known, draw(st.lists(patterns(known), min_size=1, max_size=5))


def case_of(known: list[str], wanted: list[str]) -> Case:
    arns = [f"arn:aws:s3:::{pattern}" for pattern in wanted]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": arns}]}
    calls = [Recorded("s3", "head_bucket", "eu-west-1", {"Bucket": name}, {}) for name in known]
    calls.append(Recorded("s3", "get_bucket_policy", "eu-west-1", {"Bucket": "x"}, {"Policy": json.dumps(policy)}))
    return Case(Caller("999988887777", "arn:aws:iam::999988887777:user/me", "aws"), "eu-west-1", None, tuple(calls))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), st.integers(0, 2**32))
@example((["sales-data", "sales"], ["sal*", "*data", "s?les"]), 0)
@example((["my-sagemaker-x"], ["*sagemaker*"]), 0)
def test_what_matched_matches_and_what_did_not_does_not(world, seed):
    known, wanted = world
    hidden = redact(case_of(known, wanted), chance=random.Random(seed)).case
    buckets = [call.params["Bucket"] for call in hidden.calls[:-1]]
    document = json.loads(hidden.calls[-1].answer["Policy"])
    after = [arn.removeprefix("arn:aws:s3:::") for arn in document["Statement"][0]["Resource"]]
    assert [len(name) for name in buckets] == [len(name) for name in known]
    for name, new_name in zip(known, buckets, strict=True):
        for pattern, new_pattern in zip(wanted, after, strict=True):
            assert fnmatchcase(new_name, new_pattern) == fnmatchcase(name, pattern), (
                name,
                pattern,
                new_name,
                new_pattern,
            )
    assert len(set(buckets)) == len(set(known))


def test_letters_of_other_scripts_are_replaced_too():
    known = ["İstanbul-Köln", "東京-data"]
    hidden = redact(case_of(known, ["Köl*"]), chance=random.Random(1)).case
    for call, name in zip(hidden.calls, known, strict=False):
        assert not set(name.split("-")) & set(call.params["Bucket"].split("-"))


def test_a_word_that_cannot_be_replaced_stays_and_is_told():
    redacted = redact(case_of(["sagemaker-x"], ["*gemak*"]), chance=random.Random(1))
    assert "gemak" in redacted.staying
    assert "gemak" in redacted.summary()
