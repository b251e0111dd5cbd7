"""Settings of an installation on several machines: what they share, where they listen, and whom they believe."""

from pathlib import Path

import pytest

from models import postgres
from models.settings import Settings, StartupError

CLUSTER = {"HOSO_DATABASE_URL": "postgresql://hoso_app@db.example/hoso"}


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder of secrets that was made elsewhere."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "jwt_key").write_text("một-khóa".encode().hex() + "\n")
    (folder / "hoso_app").write_text("geheim\n")
    return folder


def test_secrets_of_several_machines_are_read_and_never_made(tmp_path: Path, shared: Path) -> None:
    settings = Settings.from_environment({"HOSO_DATA": str(tmp_path / "var"), "HOSO_SECRETS": str(shared)})
    settings.claim_data()
    assert settings.secret("jwt_key") == "một-khóa".encode().hex()
    with pytest.raises(StartupError, match=r"HOSO_SECRETS: .*/prefect_auth cannot be read \(No such file"):
        settings.secret("prefect_auth")
    assert {path.name for path in shared.iterdir()} == {"jwt_key", "hoso_app"}
    assert list((tmp_path / "var").iterdir()) == []


def test_empty_secret_is_none(shared: Path) -> None:
    (shared / "prefect_auth").write_text("\n")
    with pytest.raises(StartupError, match="prefect_auth cannot be read"):
        Settings.from_environment({"HOSO_SECRETS": str(shared)}).secret("prefect_auth")


def test_url_without_a_password_takes_the_secret_of_its_role(shared: Path) -> None:
    settings = Settings.from_environment(CLUSTER | {"HOSO_SECRETS": str(shared)})
    assert postgres.app_url(settings).password == "geheim"
    assert postgres.app_url(Settings.from_environment(CLUSTER)).password is None
    said = CLUSTER | {
        "HOSO_MIGRATE_URL": "postgresql://hoso_owner@db.example/hoso",
        "HOSO_SECRETS": str(shared),
    }
    assert (
        postgres.owner_url(Settings.from_environment(said)).password is None
    )  # the server may ask for another proof
    said = {"HOSO_DATABASE_URL": "postgresql://hoso_app:own@db.example/hoso", "HOSO_SECRETS": str(shared)}
    assert postgres.app_url(Settings.from_environment(said)).password == "own"


def test_shared_folder_that_is_not_mounted_is_said_and_not_made(tmp_path: Path) -> None:
    folder = tmp_path / "shared" / "files"
    settings = Settings.from_environment({"HOSO_FILES": str(folder)})
    with pytest.raises(StartupError, match=r"HOSO_FILES: the folder .*/shared/files is missing"):
        settings.claim_files()
    assert not folder.parent.exists()
    folder.mkdir(parents=True)
    settings.claim_files()
    assert settings.files == folder


def test_alone_everything_stays_in_the_data_folder_and_on_this_machine(tmp_path: Path) -> None:
    settings = Settings.from_environment({"HOSO_DATA": str(tmp_path), "HOSO_PREFECT_PORT": "4300"})
    settings.claim_files()
    assert settings.files == tmp_path / "files"
    assert (settings.host, settings.proxies, settings.prefect_host) == ("127.0.0.1", (), "127.0.0.1")
    assert settings.prefect_url == "http://127.0.0.1:4300"


@pytest.mark.parametrize(
    ("said", "reached"),
    [
        ({"HOSO_PREFECT_HOST": "0.0.0.0"}, "http://127.0.0.1:4200"),  # noqa: S104 - what an operator writes
        ({"HOSO_PREFECT_HOST": "::"}, "http://[::1]:4200"),
        ({"HOSO_PREFECT_HOST": "10.0.0.12"}, "http://10.0.0.12:4200"),
        ({"HOSO_PREFECT_HOST": "fd00::12"}, "http://[fd00::12]:4200"),
        ({"HOSO_PREFECT_URL": "https://prefect.example.vn/"}, "https://prefect.example.vn"),
    ],
)
def test_prefect_is_reached_where_it_listens_unless_said_otherwise(
    said: dict[str, str], reached: str
) -> None:
    assert Settings.from_environment(said).prefect_url == reached


@pytest.mark.parametrize(
    "variables",
    [
        {"HOSO_HOST": "hoso.example.vn"},
        {"HOSO_PREFECT_HOST": "10.0.0.256"},
        {"HOSO_PREFECT_URL": "prefect.example.vn:4200"},
        {"HOSO_HOSTS": "hoso.example.vn:8000"},
        {"HOSO_HOSTS": "*"},
        {"HOSO_PROXIES": "*"},
        {"HOSO_PROXIES": "0.0.0.0/0"},
        {"HOSO_PROXIES": "10.0.0.10, proxy.example.vn"},
    ],
)
def test_senseless_variable_is_named(variables: dict[str, str]) -> None:
    with pytest.raises(StartupError, match=next(iter(variables))):
        Settings.from_environment(variables)


@pytest.mark.parametrize(
    ("said", "proxies"), [("10.0.0.10, 10.0.1.0/28,", ("10.0.0.10", "10.0.1.0/28")), ("", ())]
)
def test_proxies_are_addresses_and_networks(said: str, proxies: tuple[str, ...]) -> None:
    assert Settings.from_environment({"HOSO_PROXIES": said}).proxies == proxies
