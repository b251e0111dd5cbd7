"""Programs some tests need that Python packages cannot bring."""

import os
import shutil

import pytest


def needs_program(name: str) -> str:
    """Path of a program; the test is skipped where it is not installed, but fails under continuous integration."""
    path = shutil.which(name)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not installed, and CI must not skip what needs it")
        pytest.skip(f"{name} is not installed")
    return path
