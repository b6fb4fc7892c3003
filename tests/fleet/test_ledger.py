"""The file of ``--resume``: append-only, private, tolerant of a torn end, and of one run alone."""

from __future__ import annotations

import stat

import pytest

from canvas_kms_tui.findings import CallStats
from canvas_kms_tui.fleet.ledger import BadLedger, Ledger
from canvas_kms_tui.fleet.record import Ended, Result
from canvas_kms_tui.report.summary import Repair, Row

RESULT = Result(
    "1/eu-west-1",
    Row("1", "eu-west-1", "d-1", "ana", "broken", "key-disabled", "héadline\n\u2028"),
    {"key-disabled": "fail"},
    (Repair("k", "t", "key-disabled", "key", "arn"),),
    1,
    CallStats(3, 1, 0, 0.5),
    {"jsonl": "{}\n"},
)
ENDED = Ended("1/eu-west-1", "1", "eu-west-1", 1, (None, "d-2"))
HEAD = {"generated_at": "2026-01-31T09:05:07+00:00"}


def _written(path):
    ledger = Ledger.opened(path, "run", HEAD)
    ledger.add(RESULT)
    ledger.add(ENDED)
    ledger.close()


def test_what_was_added_comes_back_and_is_readable_for_the_user_alone(tmp_path):
    path = tmp_path / "run.jsonl"
    _written(path)
    again = Ledger.opened(path, "run", {"generated_at": "later"})
    assert list(again.records()) == [RESULT, ENDED]
    assert again.head["generated_at"] == HEAD["generated_at"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again.close()


@pytest.mark.parametrize("torn", [b'{"kind":"result"', b'{"kind":"result"}\n', b"\x00\x00\x00"])
def test_a_torn_end_is_cut_away_and_the_run_goes_on_after_it(tmp_path, torn):
    path = tmp_path / "run.jsonl"
    _written(path)
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    ledger = Ledger.opened(path, "run", HEAD)
    ledger.add(ENDED)
    assert list(ledger.records()) == [RESULT, ENDED, ENDED]
    ledger.close()
    assert path.read_bytes().startswith(whole)


def test_every_cut_of_the_file_can_be_gone_on_from(tmp_path):
    path = tmp_path / "run.jsonl"
    _written(path)
    whole = path.read_bytes()
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        ledger = Ledger.opened(path, "run", HEAD)
        kept = list(ledger.records())
        ledger.close()
        assert kept == [RESULT, ENDED][: len(kept)]


def test_a_file_of_another_run_version_or_kind_is_refused_and_left_as_it_is(tmp_path, monkeypatch):
    path = tmp_path / "run.jsonl"
    _written(path)
    before = path.read_bytes()
    with pytest.raises(BadLedger, match="other targets or flags"):
        Ledger.opened(path, "another", HEAD)
    monkeypatch.setattr("canvas_kms_tui.fleet.ledger.__version__", "99")
    with pytest.raises(BadLedger, match="was begun by version"):
        Ledger.opened(path, "run", HEAD)
    assert path.read_bytes() == before
    for text in (b"my diary\n", b"my diary", b'{"a": 1}\n'):
        path.write_bytes(text)
        with pytest.raises(BadLedger, match="is no file of --resume"):
            Ledger.opened(path, "run", HEAD)
        assert path.read_bytes() == text


def test_damage_in_the_middle_is_refused(tmp_path):
    path = tmp_path / "run.jsonl"
    _written(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"damage\n", *lines[1:]]))
    with pytest.raises(BadLedger, match="is damaged at byte"):
        Ledger.opened(path, "run", HEAD)


def test_two_runs_cannot_write_to_one_file(tmp_path):
    path = tmp_path / "run.jsonl"
    ledger = Ledger.opened(path, "run", HEAD)
    with pytest.raises(BadLedger, match="another run is writing"):
        Ledger.opened(path, "run", HEAD)
    ledger.close()
