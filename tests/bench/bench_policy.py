"""How much one explained decision costs, as a multiple of ``json.loads`` of the same documents in the same run.

A role session with 10 attached policies (40 statements), a boundary, 2 levels of SCP and a 6-statement key policy:
15 documents, about 7.7 KB, parsed once; every request is distinct, no answer is kept, every layer's trace is built
and the sentence made. Run it: ``python -m tests.bench.bench_policy``.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from canvas_kms_tui.policy import Answer, Document, Layers, Principal, Request, evaluate
from tests.bench.measure import Measure

ACCOUNT, REGION = "111122223333", "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/CanvasExecution"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:Encrypt")
SERVICES = ("s3", "sagemaker", "logs", "ecr", "athena", "glue", "forecast", "iam", "ec2", "kms")


def policy(statements: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def attached(service: str, number: int, statements: int = 4) -> dict[str, Any]:
    found = []
    for index in range(statements):
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Action": [f"{service}:Get*", f"{service}:List{number}"],
            "Resource": f"arn:aws:{service}:{REGION}:{ACCOUNT}:thing{index}/*",
        }
        if index == 3:
            statement["Condition"] = {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
        found.append(statement)
    if service == "kms":
        found[1] |= {
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*",
        }
        found[1]["Condition"] = {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}}
    return policy(found)


def documents(per_policy: int = 4) -> dict[str, list[dict[str, Any]]]:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    outside = {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    key_policy = [
        {
            "Sid": "Root",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        *(
            {
                "Sid": f"Team{index}",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/Team{index}"},
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
                "Resource": "*",
                "Condition": {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}},
            }
            for index in range(4)
        ),
        {
            "Sid": "Outside",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "kms:*",
            "Resource": "*",
            "Condition": outside,
        },
    ]
    region = {"StringNotEquals": {"aws:RequestedRegion": [REGION, "us-east-1"]}}
    return {
        "identity": [attached(service, number, per_policy) for number, service in enumerate(SERVICES)],
        "boundary": [policy([{**everything, "Action": ["kms:*", "s3:*", "sagemaker:*", "logs:*"]}])],
        "scps": [
            policy([everything]),
            policy([everything]),
            policy(
                [
                    {
                        "Sid": "Regions",
                        "Effect": "Deny",
                        "NotAction": ["iam:*", "sts:*"],
                        "Resource": "*",
                        "Condition": region,
                    }
                ]
            ),
        ],
        "key": [policy(key_policy)],
    }


def layers(per_policy: int = 4) -> Layers:
    found = {
        place: [Document.parse(json.dumps(text), name=f"{place} policy {index}") for index, text in enumerate(texts)]
        for place, texts in documents(per_policy).items()
    }
    root, *account = found["scps"]
    return Layers(
        identity=found["identity"], boundary=found["boundary"][0], scps=[[root], account], resource=found["key"]
    )


def requests(count: int, start: int = 0, action: str | None = None) -> list[Request]:
    """Distinct requests: another object each, so another encryption context, and another session."""
    made = []
    for number in range(start, start + count):
        arn = f"arn:aws:s3:::data-{number % 7}/Canvas/{number}.csv"
        context = {
            "aws:PrincipalOrgID": "o-abcdefghij",
            "aws:RequestedRegion": REGION,
            "aws:ResourceAccount": ACCOUNT,
            "aws:SecureTransport": "true",
            "kms:CallerAccount": ACCOUNT,
            "kms:EncryptionContext:aws:s3:arn": arn,
            "kms:EncryptionContextKeys": ["aws:s3:arn"],
            "kms:ViaService": f"s3.{REGION}.amazonaws.com" if number % 3 else f"sqs.{REGION}.amazonaws.com",
        }
        principal = Principal.role(ROLE, session_name=f"session-{number}")
        made.append(Request(principal, action or ACTIONS[number % 4], KEY, resource_account=ACCOUNT, context=context))
    return made


def decide(request: Request, asked: Layers) -> Answer:
    """One explained decision: the trace of every layer and the sentence."""
    answer = evaluate(request, asked)
    if sum(len(layer.statements) for layer in answer.layers) < 50 or not answer.explanation:
        raise AssertionError("the trace is not whole")
    return answer


def best(work: Callable[[], object], rounds: int = 7) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def ratio(count: int = 2000) -> tuple[float, float]:
    """Cost of a decision as a multiple of loading the documents, and decisions a second."""
    texts = [json.dumps(text) for place in documents().values() for text in place]
    asked = layers()
    made = requests(count)
    loading = best(lambda: [json.loads(text) for _ in range(200) for text in texts]) / 200
    deciding = best(lambda: [decide(request, asked) for request in made]) / count
    return deciding / loading, 1 / deciding


def growth(count: int = 400) -> float:
    """Cost with ten times the identity statements, over ten: 1 is linear, less is better."""
    made = requests(count)
    small, large = layers(4), layers(40)
    few = best(lambda: [decide(request, small) for request in made])
    many = best(lambda: [decide(request, large) for request in made])
    return many / few / 10


def another_action(count: int = 60) -> float:
    """Asking about an action that the documents have met, as a multiple of parsing them and asking first."""

    def first() -> None:
        for request in requests(count, action="kms:Decrypt"):
            decide(request, layers())

    asked = layers()
    decide(requests(1)[0], asked)
    others = requests(count, action="kms:Encrypt")
    return best(lambda: [decide(request, asked) for request in others], 5) / best(first, 3)


def measures() -> Iterator[Measure]:
    multiples, rates = zip(*(ratio() for _ in range(3)), strict=True)
    how = f"{statistics.median(rates):,.0f} explained decisions a second"
    yield Measure("explained decision / json.loads of its documents", statistics.median(multiples), 2, "x", how)
    yield Measure("ten times the statements / ten times the cost", growth(), 1.1, "x", "linear is 1")
    yield Measure("another action of the same documents / the first", another_action(), 0.5, "x", "parsed once")


def main() -> None:
    for measure in measures():
        sys.stdout.write(f"{measure}\n")


if __name__ == "__main__":
    main()
