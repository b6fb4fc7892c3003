"""cors-missing: uploads from the browser."""

from __future__ import annotations

import pytest


def rules(*cors: dict) -> dict:
    return {"target": {"local_upload": True}, "buckets": {"artifacts": {"cors": list(cors)}}}


def rule(method: str, origin: str = "*") -> dict:
    return {"AllowedMethods": [method], "AllowedOrigins": [origin]}


async def test_no_rule_fails_where_an_upload_is_asked_about(look):
    found = await look("cors-missing")
    assert found.loud == {"cors-missing": "fail"}, found.told()


async def test_no_rule_is_a_normal_absence_otherwise(look):
    found = await look({"buckets": {"artifacts": {"cors": None}}})
    assert found.loud == {}
    assert found.status("cors-missing") == "not_applicable"


async def test_the_fix_keeps_the_rules_that_stand(look):
    found = await look(rules(rule("GET", "https://intranet.example")))
    change = found.finding("cors-missing").fixes[0].changes[0]
    methods = [item["AllowedMethods"] for item in change.after["CORSRules"]]
    assert methods == [["GET"], ["POST"]]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("*", "pass"),
        ("https://*.studio.{region}.sagemaker.aws", "pass"),
        ("https://elsewhere.example", "fail"),
    ],
)
async def test_the_rule_must_let_canvas_address_in(look, origin, status):
    assert (await look(rules(rule("POST", origin)))).status("cors-missing") == status


async def test_a_bucket_that_is_missing_comes_first(look):
    found = await look({"target": {"local_upload": True}}, base="default-bucket-missing")
    assert found.finding("cors-missing").blocked_by == "default-bucket-missing"
