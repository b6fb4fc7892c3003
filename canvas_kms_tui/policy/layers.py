"""Owns the layers of a decision and how each is judged for itself, whatever the others say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from canvas_kms_tui.policy.conditions import every, some
from canvas_kms_tui.policy.document import Document
from canvas_kms_tui.policy.grants import Grant
from canvas_kms_tui.policy.principals import Reach
from canvas_kms_tui.policy.scope import Scope
from canvas_kms_tui.policy.statement import Statement
from canvas_kms_tui.policy.trace import (
    MATCH,
    MISS_ACTION,
    MISS_FORM,
    MISS_PRINCIPAL,
    UNKNOWN_MATCH,
    Layer,
    Outcome,
    StatementTrace,
)


@dataclass(frozen=True, slots=True)
class Unread:
    """A layer, or a document of it, that exists or may exist and could not be read.

    ``layer_note`` is what humans read ("key policy of arn:…: kms:GetKeyPolicy was denied to us"); ``detail`` is the
    caller's own, handed back untouched.
    """

    layer_note: str
    detail: object = None


Documents = Sequence[Document | Unread] | Unread
Levels = Sequence[Sequence[Document | Unread]] | Unread | None


@dataclass(frozen=True, slots=True)
class Layers:
    """Every document that AWS would ask about one request.

    Attributes:
        identity: policies of the caller (of the role or user, its groups included).
        boundary: the caller's permissions boundary; None = it has none.
        session: session policies; () = none were passed.
        scps: a list of policies a level, root first; None or () = not in an organization, the management account,
            or switched off. :class:`Unread` = not readable: taken as allowing, and named in the answer.
        rcps: the same for the account that owns the resource. They do not apply to AWS managed keys.
        resource: the policies on the resource (a key may have ``default`` and ``AWS_RAM``); None = it has none.
        grants: of the key.
        endpoint: the policy of the VPC endpoint that the request passes; None = none.
    """

    identity: Documents = ()
    boundary: Document | Unread | None = None
    session: Documents = ()
    scps: Levels = None
    rcps: Levels = None
    resource: Documents | None = None
    grants: Sequence[Grant] | Unread = ()
    endpoint: Documents | None = None


class LayerAnswer:
    """What one layer says.

    ``outcome`` is the layer's own, ``blocks`` whether it stands in the way of the request as things are, ``silent``
    whether it does so for want of an Allow.
    ``allow`` and ``deny`` are three-valued. For a resource policy ``direct``, ``limited`` and ``through_account`` say
    how its Allows reach the caller. ``unread`` are the parts that could not be read.
    """

    __slots__ = (
        "allow",
        "blocks",
        "deny",
        "direct",
        "layer",
        "limited",
        "outcome",
        "silent",
        "statements",
        "through_account",
        "unread",
    )

    def __init__(
        self,
        layer: Layer,
        statements: tuple[StatementTrace, ...] = (),
        *,
        allow: bool | None = False,
        deny: bool | None = False,
        unread: tuple[Unread, ...] = (),
        outcome: Outcome = Outcome.NOT_APPLICABLE,
    ) -> None:
        self.layer = layer
        self.statements = statements
        self.allow = allow
        self.deny = deny
        self.unread = unread
        self.outcome = outcome
        self.blocks = False
        self.silent = False
        self.direct: bool | None = False
        self.limited: bool | None = False
        self.through_account: bool | None = False

    def __repr__(self) -> str:
        return f"<LayerAnswer {self.layer}: {self.outcome}{', blocks' if self.blocks else ''}>"

    @property
    def may_name_session(self) -> bool:
        """Whether an Allow reaches the caller's role for certain, and perhaps the session itself."""
        return self.direct is None and any(trace[3] is Reach.LIMITED_MAYBE_DIRECT for trace in self.statements)

    @property
    def applies(self) -> bool:
        return self.outcome is not Outcome.NOT_APPLICABLE

    @property
    def misses(self) -> Iterator[StatementTrace]:
        return (trace for trace in self.statements if trace.matched is False)

    def matched(self, effect: str) -> Iterator[StatementTrace]:
        return (trace for trace in self.statements if trace[1] == MATCH and trace.effect == effect)


def split_unread(documents: Documents | None) -> tuple[Sequence[Document], tuple[Unread, ...]]:
    """The documents that were read, and what was not."""
    if documents is None:
        return (), ()
    if isinstance(documents, Unread):
        return (), (documents,)
    for document in documents:
        if isinstance(document, Unread):
            read = [item for item in documents if not isinstance(item, Unread)]
            return read, tuple(item for item in documents if isinstance(item, Unread))
    return documents, ()  # type: ignore[return-value]


def settle(answer: LayerAnswer) -> LayerAnswer:
    """Give the layer its outcome from its three-valued allow and deny."""
    if answer.deny:
        answer.outcome = Outcome.EXPLICIT_DENY
    elif answer.unread:
        answer.outcome = Outcome.UNREAD
    elif answer.deny is None or answer.allow is None:
        answer.outcome = Outcome.UNKNOWN
    else:
        answer.outcome = Outcome.ALLOW if answer.allow else Outcome.IMPLICIT_DENY
    return answer


def judge_plain(layer: Layer, documents: Iterable[Document], scope: Scope, unread: tuple[Unread, ...]) -> LayerAnswer:
    """A layer whose statements name no principal: identity, boundary, session, SCP."""
    traces: list[StatementTrace] = []
    allow: bool | None = False
    deny: bool | None = False
    action = scope.request.action
    for document in documents:
        row = document.row(action)
        if not row.hits:
            traces.extend(row.template)  # type: ignore[arg-type]
            continue
        start = len(traces)
        traces.extend(row.template)  # type: ignore[arg-type]
        for position, statement in row.hits:
            code = statement.judge(scope)
            traces[start + position] = StatementTrace((statement, code, scope, 0))
            if code == MATCH:
                if statement.allow:
                    allow = True
                else:
                    deny = True
            elif code == UNKNOWN_MATCH:
                if statement.allow:
                    allow = allow or None
                else:
                    deny = deny or None
    return LayerAnswer(layer, tuple(traces), allow=allow, deny=deny, unread=unread)


def judge_levels(layer: Layer, levels: Levels, scope: Scope) -> LayerAnswer:
    """SCPs or RCPs: every level must allow. What was not read is taken as allowing."""
    if levels is None or isinstance(levels, Unread) or not levels:
        missing = (levels,) if isinstance(levels, Unread) else ()
        outcome = Outcome.UNREAD if missing else Outcome.NOT_APPLICABLE
        return LayerAnswer(layer, allow=True, unread=missing, outcome=outcome)
    judged = [_judge_level(layer, level, scope) for level in levels]
    unread = tuple(item for answer in judged for item in answer.unread)
    whole = LayerAnswer(
        layer,
        tuple(trace for answer in judged for trace in answer.statements),
        allow=every(answer.allow for answer in judged),
        deny=some(answer.deny for answer in judged),
    )
    settle(whole)
    whole.unread = unread
    return whole


def _judge_level(layer: Layer, level: Sequence[Document | Unread], scope: Scope) -> LayerAnswer:
    documents, unread = split_unread(level)
    if layer is Layer.SERVICE_CONTROL_POLICY:
        answer = judge_plain(layer, documents, scope, unread)
    else:
        answer = judge_named(layer, documents, scope, unread)
        # RCPFullAWSAccess is attached to every level and cannot be detached: a level that lists no Allow has it.
        if not any(trace[0].allow for trace in answer.statements):
            answer.allow = True
    if unread:
        answer.allow = True
    return answer


def judge_named(layer: Layer, documents: Iterable[Document], scope: Scope, unread: tuple[Unread, ...]) -> LayerAnswer:
    """A layer whose statements name principals: resource policy, RCP, endpoint policy."""
    traces: list[StatementTrace] = []
    reaches: dict[Reach, bool | None] = {}
    deny: bool | None = False
    for document in documents:
        for statement in document.statements:
            code, reach = judge_statement(statement, scope)
            traces.append(StatementTrace((statement, code, scope, reach)))
            if code > UNKNOWN_MATCH:
                continue
            held = code == MATCH or None
            if statement.allow:
                reaches[reach] = reaches.get(reach) or held
            else:
                deny = deny or held
    answer = LayerAnswer(layer, tuple(traces), deny=deny, unread=unread)
    _take_reaches(answer, reaches)
    return answer


_DIRECT: Final = (Reach.DIRECT, Reach.MAYBE_DIRECT, Reach.LIMITED_MAYBE_DIRECT, Reach.WILDCARD)
_LIMITED: Final = (Reach.LIMITED, Reach.LIMITED_MAYBE_DIRECT, Reach.WILDCARD)


def _take_reaches(answer: LayerAnswer, reaches: dict[Reach, bool | None]) -> None:
    for reach, held in reaches.items():
        if reach in _DIRECT:
            answer.direct = answer.direct or (held if reach is Reach.DIRECT else None)
        if reach in _LIMITED:
            answer.limited = answer.limited or held
        if reach is Reach.ACCOUNT:
            answer.through_account = answer.through_account or held
    answer.allow = some((answer.direct, answer.limited, answer.through_account))


def judge_statement(statement: Statement, scope: Scope) -> tuple[int, Reach]:
    """A statement with principals under a request, in the order principal, action, resource, conditions."""
    if statement.is_inert:
        return MISS_FORM, Reach.NONE
    reach = reach_of(statement, scope)
    if reach is Reach.NONE:
        return MISS_PRINCIPAL, reach
    if not statement.names_action(scope.action):
        return MISS_ACTION, reach
    code = statement.judge(scope)
    if code == MATCH and reach is Reach.MAYBE_DIRECT:
        return UNKNOWN_MATCH, reach
    # IAM user guide, "AWS JSON policy elements: Principal": boundaries and session policies do not limit what is
    # granted by a wildcard with aws:PrincipalArn.
    if reach is Reach.WILDCARD and statement.asks_principal_arn:
        return code, Reach.DIRECT
    return code, reach


def reach_of(statement: Statement, scope: Scope) -> Reach:
    """How the statement's Principal or NotPrincipal reaches the caller."""
    if statement.principal is not None:
        return statement.principal.reach(scope.principal)
    if statement.not_principal is None:
        return Reach.NONE
    if statement.allow:
        named = statement.not_principal.mentions(scope.principal)
        direct = Reach.DIRECT if scope.principal.limited is None else Reach.WILDCARD
        return Reach.NONE if named else Reach.MAYBE_DIRECT if named is None else direct
    # IAM user guide: a Deny with NotPrincipal always denies a principal that has a permissions boundary.
    if scope.boundary and scope.principal.has_identity_policies:
        return Reach.DIRECT
    exempt = statement.not_principal.exempts(scope.principal)
    if exempt and scope.boundary is None and scope.principal.has_identity_policies:
        exempt = None
    return Reach.MAYBE_DIRECT if exempt is None else Reach.NONE if exempt else Reach.DIRECT


def judge_grants(grants: Sequence[Grant] | Unread, scope: Scope) -> LayerAnswer:
    if isinstance(grants, Unread):
        return LayerAnswer(Layer.GRANT, unread=(grants,), outcome=Outcome.UNREAD)
    if not grants:
        return LayerAnswer(Layer.GRANT)
    traces = []
    reaches: dict[Reach, bool | None] = {}
    for grant in grants:
        code, reach = grant.judge(scope)
        traces.append(StatementTrace((grant, code, scope, reach)))
        if code <= UNKNOWN_MATCH:
            reaches[reach] = reaches.get(reach) or (code == MATCH or None)
    answer = LayerAnswer(Layer.GRANT, tuple(traces))
    _take_reaches(answer, reaches)
    return settle(answer)
