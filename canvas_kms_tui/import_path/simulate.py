"""Owns how one request is judged: the clock, writes without SSE headers, keys that AWS manages."""

from __future__ import annotations

from datetime import datetime, timedelta

from canvas_kms_tui.import_path.context import CLOCK, Context, Values, mentions
from canvas_kms_tui.policy import Answer, Document, Layers, Principal, Request, evaluate

#: The simulation stands for an import within this time of now.
AROUND_NOW = timedelta(hours=1)


def judge(
    principal: Principal,
    action: str,
    resource: str,
    *,
    owner: str | None,
    context: Context,
    layers: Layers,
    now: datetime,
) -> tuple[Request, Answer]:
    """Decide one request. Where a policy looks at the clock, the answer must hold for ``now`` ± 1 hour."""
    if not any(mentions(layers, key) for key in CLOCK):
        return _judged(principal, action, resource, owner, context, layers)
    moments = [now - AROUND_NOW, now, now + AROUND_NOW]
    judged = [_judged(principal, action, resource, owner, context.merged(_clock(moment)), layers) for moment in moments]
    if len({answer.decision for _, answer in judged}) == 1:
        return judged[1]
    return _judged(principal, action, resource, owner, context.merged({}, CLOCK), layers)


def judge_headerless(
    principal: Principal,
    action: str,
    resource: str,
    *,
    owner: str | None,
    context: Context,
    layers: Layers,
    now: datetime,
    filled: Values | None,
) -> tuple[Request, Answer]:
    """Decide a PutObject without SSE headers.

    AWS's texts disagree on whether the bucket's default encryption fills the SSE condition keys before the bucket
    policy is read. Both readings are judged; where they differ the answer is unknown. ``filled`` is what the default
    encryption would fill in, None where it is not known.
    """
    asked = (principal, action, resource)
    plain = judge(*asked, owner=owner, context=context, layers=layers, now=now)
    if filled is not None:
        other = judge(*asked, owner=owner, context=context.merged(filled), layers=layers, now=now)
        if other[1].decision == plain[1].decision:
            return plain
    return judge(*asked, owner=owner, context=context.merged({}, SSE_KEYS), layers=layers, now=now)


SSE_ALGORITHM = "s3:x-amz-server-side-encryption"
SSE_KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id"
SSE_KEYS = frozenset({SSE_ALGORITHM, SSE_KEY})


def _judged(
    principal: Principal, action: str, resource: str, owner: str | None, context: Context, layers: Layers
) -> tuple[Request, Answer]:
    request = Request(
        principal,
        action,
        resource,
        resource_account=owner,
        context=context.values,
        unknown=frozenset(context.unknown),
    )
    return request, evaluate(request, layers)


def _clock(moment: datetime) -> Values:
    return {
        "aws:CurrentTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(moment.timestamp())),
    }


def aws_managed_policy(partition: str, region: str, account: str) -> Document:
    """The policy that every ``aws/s3`` key has (KMS developer guide, "AWS managed keys"; it cannot be edited)."""
    return Document.parse(
        {
            "Version": "2012-10-17",
            "Id": "auto-s3-2",
            "Statement": [
                {
                    "Sid": "Allow access through S3 for all principals in the account that are authorized to use S3",
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": [
                        "kms:Encrypt",
                        "kms:Decrypt",
                        "kms:ReEncrypt*",
                        "kms:GenerateDataKey*",
                        "kms:DescribeKey",
                    ],
                    "Resource": "*",
                    "Condition": {
                        "StringEquals": {
                            "kms:CallerAccount": account,
                            "kms:ViaService": f"s3.{region}.amazonaws.com",
                        }
                    },
                },
                {
                    "Sid": "Allow direct access to key metadata to the account",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
                    "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                    "Resource": "*",
                },
            ],
        },
        name="key policy of the AWS managed key aws/s3",
    )
