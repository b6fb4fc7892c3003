"""What a failed call says of itself."""

from __future__ import annotations

from botocore.exceptions import ClientError

from canvas_kms_tui.aws.failures import from_exception
from canvas_kms_tui.gateway import FailureKind

PAGE = "<!doctype html>\n<html lang=en>\n<title>502 Bad\nGateway</title>\n<h1>Bad Gateway</h1>\n" + "<p>sorry</p>" * 50


def test_a_web_page_is_told_by_its_title_not_by_its_text():
    error = ClientError({"Error": {"Code": "502", "Message": PAGE}, "ResponseMetadata": {"HTTPStatusCode": 502}}, "X")
    failed = from_exception(error, "kms", "describe_key")
    assert failed is not None
    assert failed.kind is FailureKind.UNREACHABLE
    assert failed.message == "a web page, not an answer of AWS: 502 Bad Gateway"
