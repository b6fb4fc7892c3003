"""Owns the facts of a diagnosis: calls turned into the field's own terms, each an awaited, memoised question.

A fact that may not be read is never an absence: it raises :class:`Unreadable`, or stands as an ``Unread`` layer.
"""

from __future__ import annotations

import copy
from typing import Any

from canvas_kms_tui.facts.access_points import AccessPoints
from canvas_kms_tui.facts.apps import Apps
from canvas_kms_tui.facts.buckets import Buckets
from canvas_kms_tui.facts.calls import Calls
from canvas_kms_tui.facts.canvas import Canvas
from canvas_kms_tui.facts.guardrails import Guardrails
from canvas_kms_tui.facts.keys import Keys
from canvas_kms_tui.facts.network import Network
from canvas_kms_tui.facts.reader import Reader
from canvas_kms_tui.facts.reading import Unreadable, known, known_or_unread
from canvas_kms_tui.facts.roles import Roles
from canvas_kms_tui.facts.sharing import Sharing
from canvas_kms_tui.facts.trail import Trail
from canvas_kms_tui.gateway import Gateway
from canvas_kms_tui.target import Target

__all__ = ["Calls", "Facts", "Reader", "Unreadable", "known", "known_or_unread"]


class Facts:
    """Everything that can be asked about one target.

    ``calls`` is the gateway that makes identical calls once; hand it to another ``Facts`` (another profile of the
    same account, a simulation) to share what was read.
    """

    def __init__(self, gateway: Gateway, target: Target) -> None:
        self.target = target
        self.calls = gateway if isinstance(gateway, Calls) else Calls(gateway)
        self.reader = Reader(self.calls)
        self.canvas = Canvas(self.reader, target)
        self.roles = Roles(self.reader)
        self.keys = Keys(self.reader, target)
        self.access_points = AccessPoints(self.reader, target)
        self.buckets = Buckets(self.reader, target, self.access_points)
        self.sharing = Sharing(self.reader, self.buckets, target)
        self.apps = Apps(self.reader, target)
        self.trail = Trail(self.reader, target)
        self.guardrails = Guardrails(self.reader, target)
        self.network = Network(self.reader, self.canvas, target)
        #: What others work out of these facts and of those beside them, by what it is.
        self.shared: dict[Any, Any] = {}

    def beside(self, target: Target) -> Facts:
        """The facts of another profile of the same account and Region.

        What is known of roles, keys, buckets and guardrails is the same object for both: read once, parsed once,
        indexed once.
        """
        other = copy.copy(self)
        other.target = target
        other.canvas = Canvas(self.reader, target)
        other.apps = Apps(self.reader, target)
        if target.domain_id != self.target.domain_id:
            other.network = Network(self.reader, other.canvas, target)
        return other
