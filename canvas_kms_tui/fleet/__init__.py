"""Headless runs: targets in, diagnoses out. Knows no screen and no command line."""
