"""S3's questions before any answer: is there such a bucket, in this Region, open to this caller, and whose is it."""

from __future__ import annotations

from moto.s3.models import FakeBucket, s3_backends

from canvas_kms_tui.demo import denials
from canvas_kms_tui.demo.call import AwsError, Call, guard

_ANYWHERE = ("GetBucketLocation", "CreateBucket")  # answered whatever Region the request was signed for


def bucket_named(name: str) -> FakeBucket:
    """The bucket of that name, whoever owns it.

    Raises:
        AwsError: NoSuchBucket.
    """
    found = s3_backends.bucket_accounts.get(name)
    if found is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404, members={"BucketName": name})
    partition, account = found
    return s3_backends[account][partition].buckets[name]


def bucket_of(call: Call) -> FakeBucket:
    """The bucket that a call names."""
    return bucket_named(call.params["Bucket"])


@guard("s3")
def check(call: Call) -> None:
    if "Bucket" not in call.params or call.operation == "CreateBucket":
        denials.check(call)
        return
    bucket = bucket_of(call)
    if bucket.region_name != call.region and call.operation not in _ANYWHERE:
        raise _redirect(call, bucket)
    try:
        denials.check(call)
        _check_access(call, bucket)
    except AwsError as refused:
        refused.headers["x-amz-bucket-region"] = bucket.region_name
        raise


def _check_access(call: Call, bucket: FakeBucket) -> None:
    if bucket.account_id != call.account and not _open_to(call, bucket):
        action = denials.action_of(call)
        raise denials.refusal(call, action, denials.resource_of(call), "no resource-based policy allows")
    if call.params.get("ExpectedBucketOwner", bucket.account_id) != bucket.account_id:
        raise AwsError("AccessDenied", "Access Denied", 403)


def _open_to(call: Call, bucket: FakeBucket) -> bool:
    declared = call.world.document.get("buckets", {}).get(bucket.name, {})
    action = denials.action_of(call).lower()
    return any(denials.matches(pattern.lower(), action) for pattern in declared.get("operator_may", ()))


def _redirect(call: Call, bucket: FakeBucket) -> AwsError:
    endpoint = f"{bucket.name}.s3.{bucket.region_name}.amazonaws.com"
    return AwsError(
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint.",
        301,
        headers={"x-amz-bucket-region": bucket.region_name},
        members={"Endpoint": endpoint, "Bucket": bucket.name},
    )
