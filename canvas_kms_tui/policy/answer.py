"""Owns the answer: the decision, who decided, the nearest miss; sentences are made when they are asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from canvas_kms_tui.findings import DecidedBy
from canvas_kms_tui.policy.trace import Decision, Layer, Miss

if TYPE_CHECKING:
    from canvas_kms_tui.policy.layers import LayerAnswer, Unread
    from canvas_kms_tui.policy.scope import Request, Scope

#: Layers that hardly anybody may read: unread, they are taken as allowing, and the answer says so.
ASSUMED: Final = frozenset({Layer.SERVICE_CONTROL_POLICY, Layer.RESOURCE_CONTROL_POLICY})


class Answer:
    """The answer to one request.

    Attributes:
        decision: allowed, implicitly or explicitly denied, or unknown.
        denied: True where it is a denial for certain even if its kind is not known (an unknown Deny cannot make a
            request that nothing allows any more denied).
        layers: every layer, judged for itself, in the order of :class:`Layer`.
        is_key: whether KMS's own rules decided.
        refusal: why the service refuses whatever the policies say, or "".
        undocumented: what AWS does not document and this request hangs on.
    """

    def __init__(
        self,
        scope: Scope,
        decision: Decision,
        layers: tuple[LayerAnswer, ...],
        *,
        denied: bool,
        owner_open: bool,
        is_key: bool,
        refusal: str = "",
        undocumented: tuple[str, ...] = (),
    ) -> None:
        self._scope = scope
        self.decision = decision
        self.layers = layers
        self.denied = denied
        self.is_key = is_key
        self.refusal = refusal
        self.undocumented = undocumented
        self._owner_open = owner_open

    def __repr__(self) -> str:
        return f"<Answer {self.decision}: {self.explanation}>"

    @property
    def request(self) -> Request:
        return self._scope.request

    def layer(self, layer: Layer) -> LayerAnswer:
        return next(found for found in self.layers if found.layer == layer)

    @property
    def assuming(self) -> tuple[str, ...]:
        """The guardrails that could not be read and are taken as allowing."""
        return tuple(layer.layer.value for layer in self.layers if layer.unread and layer.layer in ASSUMED)

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Everything that could not be read, assumed guardrails apart."""
        return tuple(item for layer in self.layers if layer.layer not in ASSUMED for item in layer.unread)

    @cached_property
    def unknown_keys(self) -> frozenset[str]:
        """The condition keys that would settle an unknown decision."""
        if self.decision is not Decision.UNKNOWN:
            return frozenset()
        keys = {
            key.lower(): key
            for layer in self.layers
            for trace in layer.statements
            for key in sorted(trace.unknown_keys)
        }
        if self._owner_open:
            keys["aws:resourceaccount"] = "aws:ResourceAccount"
        if self.layer(Layer.RESOURCE_POLICY).may_name_session:
            keys["aws:userid"] = "aws:userid"
        return frozenset(keys.values())

    @cached_property
    def decided_by(self) -> tuple[DecidedBy, ...]:
        from canvas_kms_tui.policy.sentences import decided_by

        return decided_by(self)

    @cached_property
    def nearest_miss(self) -> Miss | None:
        from canvas_kms_tui.policy.nearest import nearest_miss

        return nearest_miss(self)

    @cached_property
    def explanation(self) -> str:
        """One sentence in plain English that a support engineer can paste."""
        from canvas_kms_tui.policy.sentences import explain

        return explain(self)
