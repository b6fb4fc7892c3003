"""An organization around the account, with one policy in it."""

from __future__ import annotations

from typing import Any


def organization(kind: str, statement: dict[str, Any], *, target: str = "r-ab12", readable: bool = True) -> dict:
    document = {"Version": "2012-10-17", "Statement": [statement]}
    policy = {"type": kind, "name": "Limits", "targets": [target], "document": document}
    return {
        "organization": {
            "id": "o-a1b2c3d4e5",
            "management_account": "777766665555",
            "path": ["r-ab12", "ou-ab12-analytics0"],
            "readable": readable,
            "policies": {"p-limits00": policy},
        }
    }
