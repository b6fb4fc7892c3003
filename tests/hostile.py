"""Text that AWS lets a user write, at its worst, and an account that is full of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

#: Set the window's title, clear the screen, move, copy, ring; the same as C1; turned round, hidden; markup and actions.
ESCAPES = (
    "\x1b]0;PWNED\x07", "\x1b[2J", "\x1b[1;1H", "\x1b]52;c;UFdORUQ=\x07", "\x1b]8;;http://evil.example\x1b\\",
    "\x1bc", "\x1bP+q544e\x1b\\", "\x1b[?1049l", "\x1b[6n", "\x9b2J", "\x9d0;PWNED\x9c", "\x90x\x9c", "\x07", "\x08",
    "\r", "\x0e",
)  # fmt: skip
HIDDEN = ("\u202e", "\u2066", "\u200b", "\u200d", "\u2028", "\ufeff", "\U000e0041", "\xad")
MARKUP = ("[@click=app.quit]x[/]", "[bold red]x[/]", "[/]][[", "[link=http://evil.example]x[/link]", "$error", "{x}")
ALL = "".join((*ESCAPES, *HIDDEN, *MARKUP)).replace("{x}", "x")
#: What XML can carry: IAM answers in it.
WRITABLE = "".join((*HIDDEN[:-1], "\x9b2J", *MARKUP)).replace("{x}", "x")
LONG = "L" * 10_000

#: What no program may send on: control characters but newline and tab, C1, what turns round or hides.
UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)


def environment(like: Path, said: str = ALL) -> dict[str, Any]:
    """``like`` (the file of ``role-denied-kms``) with hostile text wherever somebody may write text."""
    written = json.loads(like.read_text("utf-8"))
    key = written["keys"]["artifacts"]
    key["description"], key["tags"] = said, {said[:100]: said, "long": LONG}
    key["policy"]["Id"] = said
    known = {"AWS": "{role:NightlyReports}"}  # KMS takes no principal that does not exist
    key["policy"]["Statement"].append(_statement(said, Principal=known))
    written["roles"] = {
        "CanvasExecutionRole": {"description": WRITABLE, "tags": {"team": WRITABLE}, "inline": _inline(said)}
    }
    written["buckets"] = {"sales": _bucket(said)}
    written["domains"] = {"analytics": _domain(said)}
    for event in written["cloudtrail"]:
        if "error_message" in event:
            event["error_message"] += said
        event["from"] = said
        event["request"] = {**event["request"], "encryptionContext": {said: said}}
    written["operator"] = {
        "arn": "arn:{partition}:sts::{account}:assumed-role/{role_name:SupportEngineer}/sam",
        "denied": [{"action": "organizations:*", "because": said}, {"action": "ec2:*", "because": said}],
    }
    written["target"] = {
        "domain": "{domain:analytics}",
        "profile": "{profile:ana}",
        "datasets": [f"s3://{{bucket:sales}}/in/{said}.csv"],
        "error": said + LONG,
    }
    written["title"] = said
    written.pop("expect", None)
    return written


def _inline(said: str) -> dict[str, Any]:
    own = {name: value for name, value in _statement(said).items() if name != "Principal"}
    nearly = {"Sid": said, "Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": f"arn:aws:kms:{said}"}
    reading = {"Sid": said, "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}
    decrypting = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "{key:sales}"}
    odd = {"Version": "2012-10-17", "Statement": [own, nearly, reading, decrypting]}
    return {"SalesDataRead": None, "Odd": odd}


def _bucket(said: str) -> dict[str, Any]:
    denying = _statement(said, Action=f"s3:{said}", Resource=f"arn:aws:s3:::{{bucket:sales}}/{said}")
    return {
        "tags": {"who": said},
        "policy": {"Version": "2012-10-17", "Statement": [denying]},
        "objects": {f"in/{said}.csv": {"size": 5, "encryption": {"algorithm": "aws:kms", "key": "{key:sales}"}}},
    }


def _domain(said: str) -> dict[str, Any]:
    app = {"AppType": "Canvas", "AppName": "default", "UserProfileName": "{profile:ana}", "created": "-4h"}
    return {
        "name": "named",
        "status": "Update_Failed",
        "FailureReason": said + LONG,
        "tags": {"who": said},
        "apps": [{**app, "status": "Failed", "FailureReason": said}],
    }


def _statement(said: str, **more: Any) -> dict[str, Any]:
    """Hostile in its Sid, its principals, its condition's values and keys; long, and yet a key policy can hold it."""
    long = LONG[:300]
    return {
        "Sid": said,
        "Effect": "Deny",
        "Principal": {"AWS": [f"arn:aws:iam::{{account}}:role/{said}"]},
        "Action": ["kms:Encrypt", f"kms:{said}", long],
        "Resource": "*",
        "Condition": {"StringEquals": {"kms:ViaService": [said, long], f"aws:PrincipalTag/{said}": said}},
        **more,
    }
