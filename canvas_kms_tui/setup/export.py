"""A set-up on paper: a script, a CloudFormation template, a Terraform module; for those who click, a walk-through."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from canvas_kms_tui.setup.export_cli import script
from canvas_kms_tui.setup.export_cloudformation import template_text
from canvas_kms_tui.setup.export_terraform import module_text
from canvas_kms_tui.setup.future import Setup
from canvas_kms_tui.setup.walkthrough import walkthrough

EXPORTS: Mapping[str, Callable[[Setup], str]] = {
    "cli": script,
    "cloudformation": template_text,
    "terraform": module_text,
    "console": walkthrough,
}
