import json
import stat

import pytest

from canvas_kms_tui import edits
from canvas_kms_tui.changes.entries import Header, Result
from canvas_kms_tui.changes.errors import Refused
from canvas_kms_tui.changes.journal import STATE_DIR, Journal
from canvas_kms_tui.changes.record import from_json, to_json
from canvas_kms_tui.changes.telling import journal_json, journal_text

KEY = "arn:aws:kms:eu-central-2:555566667777:key/abc"
CHANGE = edits.enable_key(key_arn=KEY, region="eu-central-2")
HEADER = Header("arn:caller", "555566667777", "aws", "eu-central-2", "live", "Enable the key")


def test_directory_and_files_are_for_the_user_alone(journal):
    journal.begin(HEADER, [CHANGE]).close()
    (path,) = journal.directory.glob("*.jsonl")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.directory.stat().st_mode) == 0o700


def test_a_directory_that_others_could_read_is_closed(tmp_path):
    (tmp_path / "journal").mkdir(mode=0o755)
    Journal(tmp_path / "journal").begin(HEADER, [CHANGE]).close()
    assert stat.S_IMODE((tmp_path / "journal").stat().st_mode) == 0o700


def test_the_environment_may_name_the_directory(tmp_path, monkeypatch):
    monkeypatch.setenv(STATE_DIR, str(tmp_path))
    assert Journal().directory == tmp_path / "journal"


def test_without_it_the_users_state_directory_is_used(monkeypatch, tmp_path):
    monkeypatch.delenv(STATE_DIR, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert Journal().directory.parts[-2:] == ("canvas-kms-tui", "journal")


def test_an_entry_reads_back_as_it_was_written(journal):
    writing = journal.begin(HEADER, [CHANGE])
    writing.writing(0, {"KeyState": "Disabled"})
    writing.outcome(0, Result.DONE, found={"KeyState": "Enabled"}, text="Done.", request_id="r-1", waited=1.5)
    writing.close()
    entry = journal.entry(writing.id)
    assert entry.header == HEADER
    (record,) = entry.made
    assert (record.change, record.standing, record.found) == (CHANGE, {"KeyState": "Disabled"}, {"KeyState": "Enabled"})
    assert (record.request_id, record.waited, entry.closed) == ("r-1", 1.5, True)


def test_an_entry_is_open_until_it_is_closed(journal):
    writing = journal.begin(HEADER, [CHANGE])
    assert [entry.id for entry in journal.open_entries(account="555566667777", source="live")] == [writing.id]
    assert journal.open_entries(account="555566667777", source="demo") == []
    assert journal.open_entries(account="111111111111", source="live") == []
    writing.close()
    assert journal.open_entries(account="555566667777", source="live") == []


def test_an_unknown_entry_is_refused_with_the_last_ones_named(journal):
    known = journal.begin(HEADER, [CHANGE])
    known.close()
    with pytest.raises(Refused, match=known.id):
        journal.entry("nonsense")


def test_a_journal_that_cannot_be_made_refuses(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="nothing was changed"), Journal(tmp_path / "file" / "journal").locked():
        pass


def test_a_link_in_the_place_of_the_lock_is_not_followed(journal, tmp_path):
    journal.directory.mkdir()
    (journal.directory / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused), journal.locked():
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_an_edited_entry_is_not_used_for_an_undo(journal):
    journal.begin(HEADER, [CHANGE]).close()
    (path,) = journal.directory.glob("*.jsonl")
    path.write_text(path.read_text().replace("Disabled", "Enabled"))
    (entry,) = journal.entries()
    assert "edited" in entry.damaged
    assert not entry.made


def test_a_change_survives_json():
    assert from_json(to_json(CHANGE)) == CHANGE


def test_something_else_is_no_change():
    with pytest.raises(ValueError, match="not a change"):
        from_json({"service": "kms", "undo": "exact"})


NONSENSE = (None, "", "x", 7, [], {}, [{}])


@pytest.mark.parametrize("number", range(4))
def test_whatever_is_edited_in_a_journal_file_it_is_still_listed(number, journal):
    """No line of it, replaced by nonsense in whole or in part, keeps the other entries from being read."""
    writing = journal.begin(HEADER, [CHANGE])
    writing.writing(0, {"KeyState": "Disabled"})
    writing.outcome(0, Result.DONE, found={"KeyState": "Enabled"})
    writing.close()
    (path,) = journal.directory.glob("*.jsonl")
    lines = path.read_text().splitlines()
    whole = json.loads(lines[number])
    broken = [*NONSENSE, *({**whole, key: value} for key in whole for value in NONSENSE), "[" * 100_000]
    for one in broken:
        text = one if isinstance(one, str) and one.startswith("[") else json.dumps(one)
        path.write_text("\n".join([*lines[:number], text, *lines[number + 1 :]]))
        (entry,) = journal.entries()
        assert entry.id == path.stem
        assert journal_text([entry])
        assert journal_json([entry])
        assert isinstance(journal.open_entries(account="555566667777", source="live"), list)


def test_an_entry_cannot_name_another_file_to_be_written_to(journal, tmp_path):
    writing = journal.begin(HEADER, [CHANGE])
    writing.leave()
    (path,) = journal.directory.glob("*.jsonl")
    path.write_text(path.read_text().replace(writing.id, "../elsewhere"))
    (entry,) = journal.entries()
    journal.reopen(entry).close()
    assert list(tmp_path.glob("elsewhere*")) == []


def hostile(journal):
    """One entry of ours with a line break in its text, and what others may have left beside it."""
    writing = journal.begin(HEADER, [CHANGE])
    writing.outcome(0, Result.DONE, found={}, text="fine\n20990101T000000000-beef  done  forged")
    writing.close()
    (journal.directory / "foreign.jsonl").write_text("hello\n")
    (journal.directory / "torn.jsonl").write_text('{"type":"entry"')
    (journal.directory / "place.jsonl").mkdir()
    (journal.directory / "link.jsonl").symlink_to(writing.path)


def test_what_others_left_in_the_journal_is_listed_as_damaged_and_never_undone(journal):
    hostile(journal)
    results = {entry.id: entry.result for entry in journal.entries()}
    for name in ("foreign", "torn", "place", "link"):
        assert results[name] == "damaged"
        with pytest.raises(Refused, match="cannot be used"):
            journal.entry(name)


def test_no_value_of_the_journal_begins_a_line_of_its_own(journal):
    hostile(journal)
    assert not any(line.startswith("20990101") for line in journal_text(journal.entries()).splitlines())


def test_a_journal_that_cannot_be_read_is_not_called_empty(tmp_path):
    (tmp_path / "journal").write_text("")
    with pytest.raises(Refused, match="cannot be read"):
        Journal(tmp_path / "journal").entries()
