"""The services that the stand-in answers, one module each; importing a module registers it."""

from __future__ import annotations


def register() -> None:
    """Make every service known. IAM is seeded first: others look its roles up."""
    from canvas_kms_tui.demo.services import (  # noqa: F401
        analyzer,
        cloudtrail,
        ec2,
        iam,
        kms,
        kms_crypto,
        kms_policy,
        organizations,
        quotas,
        s3,
        s3_access,
        s3_objects,
        s3_policy,
        s3control,
        sagemaker,
        sagemaker_setup,
        simulate,
        sts,
    )
