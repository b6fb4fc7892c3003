"""One file per format. Diagnoses in, text out; nothing here judges anything.

``report.render("markdown", report)`` gives the whole document, which ends with a newline.
"""

from canvas_kms_tui.report.formats import FORMATS, render
from canvas_kms_tui.report.model import Report

__all__ = ["FORMATS", "Report", "render"]
