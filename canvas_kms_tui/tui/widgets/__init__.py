"""The parts of the screens. Widgets hold no state of the diagnosis: they are shown a board, a finding, lines."""
