"""Owns the words: who decided and why, as a support engineer would paste it. Made only when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from canvas_kms_tui.findings import DecidedBy
from canvas_kms_tui.policy.principals import Reach
from canvas_kms_tui.policy.trace import (
    MATCH,
    MISS_ACTION,
    MISS_CONDITION,
    MISS_RESOURCE,
    UNKNOWN_MATCH,
    Decision,
    Layer,
    Miss,
    StatementTrace,
)

if TYPE_CHECKING:
    from canvas_kms_tui.policy.answer import Answer
    from canvas_kms_tui.policy.layers import LayerAnswer

_SHOWN: Final = 3
_LAYER_WORDS: Final = {
    Layer.RESOURCE_CONTROL_POLICY: "resource control policy",
    Layer.SERVICE_CONTROL_POLICY: "service control policy",
    Layer.RESOURCE_POLICY: "resource policy",
    Layer.GRANT: "grant",
    Layer.IDENTITY_POLICY: "identity policy",
    Layer.PERMISSIONS_BOUNDARY: "permissions boundary",
    Layer.SESSION_POLICY: "session policy",
    Layer.VPC_ENDPOINT_POLICY: "VPC endpoint policy",
}


def explain(answer: Answer) -> str:
    """The whole answer in one or two sentences."""
    match answer.decision:
        case Decision.ALLOWED:
            return _allowed(answer)
        case Decision.EXPLICITLY_DENIED:
            return f"{_capital(decided_by(answer)[0].why)}."
        case Decision.IMPLICITLY_DENIED:
            return " ".join(f"{_capital(decided.why)}." for decided in decided_by(answer))
        case _:
            return _unknown(answer)


def decided_by(answer: Answer) -> tuple[DecidedBy, ...]:
    """The statements, or the silence of a layer, that decided."""
    match answer.decision:
        case Decision.ALLOWED:
            return tuple(_allowing(answer))
        case Decision.EXPLICITLY_DENIED:
            return tuple(_denying(answer))
        case Decision.IMPLICITLY_DENIED:
            return tuple(_silent(answer))
        case _:
            return tuple(_open(answer))


# --- allowed ----------------------------------------------------------------------------------------------------


def _allowing(answer: Answer) -> Iterator[DecidedBy]:
    request = answer.request
    for layer in answer.layers:
        if layer.layer not in (Layer.RESOURCE_POLICY, Layer.GRANT, Layer.IDENTITY_POLICY):
            continue
        trace = _best_allow(layer)
        if trace is None:
            continue
        verb = "delegates" if _delegates(layer, trace) else "allows"
        to_iam = f" to the IAM policies of account {request.principal.account}" if verb == "delegates" else ""
        yield _decided(layer, trace, f"{_name(trace)} {verb} {request.action}{to_iam}")


def _best_allow(layer: LayerAnswer) -> StatementTrace | None:
    matched = list(layer.matched("Allow"))
    return max(matched, key=lambda trace: trace[3]) if matched else None


def _delegates(layer: LayerAnswer, trace: StatementTrace) -> bool:
    return layer.layer is not Layer.IDENTITY_POLICY and trace[3] == Reach.ACCOUNT


def _allowed(answer: Answer) -> str:
    request = answer.request
    whys = [decided.why for decided in decided_by(answer)]
    reasons = ", and ".join(whys) if whys else "nothing has to allow it"
    return (
        f"{_capital(str(request.principal))} may use {request.action} on {request.resource}: {reasons}{_given(answer)}."
    )


def _given(answer: Answer) -> str:
    if not answer.assuming:
        return ""
    names = " or ".join(_LAYER_WORDS[Layer(name)] for name in answer.assuming)
    return f", assuming that no {names}, which could not be read, denies it"


# --- denied -----------------------------------------------------------------------------------------------------


def _denying(answer: Answer) -> Iterator[DecidedBy]:
    for layer in answer.layers:
        for trace in layer.matched("Deny"):
            yield _decided(layer, trace, _deny_words(answer, trace))


def _deny_words(answer: Answer, trace: StatementTrace) -> str:
    request = answer.request
    words = f"{_name(trace)} explicitly denies {request.principal} {request.action} on {request.resource}"
    reasons = [_held(condition, trace[2]) for condition in trace[0].conditions]
    return f"{words}, because {_listed(reasons, 'and')}" if reasons else words


def _held(condition: object, scope: object) -> str:
    actual = condition.actual(scope)  # type: ignore[attr-defined]
    has = f"is {_values(actual)}" if actual else "is absent from the request"
    operator, wanted = condition.operator, _values(condition.wanted)  # type: ignore[attr-defined]
    return f"{condition.key} {has} ({operator} {wanted})"  # type: ignore[attr-defined]


def _silent(answer: Answer) -> Iterator[DecidedBy]:
    if answer.refusal:
        yield DecidedBy(Layer.RESOURCE_POLICY.value, answer.request.resource, None, None, answer.refusal)
    for layer in answer.layers:
        if layer.silent and layer.allow is False and not layer.unread:
            yield DecidedBy(layer.layer.value, _documents(layer), None, None, _silence(answer, layer))


def _silence(answer: Answer, layer: LayerAnswer) -> str:
    request = answer.request
    if layer.layer is Layer.RESOURCE_POLICY:
        return _resource_silence(answer, layer)
    words = _LAYER_WORDS[layer.layer]
    what = f"{request.action} on {request.resource}{_nearly(layer)}"
    who = "" if layer.layer in (Layer.VPC_ENDPOINT_POLICY, Layer.SERVICE_CONTROL_POLICY) else f" of {request.principal}"
    if layer.layer is Layer.PERMISSIONS_BOUNDARY:
        return f"the permissions boundary{who} ({_documents(layer)}) does not allow {what}"
    return f"no {words}{who} allows {what}"


def _nearly(layer: LayerAnswer) -> str:
    """The first statement that names the action but misses on something else."""
    for trace in layer.statements:
        if trace[0].allow and trace[1] in (MISS_RESOURCE, MISS_CONDITION):
            return f"; {_name(trace)} {_missing(trace)}"
    return ""


def _resource_silence(answer: Answer, layer: LayerAnswer) -> str:
    request = answer.request
    if not layer.statements:
        return f"there is no resource policy that lets {request.principal} use {request.action} on {request.resource}"
    document = layer.statements[0].document
    reasons = list(_resource_reasons(answer, layer))
    return f"the {document} does not let {request.principal} use {request.action}: {_listed(reasons, 'and')}"


def _resource_reasons(answer: Answer, layer: LayerAnswer) -> Iterator[str]:
    who = {"role": "role", "user": "user"}.get(answer.request.principal.kind, "caller")
    reached = [trace for trace in layer.statements if trace[0].allow and trace[3] != Reach.NONE]
    if not any(trace[3] > Reach.ACCOUNT for trace in reached):
        account = "" if any(trace[3] == Reach.ACCOUNT for trace in reached) else " or its account"
        yield f"no statement names the {who}{account}"
    for trace in reached:
        yield f"{_short(trace)} {_missing(trace)}"


def _missing(trace: StatementTrace) -> str:
    """What a statement does instead of allowing the request."""
    to_iam = " to IAM" if trace[3] == Reach.ACCOUNT else ""
    verb = "delegates" if to_iam else "allows"
    miss = trace.miss
    if miss is None:
        return f"{verb} it{to_iam}" if trace[1] == MATCH else f"may {verb[:-1]} it{to_iam}"
    if trace[1] == MISS_ACTION:
        only = "everything but" if miss.negated else "only"
        return f"{verb} {only} {_listed(miss.wanted)}{to_iam}"
    if trace[1] == MISS_RESOURCE:
        return f"{verb} it{to_iam} {'everywhere but' if miss.negated else 'only'} on {_listed(miss.wanted)}"
    if trace[1] == MISS_CONDITION:
        return f"{verb} it{to_iam} only if {_listed([_wish(found) for found in trace.misses], 'and')}"
    return f"has no effect: {_listed(miss.wanted)}"


def _wish(miss: Miss) -> str:
    has = f"the request has {_values(miss.actual)}" if miss.actual else "the request has none"
    return f"{miss.operator} {miss.key} {_values(miss.wanted)} holds ({has})"


# --- unknown ----------------------------------------------------------------------------------------------------


def _open(answer: Answer) -> Iterator[DecidedBy]:
    for layer in answer.layers:
        for trace in layer.statements:
            if trace[1] == UNKNOWN_MATCH:
                keys = _listed(sorted(trace.unknown_keys)) or "what is not known"
                verb = "allows" if trace[0].allow else "denies"
                yield _decided(layer, trace, f"whether {_name(trace)} {verb} it depends on {keys}")
        for unread in layer.unread:
            if layer.layer.value not in answer.assuming:
                yield DecidedBy(
                    layer.layer.value, unread.layer_note, None, None, f"could not be read: {unread.layer_note}"
                )


def _unknown(answer: Answer) -> str:
    request = answer.request
    reasons = [*(decided.why for decided in decided_by(answer)), *answer.undocumented]
    reasons = reasons or ["the account that owns the resource is not known"]
    subject = f"{request.principal} may use {request.action} on {request.resource}"
    if answer.denied:
        silence = _listed([decided.why for decided in _silent(answer)], "and")
        return f"It is denied in any case, since {silence}; {_listed(reasons, 'and')}."
    return f"It is not known whether {subject}: {_listed(reasons, 'and')}."


# --- words ------------------------------------------------------------------------------------------------------


def _decided(layer: LayerAnswer, trace: StatementTrace, why: str) -> DecidedBy:
    return DecidedBy(layer.layer.value, trace.document, trace.index, trace.sid, why)


def _short(trace: StatementTrace) -> str:
    sid = f' ("{trace.sid}")' if trace.sid else ""
    return f"statement {trace.index}{sid}"


def _name(trace: StatementTrace) -> str:
    if trace.document.startswith("grant "):
        return trace.document
    return f"{_short(trace)} of the {trace.document}"


def _documents(layer: LayerAnswer) -> str:
    names = dict.fromkeys(trace.document for trace in layer.statements)
    return _listed(list(names)) or _LAYER_WORDS[layer.layer]


def _values(values: Iterable[str] | None) -> str:
    return _listed([f'"{value}"' for value in values or ()], "or") or '""'


def _listed(items: Sequence[str], word: str = "") -> str:
    shown = list(items[:_SHOWN])
    if len(items) > _SHOWN:
        return f"{', '.join(shown)} and {len(items) - _SHOWN} more"
    if word and len(shown) > 1:
        return f"{', '.join(shown[:-1])}{',' if len(shown) > 2 or word == 'and' else ''} {word} {shown[-1]}"
    return ", ".join(shown)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
