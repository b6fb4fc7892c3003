"""Why a change was not made: one line for the user, and the exit code that the contract gives it."""

from __future__ import annotations


class Refused(Exception):
    """Nothing was written. The message says what stands in the way and what to do next."""

    exit_code = 5


class Stale(Refused):
    """What stands is not what was shown. ``shown`` and ``standing`` are the two documents, ``wanted`` the third."""

    def __init__(self, message: str, *, shown: object, standing: object, wanted: object) -> None:
        super().__init__(message)
        self.shown = shown
        self.standing = standing
        self.wanted = wanted


class WrongAccount(Refused):
    """The credentials, or the change, are of another account."""

    exit_code = 4
