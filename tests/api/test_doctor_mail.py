"""The doctor and a real mail server: greeted and left again, with nothing sent."""

import ssl
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from api.doctor.machine import mail
from models.settings import Settings
from tests.flows.post_office import PostOffice, named
from tests.free_port import free_port


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def test_no_mail_server_is_a_warning(here: Settings) -> None:
    finding = mail(here)
    assert finding.state == "warning"
    assert finding.mend is not None
    assert "HOSO_SMTP_URL" in finding.mend.vi


@pytest.mark.parametrize(
    ("url", "state", "words"),
    [
        ("smtp://127.0.0.1:{port}", "ok", "answers"),
        ("smtp://hoso:secret@127.0.0.1:{port}?starttls=never", "ok", "answers"),
        ("smtp://hoso:wrong@127.0.0.1:{port}?starttls=never", "failed", "refuses the user or the password"),
        ("smtp://127.0.0.1:{port}?starttls=always", "failed", "no TLS"),
    ],
)
def test_a_mail_server_is_greeted_and_nothing_is_sent(
    here: Settings, url: str, state: str, words: str
) -> None:
    with PostOffice() as office:
        finding = mail(replace(here, mail=office.server(url)))
        assert not office.received
    assert finding.state == state, finding
    assert words in finding.found.en
    assert (finding.mend is None) == (state == "ok")


def test_a_mail_server_that_is_away(here: Settings) -> None:
    finding = mail(replace(here, mail=named(f"smtp://127.0.0.1:{free_port()}")))
    assert finding.state == "failed"
    assert "does not answer" in finding.found.en


def test_a_mail_server_whose_certificate_nobody_vouches_for(here: Settings) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    with PostOffice(tls=tls) as office:
        finding = mail(
            replace(here, mail=office.server("smtp://hoso:secret@127.0.0.1:{port}?starttls=always"))
        )
    assert finding.state == "failed"
    assert "no TLS" in finding.found.en
