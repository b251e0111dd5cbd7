"""The programs that run alone: what they refuse to start without, and whom the API believes."""

from pathlib import Path

import pytest

from api import programs
from models.settings import Settings
from tests.api.conftest import Command


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose secrets and files are to come from others."""
    for name in ("secrets", "files"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"HOSO_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("HOSO_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("HOSO_DATABASE_URL", "postgresql://hoso_app@db.example/hoso")


@pytest.mark.parametrize(
    ("command", "secret"), [("api", "jwt_key"), ("worker", "prefect_auth"), ("prefect", "prefect_auth")]
)
def test_program_without_its_secret_does_not_start(hoso: Command, command: str, secret: str) -> None:
    said = hoso(command)
    assert said.code == 2
    assert f"/{secret} cannot be read" in said.err
    assert "phải có sẵn, giống nhau trên mọi máy" in said.err


@pytest.mark.parametrize("command", ["api", "worker"])
def test_program_without_the_shared_folder_does_not_start(
    hoso: Command, command: str, tmp_path: Path
) -> None:
    (tmp_path / "files").rmdir()
    for name in ("jwt_key", "box_key", "prefect_auth"):
        (tmp_path / "secrets" / name).write_text("hoso:x")
    said = hoso(command)
    assert said.code == 2
    assert "is the shared disk mounted?" in said.err
    assert not (tmp_path / "files").exists()


def test_api_believes_forwarded_headers_of_named_proxies_alone(tmp_path: Path) -> None:
    for name in ("jwt_key", "box_key"):
        (tmp_path / "secrets" / name).write_text("x")
    alone = programs.api(Settings.from_environment())
    assert "--no-proxy-headers" in alone.argv
    behind = programs.api(Settings(data=tmp_path, proxies=("10.0.0.10", "10.0.1.0/28")))
    assert behind.argv[behind.argv.index("--forwarded-allow-ips") + 1] == "10.0.0.10,10.0.1.0/28"


def test_worker_is_told_of_prefect_by_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_PREFECT_URL", "http://prefect.example:4200/")
    monkeypatch.setenv("PREFECT_API_URL", "http://localhost:1/api")
    (tmp_path / "secrets" / "prefect_auth").write_text("hoso:x\n")
    environment = programs.worker(Settings.from_environment()).environment
    assert environment["PREFECT_API_URL"] == "http://prefect.example:4200/api"
    assert environment["PREFECT_API_AUTH_STRING"] == "hoso:x"
    assert "prefect.example" in environment["NO_PROXY"].split(",")


@pytest.mark.parametrize(
    ("query", "url", "tls"),
    [
        ("", "", {}),
        ("?sslmode=require", "?ssl=require", {}),
        ("?sslmode=verify-full", "", {"ENABLED": "true", "CHECK_HOSTNAME": "true"}),
        (
            "?sslmode=verify-ca&sslrootcert=/etc/hoso/ca.pem",
            "",
            {"ENABLED": "true", "CHECK_HOSTNAME": "false", "CA_FILE": "/etc/hoso/ca.pem"},
        ),
    ],
)
def test_prefect_checks_the_database_as_the_other_urls_do(
    tmp_path: Path, query: str, url: str, tls: dict[str, str]
) -> None:
    (tmp_path / "secrets" / "prefect_auth").write_text("hoso:x")
    given = Settings.from_environment(
        {
            "HOSO_DATA": str(tmp_path / "var"), "HOSO_SECRETS": str(tmp_path / "secrets"),
            "HOSO_DATABASE_URL": "postgresql://hoso_app@db.example/hoso",
            "HOSO_PREFECT_DATABASE_URL": f"postgresql://hoso_prefect:x@db.example/prefect{query}",
        }
    )  # fmt: skip
    environment = programs.prefect(given).environment
    said = environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"]
    assert said == f"postgresql+asyncpg://hoso_prefect:x@db.example/prefect{url}"
    name = "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_TLS_"
    assert {key.removeprefix(name): value for key, value in environment.items() if name in key} == tls
