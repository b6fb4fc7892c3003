"""Several screens as one SVG that shows them in turn; it needs no script and plays wherever SVG is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

_VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def animated(frames: Sequence[tuple[str, float]]) -> str:
    """``frames`` are SVGs of one size and the seconds that each is shown; the whole begins anew at the end."""
    width, height = _size(frames[0][0])
    whole = sum(seconds for _, seconds in frames)
    rules, drawn, begin = [], [], 0.0
    for number, (svg, seconds) in enumerate(frames):
        end = begin + seconds
        rules.append(_rule(number, 100 * begin / whole, 100 * end / whole, whole))
        drawn.append(f'<g class="frame-{number}">{svg}</g>')
        begin = end
    style = "\n".join(rules)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
    return f"{head}\n<style>\n{style}\n</style>\n" + "\n".join(drawn) + "\n</svg>\n"


def _size(svg: str) -> tuple[str, str]:
    found = _VIEW.search(svg)
    if found is None:
        raise ValueError("this SVG has no viewBox that begins at 0 0")
    return found[1], found[2]


def _rule(number: int, begin: float, end: float, whole: float) -> str:
    hidden, shown = "visibility: hidden", "visibility: visible"
    keys = [f"0% {{ {shown if begin == 0 else hidden} }}"]
    if begin > 0:
        keys.append(f"{begin:.3f}% {{ {shown} }}")
    if end < 100:
        keys.append(f"{end:.3f}% {{ {hidden} }}")
    keys.append(f"100% {{ {hidden if end < 100 else shown} }}")
    frames = f"@keyframes turn-{number} {{ {' '.join(keys)} }}"
    return f"{frames}\n.frame-{number} {{ animation: turn-{number} {whole:g}s step-end infinite; }}"
