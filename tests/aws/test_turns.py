"""One request is made ready at a time, the calls first on which others wait."""

from __future__ import annotations

import threading
import time

from canvas_kms_tui.aws.reads import READS
from canvas_kms_tui.aws.turns import _FOLLOWED_BY, Turns, urgency


def test_the_most_urgent_of_those_who_wait_is_next():
    turns, order = Turns(), []
    turns.take(0)

    def work(name: str, operation: str) -> None:
        turns.take(urgency(operation))
        order.append(name)
        turns.leave()

    threads = []
    for count, (name, operation) in enumerate([("grants", "list_grants"), ("domain", "describe_domain")], start=1):
        threads.append(threading.Thread(target=work, args=(name, operation)))
        threads[-1].start()
        while len(turns._waiting) < count:
            time.sleep(0.001)
    turns.leave()
    for thread in threads:
        thread.join(5)
    assert order == ["domain", "grants"]


def test_leaving_twice_lets_only_one_in():
    turns = Turns()
    turns.take(0)
    turns.leave()
    turns.leave()
    turns.take(0)
    waiting = threading.Thread(target=turns.take, args=(0,), daemon=True)
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    turns.leave()
    waiting.join(5)
    assert not waiting.is_alive()


def test_one_who_does_not_have_the_turn_takes_it_from_nobody():
    turns = Turns()
    turns.take(0)
    stranger = threading.Thread(target=turns.leave)
    stranger.start()
    stranger.join(5)
    assert turns._busy


def test_only_reads_that_there_are_have_a_rank():
    assert _FOLLOWED_BY.keys() <= {operation for _, operation in READS}
