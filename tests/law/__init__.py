"""Tests of the law: counting, calendar and rulebooks."""
