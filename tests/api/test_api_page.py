"""docs/api.md: every command on it is run, in its order, against a served API; every answer shown is part of a real one."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import PASSWORD

PAGE = Path(__file__).parents[2] / "docs/api.md"
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def today() -> None:
    """The served process knows no other day than the machine's."""


def test_the_page_leads_from_token_to_court_decision(served: httpx.Client, tmp_path: Path) -> None:
    blocks = [(kind, text) for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8"))]
    commands = [text for kind, text in blocks if kind == "sh"]
    script = "set -euo pipefail\n" + "".join(
        f"{{\n{command}}} > answer.{number}\n" for number, command in enumerate(commands)
    )
    bash = shutil.which("bash")
    assert bash
    environment = {"PATH": os.environ["PATH"], "HOSO": str(served.base_url).rstrip("/"), "PASSWORD": PASSWORD}
    run = subprocess.run(  # noqa: S603 - the page's own commands
        [bash, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    answers = [
        path.read_text()
        for number in range(len(commands))
        if (path := tmp_path / f"answer.{number}").exists()
    ]
    assert run.returncode == 0, run.stderr + answers[-1]
    number, shown = -1, 0
    for kind, text in blocks:
        if kind == "sh":
            number += 1
        else:
            shown += 1
            assert part_of(json.loads(text), json.loads(answers[number])), (text, answers[number][:2_000])
    assert shown >= 8
    events = next(answer for answer in answers if answer.startswith('{"head"'))
    assert json.loads(events)["items"][-1]["action"] == "decide"
    assert (tmp_path / "document.docx").read_bytes().startswith(b"PK")
    assert answers[-1].startswith("\ufeffid,number,person_name")


def part_of(shown: Any, real: Any) -> bool:
    """Whether what is shown stands in the answer: its fields, and its values where it states any."""
    if isinstance(shown, dict):
        return isinstance(real, dict) and all(
            name in real and part_of(one, real[name]) for name, one in shown.items()
        )
    if isinstance(shown, list):
        return isinstance(real, list) and all(any(part_of(one, other) for other in real) for one in shown)
    return type(shown) is type(real) and (shown in ("", real))


def test_an_answer_that_is_not_given_would_be_seen() -> None:
    shown: Any
    real = {"a": [{"b": 1, "c": "x"}], "d": None}
    assert part_of({"a": [{"c": ""}], "d": None}, real)
    for shown in ({"e": 1}, {"a": [{"b": 2}]}, {"a": [{"c": 1}]}, {"d": ""}, {"a": {}}):
        assert not part_of(shown, real)
