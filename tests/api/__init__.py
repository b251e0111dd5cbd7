"""Tests of the doors: HTTP, command line, and what keeps them running."""
