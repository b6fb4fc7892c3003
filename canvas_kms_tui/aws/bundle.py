"""Owns the support bundle: a zip of a redacted case and what belongs to it, with a manifest of hashes.

``case.json`` in it is a case file like any other, so a bundle opens wherever a case does.
"""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from canvas_kms_tui.aws.case import LARGEST, write_private
from canvas_kms_tui.gateway import CannotConnect

VERSION: Final = "1"
MANIFEST: Final = "manifest.json"
CASE: Final = "case.json"
#: What a file that somebody else made can do to its reader.
_NO_BUNDLE: Final = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, TypeError, NotImplementedError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the bundle; ``holds`` says in a few words what it is."""

    name: str
    data: bytes
    holds: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def json_member(name: str, value: Any, holds: str) -> Member:
    return Member(name, json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n", holds)


def manifest(members: Sequence[Member], about: Mapping[str, Any]) -> Member:
    """What the bundle holds, each member with its size and hash, after what is said ``about`` the whole."""
    listed = [
        {"name": each.name, "bytes": len(each.data), "sha256": each.sha256, "holds": each.holds} for each in members
    ]
    return json_member(MANIFEST, {"bundle_version": VERSION, **about, "members": listed}, "this list")


def write(path: Path, members: Sequence[Member], made_at: datetime) -> None:
    """Write the zip whole or not at all, mode 0600, its members too.

    Raises:
        OSError: it cannot be written there.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for each in members:
            info = zipfile.ZipInfo(each.name, made_at.astimezone(UTC).timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFREG | 0o600) << 16
            zipped.writestr(info, each.data)
    write_private(path, buffer.getvalue())


def case_in(path: Path) -> bytes:
    """The case of a bundle, as its maker put it there.

    Raises:
        CannotConnect: there is none, it is too large, or it is not what the manifest says; exit code 2.
    """
    try:
        with zipfile.ZipFile(path) as zipped:
            listed = json.loads(_member(zipped, MANIFEST))["members"]
            data = _member(zipped, CASE)
        expected = [each["sha256"] for each in listed if each["name"] == CASE]
    except KeyError as missing:
        raise _refused(path, f"it lacks {missing.args[0]}") from missing
    except _NO_BUNDLE as error:
        raise _refused(path, f"it is no bundle ({error})") from error
    if expected != [hashlib.sha256(data).hexdigest()]:
        raise _refused(path, f"its {CASE} is not what the manifest says: it was changed since the bundle was made")
    return data


def _member(zipped: zipfile.ZipFile, name: str) -> bytes:
    try:
        info = zipped.getinfo(name)
    except KeyError:
        raise KeyError(name) from None
    if info.file_size > LARGEST:
        raise ValueError(f"{name} is larger than {LARGEST // 2**20} MB")
    with zipped.open(info) as file:
        return file.read(LARGEST)


def _refused(path: Path, why: str) -> CannotConnect:
    return CannotConnect(f"cannot open the bundle {path}: {why}", 2)
