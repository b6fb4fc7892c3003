"""A target as far as it was said."""

from __future__ import annotations

from dataclasses import dataclass

from canvas_kms_tui.target import Dataset, Target


@dataclass(frozen=True, slots=True)
class Wanted:
    """None and empty are what is still to be found out."""

    domain_id: str | None = None
    user_profile: str | None = None
    datasets: tuple[Dataset, ...] = ()
    use_case: str | None = None
    local_upload: bool = False
    error_text: str | None = None

    def filled_from(self, own: Target) -> Wanted:
        """What was said wins over the target that a demo or a case brings with it."""
        return Wanted(
            domain_id=self.domain_id or own.domain_id or None,
            user_profile=self.user_profile or own.user_profile or None,
            datasets=self.datasets or tuple(own.datasets),
            use_case=self.use_case or own.use_case,
            local_upload=self.local_upload or own.local_upload,
            error_text=self.error_text or own.error_text,
        )

    def target(self, account: str, partition: str, region: str, domain_id: str, user_profile: str) -> Target:
        """What was said, of this profile."""
        return Target(
            account=account,
            partition=partition,
            region=region,
            domain_id=domain_id,
            user_profile=user_profile,
            datasets=self.datasets,
            use_case=self.use_case,
            local_upload=self.local_upload,
            error_text=self.error_text,
        )
