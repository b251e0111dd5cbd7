"""A Python client that a generator makes of the description, and a dossier walked with it from token to court decision."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.demo.script import Step
from models.settings import Settings
from tests.api.conftest import PASSWORD
from tests.api.road import Road

Document = dict[str, Any]
BINARY = "application/octet-stream"
OFFICE = "application/vnd.openxmlformats-officedocument"
CONFIG = {
    "post_hooks": [],
    "content_type_overrides": {
        "application/pdf": BINARY,
        "application/zip": BINARY,
        "image/png": BINARY,
        "image/jpeg": BINARY,
        f"{OFFICE}.wordprocessingml.document": BINARY,
        f"{OFFICE}.spreadsheetml.sheet": BINARY,
    },
}


def generate(description: Document, to: Path) -> str:
    """Makes the client; what the generator says."""
    to.mkdir()
    (to / "openapi.json").write_text(json.dumps(description))
    (to / "config.json").write_text(json.dumps(CONFIG))
    argv: list[str | Path] = [
        sys.executable, "-m", "openapi_python_client", "generate", "--path", to / "openapi.json", "--meta", "none",
        "--config", to / "config.json", "--output-path", to / "hoso_client",
    ]  # fmt: skip
    made = subprocess.run(argv, capture_output=True, text=True, check=False)  # noqa: S603 - the tests' own generator
    said: str = made.stdout + made.stderr
    assert made.returncode == 0, said
    return said


@pytest.fixture(scope="module")
def described(cluster: Settings) -> Document:
    found: Document = json.loads(json.dumps(create_app(cluster).openapi()))
    return found


@pytest.fixture
def made(described: Document, tmp_path: Path) -> Iterator[str]:
    """The package, made of the paths that the walk takes and the models they lead to."""
    road = Road(lambda _: None, None)  # type: ignore[arg-type, return-value]  # only its script is read
    acts = {f"/v1/dossiers/{{dossier_id}}/actions/{action}" for action in road.steps}
    others = {
        "/v1/auth/token",
        "/v1/dossiers",
        "/v1/dossiers/{dossier_id}",
        "/v1/dossiers/{dossier_id}/limits",
    }
    wanted = acts | others
    paths = {path: item for path, item in described["paths"].items() if path in wanted}
    said = generate(described | {"paths": paths} | _components(described, paths), tmp_path / "client")
    assert "Unable to process" not in said, said
    sys.path.insert(0, str(tmp_path / "client"))
    yield "hoso_client"
    sys.path.remove(str(tmp_path / "client"))
    for name in [name for name in sys.modules if name.partition(".")[0] == "hoso_client"]:
        del sys.modules[name]


def _components(described: Document, paths: Document) -> Document:
    """The components that these paths reach."""
    components, reached, pending = described["components"], set(), [json.dumps(paths)]
    while pending:
        for part in pending.pop().split('"#/components/')[1:]:
            kind, name = part.split('"', 1)[0].split("/")
            if (kind, name) not in reached:
                reached.add((kind, name))
                pending.append(json.dumps(components[kind][name]))
    kept = {
        kind: {name: components[kind][name] for of, name in sorted(reached) if of == kind}
        for kind in components
    }
    return {"components": kept | {"securitySchemes": components["securitySchemes"]}}


def test_a_dossier_walks_from_token_to_court_decision_by_typed_calls(
    made: str, client: TestClient, road: Road
) -> None:
    def module(name: str) -> ModuleType:
        return importlib.import_module(f"{made}.{name}")

    def signed_in(user: str) -> Any:
        door = module("client").Client(base_url="http://hoso.test")
        door.set_httpx_client(TestClient(client.app, base_url="http://hoso.test"))
        form = module("models.sign_in_form").SignInForm(username=user, password=PASSWORD)
        token = module("api.auth.sign_in").sync(client=door, body=form).access_token
        door.get_httpx_client().headers["Authorization"] = f"Bearer {token}"
        return door

    doors: dict[str, Any] = {}
    opened: Any = None
    for step in road.steps.values():
        door = doors.setdefault(step.by, None) or signed_in(step.by)
        doors[step.by] = door
        if step.action == "open":
            body = module("models.new_dossier").NewDossier.from_dict(road.opening())
            opened = module("api.dossiers.open_dossier").sync(client=door, body=body).dossier
            continue
        opened = _acted(module, step, door, opened)
        if step.action == "decide":
            break
    assert (opened.stage, opened.version) == ("court_decision", list(road.steps).index("decide") + 1)
    read = module("api.dossiers.read_dossier").sync(
        UUID(str(opened.id)), client=doors[road.steps["decide"].by]
    )
    assert read.to_dict() == opened.to_dict()


def _acted(module: Any, step: Step, door: Any, dossier: Any) -> Any:
    """The dossier after this act; the same one again is refused as stale, with a problem that has a type too."""
    model = "".join(part.title() for part in step.action.split("_"))
    kind = getattr(module(f"models.act_{step.action}"), f"Act{model}")
    sent = {"occurred_at": step.at.isoformat(), "facts": step.recorded}
    body = kind.from_dict(sent)
    assert body.to_dict()["facts"].keys() == step.recorded.keys()
    call = module(f"api.acts.act_{step.action}").sync_detailed
    version = f'"{dossier.version}"'
    answer = call(UUID(str(dossier.id)), client=door, body=body, if_match=version)
    assert answer.status_code == 200, answer.content
    stale = call(UUID(str(dossier.id)), client=door, body=body, if_match=version)
    assert (stale.status_code, stale.parsed.code) == (412, "stale")
    return answer.parsed.dossier


@pytest.mark.long
def test_the_generator_understands_all_of_the_description(described: Document, tmp_path: Path) -> None:
    said = generate(described, tmp_path / "client")
    assert "WARNING" not in said, said
    assert "Unable" not in said, said
    acts = {path.stem for path in (tmp_path / "client/hoso_client/api/acts").glob("act_*.py")}
    assert len(acts) == sum("/actions/" in path for path in described["paths"]) - 2
