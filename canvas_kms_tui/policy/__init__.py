"""The policy evaluator: one request against every layer that AWS would ask, three-valued and explained.

Pure: no I/O. Parse documents once with :meth:`Document.parse`, describe the caller with :class:`Principal` and the
call with :class:`Request`, put the documents into :class:`Layers` and :func:`evaluate`::

    key = Document.parse(policy_text, name="key policy of arn:…")
    role = Principal.role("arn:aws:iam::111122223333:role/Canvas")
    answer = evaluate(
        Request(role, "kms:Decrypt", key_arn, context={"kms:ViaService": "s3.eu-west-1.amazonaws.com"}),
        Layers(identity=[inline], resource=[key]),
    )
    print(answer.decision, answer.explanation)
"""

from canvas_kms_tui.findings import DecidedBy
from canvas_kms_tui.policy.answer import Answer
from canvas_kms_tui.policy.difference import Difference, difference
from canvas_kms_tui.policy.document import Document, Problem
from canvas_kms_tui.policy.evaluate import evaluate
from canvas_kms_tui.policy.grants import Grant
from canvas_kms_tui.policy.layers import LayerAnswer, Layers, Unread
from canvas_kms_tui.policy.lint import PolicyKind, lint
from canvas_kms_tui.policy.principals import Principal
from canvas_kms_tui.policy.scope import Request
from canvas_kms_tui.policy.statement import Statement
from canvas_kms_tui.policy.trace import Decision, Layer, Miss, Outcome, StatementTrace

__all__ = [
    "Answer",
    "DecidedBy",
    "Decision",
    "Difference",
    "Document",
    "Grant",
    "Layer",
    "LayerAnswer",
    "Layers",
    "Miss",
    "Outcome",
    "PolicyKind",
    "Principal",
    "Problem",
    "Request",
    "Statement",
    "StatementTrace",
    "Unread",
    "difference",
    "evaluate",
    "lint",
]
