"""S3 objects: declared ones have the size, age, owner and encryption that the file gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.s3.models import FakeKey, s3_backends

from canvas_kms_tui.demo.services.times import when
from canvas_kms_tui.demo.world import World, seeder


@seeder
def seed(world: World, document: Mapping[str, Any]) -> None:
    for bucket, entry in document.get("buckets", {}).items():
        for key, own in entry.get("objects", {}).items():
            _add_object(world, bucket, entry, key, own)


def _add_object(world: World, bucket: str, owner: Mapping[str, Any], key: str, entry: Mapping[str, Any]) -> None:
    backend = s3_backends[owner["account"]][world.partition]
    encryption = entry.get("encryption") or owner.get("encryption", {"algorithm": "AES256"})
    stored: FakeKey = backend.put_object(
        bucket, key, entry.get("content", "").encode(), storage=entry.get("storage_class", "STANDARD"),
        encryption=encryption["algorithm"], kms_key_id=encryption.get("key"),
        bucket_key_enabled=encryption.get("bucket_key") or None,
    )  # fmt: skip
    stored.contentsize = entry.get("size", len(entry.get("content", "")))
    stored.last_modified = when(entry.get("modified"), world.now, "-5d").replace(tzinfo=None)
    if tags := entry.get("tags"):
        backend.put_object_tagging(stored, tags)
