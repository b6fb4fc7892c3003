"""Owns the first set-up: from answers to a proven environment.

``prepare(answers, connection)`` looks at the account, checks the answers, plans the changes that fill the gaps and
proves them by diagnosing the environment as it would be. ``make`` makes them through ``changes/``; ``take_back`` undoes
them. ``steps`` has the questions, each with its reason and its choices.
"""

from canvas_kms_tui.setup.account import Account, Bucket, look
from canvas_kms_tui.setup.answers import Answers, BadAnswers, from_toml, load, save, to_toml
from canvas_kms_tui.setup.check import problems
from canvas_kms_tui.setup.future import Setup, asked, prepare
from canvas_kms_tui.setup.problem import Problem
from canvas_kms_tui.setup.run import Made, make, take_back, words

__all__ = [
    "Account",
    "Answers",
    "BadAnswers",
    "Bucket",
    "Made",
    "Problem",
    "Setup",
    "asked",
    "from_toml",
    "load",
    "look",
    "make",
    "prepare",
    "problems",
    "save",
    "take_back",
    "to_toml",
    "words",
]
