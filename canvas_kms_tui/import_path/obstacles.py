"""Owns what makes a key or a bucket unusable whatever the policies say, and the one cause that is blamed for it."""

from __future__ import annotations

from dataclasses import dataclass

from canvas_kms_tui.facts import Unreadable
from canvas_kms_tui.facts.terms import Bucket, BucketStanding, Key
from canvas_kms_tui.import_path.resolve import KeyUse, Place, Use


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way before any policy is asked: the cause's id and a sentence."""

    cause: str
    text: str


_STATES = {
    "Disabled": ("key-disabled", "the key is disabled"),
    "PendingDeletion": ("key-pending-deletion", "the key is scheduled for deletion"),
    "PendingReplicaDeletion": ("key-pending-deletion", "the key waits for its replicas to be deleted"),
    "PendingImport": ("key-pending-import", "the key has no key material"),
    "Unavailable": ("key-pending-import", "the custom key store of the key is not connected"),
    "Creating": ("key-pending-import", "the key is still being created"),
}


def key_obstacle(use: KeyUse, region: str, account: str) -> Obstacle | None:
    """Why KMS would refuse ``account`` this key through S3 in ``region``; None where nothing does, or it is not known.

    Key states and their effect: KMS developer guide, "Key states of AWS KMS keys".
    """
    if use.key is None:
        return Obstacle("key-not-found", f"KMS does not find the key {use.reference}")
    if isinstance(use.key, Unreadable):
        return None
    return _state(use.key) or _region(use, use.key, region) or _type(use.key) or _manager(use.key, account)


def _state(key: Key) -> Obstacle | None:
    found = _STATES.get(key.state)
    return Obstacle(*found) if found else None


def _region(use: KeyUse, key: Key, region: str) -> Obstacle | None:
    if use.uses == {Use.SOURCE} or key.region == region:
        return None
    return Obstacle("key-wrong-region", f"the key is in {key.region}, but it is used in {region}")


def _type(key: Key) -> Obstacle | None:
    spec_fits = key.spec in ("", "SYMMETRIC_DEFAULT")
    if spec_fits and key.usage in ("", "ENCRYPT_DECRYPT"):
        return None
    return Obstacle("key-wrong-type", f"the key is {key.spec} for {key.usage}; S3 takes only symmetric encryption keys")


def _manager(key: Key, account: str) -> Obstacle | None:
    if not key.is_aws_managed or key.account == account:
        return None
    return Obstacle("key-aws-managed", f"the key is the AWS managed key of account {key.account}")


def bucket_obstacle(place: Place, default_bucket: str) -> Obstacle | None:
    """Why nothing can be written to the artifact bucket; None where it is ours, or not known.

    A configured bucket of another account may be meant so; the default bucket never is.
    """
    if not isinstance(place.bucket, Bucket):
        return None
    if place.bucket.standing is BucketStanding.MISSING:
        return Obstacle("default-bucket-missing", f"the bucket {place.bucket.name} does not exist")
    if place.bucket.standing is BucketStanding.FOREIGN and place.bucket.name == default_bucket:
        return Obstacle("default-bucket-foreign", f"the bucket {place.bucket.name} belongs to another account")
    return None
