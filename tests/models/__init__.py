"""Tests of what things are and where they are kept."""
