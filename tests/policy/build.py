"""Short words for tests: statements, documents, and one question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from canvas_kms_tui.policy import Answer, Document, Layers, Principal, Request, evaluate

ACCOUNT, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/Canvas"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Canvas/SageMaker"
USER = f"arn:aws:iam::{ACCOUNT}:user/Ann"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
FOREIGN_ROLE = f"arn:aws:iam::{OTHER}:role/Canvas"
FOREIGN_ROOT = f"arn:aws:iam::{OTHER}:root"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OBJECT = "arn:aws:s3:::data/in/a.csv"
BUCKET = "arn:aws:s3:::data"

role = Principal.role(ROLE, session_name="SageMaker")
anonymous_role = Principal.role(ROLE)
user = Principal.user(USER)
foreign = Principal.role(FOREIGN_ROLE, session_name="s")
root = Principal.root(ACCOUNT)

Json = dict[str, Any]


def statement(
    effect: str,
    action: str | Sequence[str],
    resource: str | Sequence[str] = "*",
    *,
    to: Any = None,
    when: Mapping[str, Any] | None = None,
    **more: Any,
) -> Json:
    found: Json = {"Effect": effect, "Action": action, "Resource": resource}
    if to is not None:
        found["Principal"] = to if to == "*" or isinstance(to, Mapping) else {"AWS": to}
    if when is not None:
        found["Condition"] = when
    return {key: value for key, value in {**found, **more}.items() if value is not None}


def allow(action: str | Sequence[str] = "*", resource: str | Sequence[str] = "*", **more: Any) -> Json:
    return statement("Allow", action, resource, **more)


def deny(action: str | Sequence[str] = "*", resource: str | Sequence[str] = "*", **more: Any) -> Json:
    return statement("Deny", action, resource, **more)


def doc(*statements: Any, name: str = "policy", version: str | None = "2012-10-17") -> Document:
    source = {"Statement": list(statements), **({"Version": version} if version else {})}
    return Document.parse(source, name=name)


def key_policy(*statements: Any) -> list[Document]:
    return [doc(*statements, name="key policy of K")]


DELEGATION = allow("kms:*", to=ROOT, Sid="Root")


def ask(
    layers: Layers | None = None,
    *,
    principal: Principal = role,
    action: str = "kms:Decrypt",
    resource: str = KEY,
    owner: str | None = ACCOUNT,
    context: Mapping[str, str | Sequence[str]] | None = None,
    unknown: Sequence[str] = (),
    **parts: Any,
) -> Answer:
    request = Request(
        principal, action, resource, resource_account=owner, context=context or {}, unknown=frozenset(unknown)
    )
    return evaluate(request, layers or Layers(**parts))


def decision(*args: Any, **kwargs: Any) -> str:
    return str(ask(*args, **kwargs).decision)
