"""Tests of what follows an act: outbox, worker, stage flows."""
