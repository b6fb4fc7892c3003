"""Headless runs: a wish for a target in, diagnoses and an exit code out. Knows no screen and no command line."""
