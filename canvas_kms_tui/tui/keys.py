"""The one table of keys. Bindings, footer, ``?`` help, command palette and the README's table come from it.

Every key of a screen does its work through ``press(id)``: the screen may say why it cannot be done now, and then
that is what the user reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that can be done on a screen.

    ``keys`` are Textual's key names, the first is shown; ``label`` stands in the footer where ``footer`` is not 0
    (1 = most wanted; it stays longest when the line is narrow); ``help`` is a sentence.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    footer: int = 0

    @property
    def shown(self) -> str:
        return SHOWN.get(self.keys[0], self.keys[0])


SHOWN = {
    "slash": "/",
    "semicolon": ";",
    "question_mark": "?",
    "escape": "esc",
    "ctrl+p": "^p",
    "ctrl+q": "^q",
    "enter": "enter",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "space": "space",
    "tab": "tab",
}

_HELP = Key("help", ("question_mark",), "Keys", "Show the keys of this screen.", 7)
_BACK = Key("back", ("escape", "q"), "Back", "Go back; nothing is changed.", 2)
_COPY = Key("copy", ("c", "y"), "Copy", "Copy this as text (OSC 52), and write it to a file as well.", 5)

MAIN = (
    Key("fix", ("f",), "Fix", "Preview the fix of this finding: proof, diff and undo. Nothing is changed yet.", 1),
    Key("undo", ("u",), "Undo", "Take back the last change that was applied; shown first.", 5),
    Key("again", ("r",), "Again", "Check everything again.", 4),
    Key("filter", ("slash",), "Filter", "Show only what contains a text; esc shows all.", 6),
    Key("copy", ("c", "y"), "Copy", "Copy this finding as Markdown (OSC 52), and write it to a file as well.", 7),
    Key("export", ("e",), "Export", "Write the whole diagnosis to a report file.", 8),
    Key("document", ("d",), "Policy", "Open the policy that decides, at the deciding statement.", 9),
    Key("help", ("question_mark",), "Keys", "Show all keys.", 2),
    Key("quit", ("q", "ctrl+q"), "Quit", "Leave at once.", 3),
    Key("next", ("n",), "Next problem", "Go to the next problem, or the next match of a filter."),
    Key("previous", ("N",), "Previous problem", "Go to the problem or match before."),
    Key("open", ("enter",), "Open", "Show the whole finding; esc goes back."),
    Key("fold", ("space",), "Fold", "Fold or unfold the group."),
    Key("back", ("escape",), "Back", "Close what is open; end the filter."),
    Key("step_next", ("right_square_bracket",), "Next step", "Go to the cause of the next failing step."),
    Key("step_previous", ("left_square_bracket",), "Step before", "Go to the cause of the failing step before."),
    Key("plan", ("P",), "Repair plan", "The smallest set of changes with which the whole import passes."),
    Key("journal", ("J",), "Journal", "What was changed in this account, and taking it back."),
    Key(
        "evidence",
        ("i",),
        "Evidence",
        "What changed, what CloudTrail saw, AWS's own opinion, who else, every call made.",
    ),
    Key("message", ("m",), "Error message", "Paste what the user saw and go to the cause that it points at."),
    Key("switch", ("s",), "Switch", "Look at another account, Region or demo without leaving."),
    Key("jump", ("semicolon",), "Jump", "Put a letter on everything that can be gone to; that letter goes there."),
    Key("ask", ("v",), "Try a request", "Change a request of the import and see how AWS would decide it."),
    Key("watch", ("w",), "Watch", "Check again every half minute until w; rings when the verdict turns."),
    Key("setup", ("S",), "Set up", "Set Canvas up for the first time, or fill a Domain's gaps; reviewed first."),
    Key("target", ("t",), "Target", "Look at another Domain, user profile or dataset."),
    Key("console", ("o",), "Console link", "Copy the link to the resource in the AWS console."),
    Key("palette", ("ctrl+p",), "Palette", "Find anything the program can do."),
)

FIX = (
    Key("apply", ("a",), "Apply", "Make these changes; asks for typing where that is called for.", 1),
    _BACK,
    Key("copy", ("c", "y"), "Copy", "Copy the changes as AWS CLI commands, and write them to a file as well.", 3),
    Key("export", ("e",), "Save", "Write the preview to a file.", 4),
    Key("other", ("tab", "n"), "Other way", "Show the next way to mend it.", 5),
    Key("same_as", ("t",), "CLI/code", "Show the same as AWS CLI, PowerShell, Terraform or CloudFormation.", 6),
    Key("public", ("p",), "Public?", "Let Access Analyzer check for public access; AWS may charge, so it asks first."),
    Key("sides", ("s",), "Side by side", "Show before and after beside each other (from 120 columns).", 8),
    _HELP,
    Key("palette", ("ctrl+p",), "Palette", "Find anything the program can do."),
    Key("quit", ("ctrl+q",), "Quit", "Leave at once."),
)

UNDO = (
    Key("apply", ("u", "a"), "Undo it", "Take the change back.", 1),
    _BACK,
    _HELP,
    Key("quit", ("ctrl+q",), "Quit", "Leave at once."),
)

JOURNAL = (
    Key("choose", ("enter", "u"), "Undo it", "Show how this entry would be taken back.", 1),
    _BACK,
    _COPY,
    _HELP,
    Key("quit", ("ctrl+q",), "Quit", "Leave at once."),
)

ASK = (
    Key("next", ("ctrl+n",), "Next request", "Start from the next request of the import.", 1),
    Key("previous", ("ctrl+b",), "Before", "Start from the request before.", 3),
    Key("back", ("escape",), "Back", "Go back; nothing is changed.", 2),
    Key("quit", ("ctrl+q",), "Quit", "Leave at once.", 4),
)

DOCUMENT = (
    _BACK,
    Key("search", ("slash",), "Search", "Find a text in the document.", 1),
    Key("next", ("n",), "Next", "Go to the next match.", 3),
    Key("previous", ("N",), "Before", "Go to the match before.", 4),
    Key("other", ("tab",), "Next document", "Show the next document involved.", 5),
    Key("other_back", ("shift+tab",), "Document before", "Show the document before."),
    _COPY,
    _HELP,
    Key("quit", ("ctrl+q",), "Quit", "Leave at once."),
)

PICK = (
    Key("choose", ("enter",), "Choose", "Take the marked one.", 1),
    Key("skip", ("ctrl+s",), "Skip", "Go on without it, where that is possible.", 3),
    Key("back", ("escape",), "Back", "Go to the question before, or leave.", 2),
    Key("quit", ("ctrl+q",), "Quit", "Leave at once.", 4),
)

MESSAGE = (
    Key("choose", ("enter",), "Go to the cause", "Go to the finding that the message points at.", 1),
    Key("back", ("escape",), "Back", "Go back; nothing is changed.", 2),
    Key("quit", ("ctrl+q",), "Quit", "Leave at once.", 4),
)

EVIDENCE = (
    _BACK,
    _COPY,
    _HELP,
    Key("quit", ("ctrl+q",), "Quit", "Leave at once."),
)

HELP = (_BACK, Key("quit", ("ctrl+q",), "Quit", "Leave at once."))

#: Keys of the lists and texts themselves; shown in the help, bound by the widgets.
MOVING = (
    ("↑ ↓  k j", "Move by a line."),
    ("PgUp PgDn  ^u ^d", "Move by a page."),
    ("g G  Home End", "Go to the top, to the end."),
    ("← →  h l", "Fold and unfold a group."),
    ("tab", "Go between list and detail."),
    ("^z", "Put the program aside; fg in the shell brings it back."),
    ("mouse", "Click chooses, the wheel scrolls, a click on a key in the last line presses it."),
)

SETUP = (
    Key("choose", ("enter",), "Choose", "Take what is marked or typed; of several, mark it or take it back.", 1),
    Key("next", ("ctrl+s", "tab"), "Next", "Go on with what is chosen or proposed.", 2),
    Key("back", ("escape", "shift+tab"), "Back", "Go to the question before; from the first one leave.", 3),
    Key("leave", ("ctrl+l",), "Leave", "Leave; the answers are kept for next time, nothing is changed.", 4),
    Key("quit", ("ctrl+q",), "Quit", "Leave the program at once.", 5),
)

SETUP_REVIEW = (
    Key("apply", ("a",), "Make it", "Make all of this, piece by piece; asks for typing what can never be changed.", 1),
    Key("back", ("escape",), "Answers", "Go back to the questions; nothing is changed.", 2),
    Key("choose", ("enter", "r"), "Diagnose", "Diagnose the import in what stands now.", 3),
    _COPY,
    _HELP,
    Key("quit", ("ctrl+q",), "Quit", "Leave at once; what was made stays, and the next start goes on."),
)

SCREENS: dict[str, Sequence[Key]] = {
    "main": MAIN,
    "fix": FIX,
    "undo": UNDO,
    "document": DOCUMENT,
    "journal": JOURNAL,
    "ask": ASK,
    "evidence": EVIDENCE,
    "message": MESSAGE,
    "pick": PICK,
    "setup": SETUP,
    "setup_review": SETUP_REVIEW,
    "help": HELP,
}
TITLES = {
    "main": "Main screen",
    "fix": "Fix preview",
    "undo": "Undo",
    "document": "Documents",
    "journal": "Journal",
    "ask": "Trying a request",
    "evidence": "Evidence",
    "message": "Error message",
    "pick": "Choosing the target",
    "setup": "First set-up",
    "setup_review": "Review of the set-up",
    "help": "Keys",
}
FOOTER_KEYS = 9


def _remapped(screen: str, keymap: Mapping[str, str]) -> list[Key]:
    return [
        replace(key, keys=tuple(name.strip() for name in keymap[f"{screen}.{key.id}"].split(",")))
        if f"{screen}.{key.id}" in keymap
        else key
        for key in SCREENS[screen]
    ]


def clash(keymap: Mapping[str, str]) -> str:
    """What two actions of one screen would share a key, in words; empty where none do."""
    for screen in SCREENS:
        taken: dict[str, str] = {}
        for key in _remapped(screen, keymap):
            for name in key.keys:
                if taken.setdefault(name, key.id) != key.id:
                    return f"{screen}: {name!r} would mean both {taken[name]} and {key.id}"
    return ""


def remap(keymap: Mapping[str, str]) -> None:
    """Show the user's own keys in footers, help and palette from now on; the app binds them."""
    for screen in SCREENS:
        SCREENS[screen] = _remapped(screen, keymap)


def footer(screen: str, width: int) -> list[Key]:
    """The keys that fit one line of ``width`` cells, at most nine, in the order of the table."""
    wanted = sorted((key for key in SCREENS[screen] if key.footer), key=lambda key: key.footer)[:FOOTER_KEYS]
    while wanted and sum(len(key.shown) + len(key.label) + 3 for key in wanted) - 1 > width:
        wanted.pop()
    return [key for key in SCREENS[screen] if key in wanted]


def as_markdown() -> str:
    """The table of keys for the README."""
    parts: list[str] = []
    for screen, table in SCREENS.items():
        rows = [f"| `{' '.join(SHOWN.get(name, name) for name in key.keys)}` | {key.help} |" for key in table]
        parts.append("\n".join([f"**{TITLES[screen]}**", "", "| key | does |", "|---|---|", *rows]))
    return "\n\n".join(parts)
