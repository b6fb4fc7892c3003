"""The line of progress of a run over many targets: what is done, how fast, what is left."""

from __future__ import annotations

from types import SimpleNamespace

from canvas_kms_tui.cli.fleet_progress import FleetProgress


def _line(done: int, planned: int, seconds: float, sent: dict[str, tuple[int, int]]) -> str:
    progress = FleetProgress()
    summary = SimpleNamespace(targets=1200, verdicts={"healthy": 900, "broken": 300})
    collector = SimpleNamespace(summary=summary, sent=sent)
    progress.begin(SimpleNamespace(planned=planned, left=planned - done), collector)
    return progress.line(seconds)


def test_it_tells_places_targets_speed_throttling_and_what_is_left():
    line = _line(10, 60, 20, {"a": (300, 2), "b": (100, 1)})
    assert line == (
        "10 of 60 places   1,200 targets: 300 broken, 900 healthy   20 calls/s   3 throttled   about 2 min left"
    )


def test_it_estimates_nothing_before_the_first_place_or_after_the_last():
    assert "left" not in _line(0, 60, 20, {})
    assert "left" not in _line(60, 60, 20, {})


def test_nothing_is_written_where_there_is_no_terminal(capsys):
    progress = FleetProgress()
    progress.begin(SimpleNamespace(planned=1, left=1), SimpleNamespace(sent={}))
    progress.say("one\nline  that stays")
    progress.close()
    assert capsys.readouterr().err == "one line that stays\n"
