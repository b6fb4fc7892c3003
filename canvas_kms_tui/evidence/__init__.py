"""Owns what is added to a diagnosis after its verdict: CloudTrail, AWS's own opinions, who else is affected.

Everything here confirms or explains; nothing here decides alone. It is asked beside the checks or after them, and the
diagnosis is given anew each time something has arrived.
"""

from __future__ import annotations

from canvas_kms_tui.evidence.look import DAY, ask_early, look

__all__ = ["DAY", "ask_early", "look"]
