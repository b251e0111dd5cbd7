"""The mail server's settings: what they mean, and what is refused without showing the password."""

from pathlib import Path

import pytest

from models.mail_server import MailServer, mail_server
from models.settings import Settings, StartupError

FROM = {"HOSO_MAIL_FROM": "Hệ thống hồ sơ <hoso@co-quan.vn>"}


def server(url: str, **more: str) -> MailServer:
    found = mail_server({"HOSO_SMTP_URL": url, **FROM, **more})
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("url", "host", "port", "wrapped", "starttls"),
    [
        ("smtp://mail.noi-bo", "mail.noi-bo", 25, False, "offered"),
        ("smtp://10.0.0.5:587?starttls=always", "10.0.0.5", 587, False, "always"),
        ("smtp://u:p@mail.noi-bo", "mail.noi-bo", 25, False, "always"),
        ("smtp://u:p@mail.noi-bo?starttls=never", "mail.noi-bo", 25, False, "never"),
        ("smtps://[::1]", "::1", 465, True, "offered"),
    ],
)
def test_url_says_where_and_how(url: str, host: str, port: int, wrapped: bool, starttls: str) -> None:
    found = server(url)
    assert (found.host, found.port, found.wrapped, found.starttls) == (host, port, wrapped, starttls)


def test_password_comes_from_the_url_or_a_file_and_is_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("bí mật/@:\n", encoding="utf-8")
    in_url = server("smtp://u%40x:b%C3%AD%20m%E1%BA%ADt@host")
    in_file = server("smtp://u@host", HOSO_SMTP_PASSWORD_FILE=str(tmp_path / "password"))
    assert (in_url.user, in_url.password, in_file.password) == ("u@x", "bí mật", "bí mật/@:")
    settings = Settings.from_environment({"HOSO_SMTP_URL": "smtp://u:b%C3%AD@host", **FROM})
    assert settings.mail is not None
    assert settings.mail.password == "bí"
    assert "bí" not in repr(settings)


def test_without_a_server_there_is_no_mail() -> None:
    assert Settings.from_environment({}).mail is None


@pytest.mark.parametrize(
    "url",
    [
        "mail.noi-bo", "http://host", "smtp://", "smtp://u:secret@host:99999", "smtp://u:secret@host:x",
        "smtp://u:secret@host?starttls=maybe", "smtp://u:secret@host?tls=1", "smtp://u:secret@host/path",
    ],
)  # fmt: skip
def test_url_that_makes_no_sense_is_refused_by_name_without_its_password(url: str) -> None:
    with pytest.raises(StartupError, match="HOSO_SMTP_URL") as refused:
        Settings.from_environment({"HOSO_SMTP_URL": url, **FROM})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, "HOSO_MAIL_FROM"),
        ({"HOSO_MAIL_FROM": "không phải địa chỉ"}, "HOSO_MAIL_FROM"),
        ({"HOSO_MAIL_FROM": "a@b.vn\nBcc: c@d.vn"}, "HOSO_MAIL_FROM"),
        ({**FROM, "HOSO_SMTP_PASSWORD_FILE": "/không/có"}, "HOSO_SMTP_PASSWORD_FILE"),
    ],
)
def test_what_belongs_to_the_server_is_checked_at_the_start(variables: dict[str, str], named: str) -> None:
    with pytest.raises(StartupError, match=named):
        Settings.from_environment({"HOSO_SMTP_URL": "smtp://host", **variables})
