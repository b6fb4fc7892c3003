"""A target as far as it was said."""

from __future__ import annotations

from dataclasses import dataclass

from canvas_kms_tui.target import Dataset


@dataclass(frozen=True, slots=True)
class Wanted:
    """None and empty are what is still to be found out."""

    domain_id: str | None = None
    user_profile: str | None = None
    datasets: tuple[Dataset, ...] = ()
    use_case: str | None = None
    local_upload: bool = False
    error_text: str | None = None
