"""Who passes: what the variables say, what is taken when they say nothing, and what makes no sense."""

from pathlib import Path

import pytest

from models.doors import AT_HOME, Provider, doors
from models.settings import Settings, StartupError


@pytest.mark.parametrize(
    ("public", "said", "asked"),
    [
        (None, None, False), ("http://localhost:8000", None, False), ("https://127.0.0.1:8443", None, False),
        ("https://hoso.example.vn", None, True), ("https://hoso.example.vn", "optional", False), (None, "required", True),
    ],
)  # fmt: skip
def test_second_factors_are_asked_for_where_the_outside_reaches_the_installation(
    public: str | None, said: str | None, asked: bool
) -> None:
    given = {"HOSO_PUBLIC_URL": public, "HOSO_SECOND_FACTOR": said}
    settled = doors({name: value for name, value in given.items() if value is not None})
    assert settled.second_factor is asked
    assert settled.wants_second_factor("head") is asked
    assert settled.wants_second_factor("officer") is False


def test_the_provider_has_its_secret_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x\n")
    said = {
        "HOSO_OIDC_ISSUER": "https://id.example.vn",
        "HOSO_OIDC_CLIENT_ID": "hoso",
        "HOSO_OIDC_SECRET_FILE": str(secret),
    }
    assert doors(said).provider == Provider("https://id.example.vn", "hoso", "x")
    assert "'x'" not in repr(doors(said))
    assert doors({}) == AT_HOME
    for flaw in (
        {"HOSO_OIDC_ISSUER": ""}, {"HOSO_OIDC_ISSUER": "http://id.example.vn"}, {"HOSO_OIDC_SECRET_FILE": str(tmp_path / "no")},
        {"HOSO_OIDC_ISSUER": "https://id.example.vn?x=1"},
    ):  # fmt: skip
        with pytest.raises(StartupError, match="HOSO_OIDC"):
            Settings.from_environment(said | flaw)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOSO_SECOND_FACTOR", "off"),
        ("HOSO_RATE_ACCOUNT", "0"),
        ("HOSO_RATE_ADDRESS", "nhiều"),
        ("HOSO_RATE_ACCOUNT", "-1"),
    ],
)
def test_what_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(StartupError, match=name):
        Settings.from_environment({name: value})
