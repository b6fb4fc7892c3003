"""A set-up on paper for those who may not click: a script, a CloudFormation template, a Terraform module."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from canvas_kms_tui.setup.export_cli import script
from canvas_kms_tui.setup.export_cloudformation import template_text
from canvas_kms_tui.setup.export_terraform import module_text
from canvas_kms_tui.setup.future import Setup

EXPORTS: Mapping[str, Callable[[Setup], str]] = {
    "cli": script,
    "cloudformation": template_text,
    "terraform": module_text,
}
