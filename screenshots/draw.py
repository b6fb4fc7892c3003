"""An SVG of a screen as PNG: by Debian's chromium, which is exact, or else by cairosvg."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

CHROMIUM = "/usr/bin/chromium"
#: Pixels of a cell and of the frame in the SVG that Textual writes.
CELL, FRAME = (12.2, 24.4), (18, 60)


def as_png(svg: Path, png: Path, size: tuple[int, int]) -> None:
    """Draw ``svg``, a screen of ``size`` cells."""
    if shutil.which(CHROMIUM):
        _with_chromium(svg, png, size)
    else:
        import cairosvg

        drawn = svg.read_text(encoding="utf-8").replace("Fira Code", "DejaVu Sans Mono")
        cairosvg.svg2png(bytestring=drawn.encode(), write_to=str(png), output_width=int(size[0] * CELL[0]))


def _with_chromium(svg: Path, png: Path, size: tuple[int, int]) -> None:
    width, height = (int(cells * cell + frame) for cells, cell, frame in zip(size, CELL, FRAME, strict=True))
    with tempfile.TemporaryDirectory() as home:
        page = Path(home) / "page.html"
        drawn = svg.read_text(encoding="utf-8").replace("Fira Code", "DejaVu Sans Mono")
        page.write_text(f"<style>*{{margin:0}} svg{{display:block;width:{width}px}}</style>{drawn}", encoding="utf-8")
        subprocess.run(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={home}/profile",
                f"--window-size={width},{height}",
                f"--screenshot={png.resolve()}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )
