"""The trimmed models say the same as botocore's own."""

from __future__ import annotations

import json

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from canvas_kms_tui.aws.models import ModelFiles, parse
from canvas_kms_tui.aws.options import ConnectOptions, Credentials
from canvas_kms_tui.aws.reads import READS
from canvas_kms_tui.aws.session import Session, configure
from canvas_kms_tui.aws.writes import WRITES


@pytest.mark.parametrize(
    "text", ['{"a": {"b": [1, {"c": null}], "d": {}}, "e": "x"}', "[1, 2]", '"x"', ' { "a" : { "b" : { } } } ', "{}"]
)
def test_a_document_is_parsed_as_the_standard_library_does(text):
    assert parse(text) == json.loads(text)


@pytest.mark.parametrize("text", ["{} {}", '{"a"}', "", '{"a": 1'])
def test_a_broken_document_is_refused(text):
    with pytest.raises((ValueError, IndexError)):
        parse(text)


def test_every_allowed_operation_keeps_its_whole_shape():
    ours, whole = Loader(file_loader=ModelFiles()), Loader()
    for service in sorted({service for service, _ in {*READS, *WRITES}} - {"ec2"}):
        trimmed = ServiceModel(ours.load_service_model(service, "service-2"), service)
        full = ServiceModel(whole.load_service_model(service, "service-2"), service)
        for name in trimmed.operation_names:
            for side in ("input_shape", "output_shape"):
                assert_same(getattr(trimmed.operation_model(name), side), getattr(full.operation_model(name), side))


def assert_same(one, other, seen=frozenset()):
    if other is None:
        assert one is None
        return
    assert (one.name, one.type_name, one.metadata, one.serialization) == (
        other.name, other.type_name, other.metadata, other.serialization
    )  # fmt: skip
    if one.name in seen:
        return
    if one.type_name == "structure":
        assert list(one.members) == list(other.members)
        for name in one.members:
            assert_same(one.members[name], other.members[name], seen | {one.name})
    elif one.type_name == "list":
        assert_same(one.member, other.member, seen | {one.name})


@pytest.mark.parametrize("isolated", [Credentials("AKIAIOSFODNN7EXAMPLE", "secret"), None])
def test_a_second_session_reads_no_model_again(isolated, monkeypatch):
    def made() -> Session:
        session = Session(ConnectOptions(region="eu-west-1", isolated=isolated))
        configure(session)
        session.create_client("kms", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b").close()
        return session

    first = made()
    monkeypatch.setattr(ModelFiles, "load_file", lambda *_: pytest.fail("read again"))
    assert made().get_component("data_loader") is first.get_component("data_loader")
