"""Owns the import path: the requests that a Canvas import makes, simulated, and what is to blame where one fails."""

from __future__ import annotations

from canvas_kms_tui.import_path.path import ImportPath
from canvas_kms_tui.import_path.resolve import KeyUse, Place, Use
from canvas_kms_tui.import_path.steps import Side, Station, Step

__all__ = ["ImportPath", "KeyUse", "Place", "Side", "Station", "Step", "Use"]
