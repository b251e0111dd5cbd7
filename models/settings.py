"""Where this installation keeps its things and reaches its services: environment variables and generated secrets."""

from __future__ import annotations

import os
import pwd
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from models.mail_server import MailServer, mail_server
from models.private_receivers import NOTHING_PRIVATE, PrivateReceivers, private_receivers

SecretName = Literal[
    "jwt_key", "postgres", "hoso_owner", "hoso_app", "hoso_prefect", "prefect_auth", "demo_password"
]


PUBLIC_URL = "http://localhost:8000"


class StartupError(RuntimeError):
    """Something outside the program keeps it from starting; the message tells the operator what, in both languages."""

    def __init__(self, vietnamese: str, english: str) -> None:
        super().__init__(f"{vietnamese}\n{english}")
        self.vietnamese = vietnamese
        self.english = english


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation's settings; URLs stay out of its `repr` because they carry passwords."""

    data: Path
    """Everything the installation writes lies below this folder."""
    database_url: str | None = field(default=None, repr=False)
    """The application role's URL; None means the embedded PostgreSQL."""
    migrate_url: str | None = field(default=None, repr=False)
    """The table owner's URL, beside `database_url`."""
    prefect_database_url: str | None = field(default=None, repr=False)
    """The database of Prefect's server, beside `database_url`."""
    pg_bin: Path | None = None
    """Folder of the PostgreSQL programs to use in place of the wheel's."""
    soffice: Path | None = None
    """LibreOffice's program, where it is not on PATH."""
    port: int = 8000
    prefect_port: int = 4200
    public_url: str = PUBLIC_URL
    """Where the outside world reaches this installation; the codes on issued documents lead there for ever."""
    mail: MailServer | None = None
    """Where notices leave by mail; None means that mails wait."""
    webhooks: PrivateReceivers = NOTHING_PRIVATE
    """Where webhooks may lead beside the public internet."""
    once: bool = False
    """Start everything, see it ready, and stop again."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the `HOSO_*` variables; nothing is written.

        Args:
            environment: the variables; the process's own when left out.

        Raises:
            StartupError: a variable's value makes no sense; the message names the variable.

        """
        source = os.environ if environment is None else environment
        pg_bin, soffice = source.get("HOSO_PG_BIN"), source.get("HOSO_SOFFICE")
        settings = cls(
            data=Path(source.get("HOSO_DATA") or "var").expanduser().resolve(),
            database_url=source.get("HOSO_DATABASE_URL") or None,
            migrate_url=source.get("HOSO_MIGRATE_URL") or None,
            prefect_database_url=source.get("HOSO_PREFECT_DATABASE_URL") or None,
            pg_bin=Path(pg_bin).expanduser().resolve() if pg_bin else None,
            soffice=Path(soffice).expanduser().absolute() if soffice else None,
            port=_port(source, "HOSO_PORT", 8000),
            prefect_port=_port(source, "HOSO_PREFECT_PORT", 4200),
            public_url=_address(source, "HOSO_PUBLIC_URL"),
            mail=_mail(source),
            webhooks=_webhooks(source),
            once=_flag(source, "HOSO_ONCE"),
        )
        if settings.embedded and (settings.migrate_url or settings.prefect_database_url):
            raise StartupError(
                "HOSO_MIGRATE_URL và HOSO_PREFECT_DATABASE_URL chỉ dùng khi có HOSO_DATABASE_URL.",
                "HOSO_MIGRATE_URL and HOSO_PREFECT_DATABASE_URL only make sense together with HOSO_DATABASE_URL.",
            )
        return settings

    @property
    def embedded(self) -> bool:
        """Whether the installation runs its own PostgreSQL."""
        return self.database_url is None

    @property
    def log(self) -> Path:
        """Folder of the log files."""
        return self.data / "log"

    def claim_data(self) -> None:
        """Create the data folder, for its owner alone, or make sure that the present one is ours.

        Raises:
            StartupError: the folder belongs to another user, or cannot be created.

        """
        kept = self.data / "secrets"
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept.mkdir(mode=0o700, exist_ok=True)
            owner = kept.stat().st_uid
        except OSError as error:
            known = _owner(self.data)
            if known is None or known == os.geteuid():
                raise StartupError(
                    f"Không tạo được thư mục dữ liệu {self.data}: {error.strerror}.",
                    f"The data folder {self.data} cannot be created: {error.strerror}.",
                ) from error
            owner = known
        if owner != os.geteuid():
            theirs, ours = _user_name(owner), _user_name(os.geteuid())
            raise StartupError(
                f"Thư mục dữ liệu {self.data} thuộc người dùng {theirs}, còn chương trình đang chạy bằng {ours}. "
                f"Hãy chạy bằng {theirs}, hoặc đặt HOSO_DATA sang thư mục khác.",
                f"The data folder {self.data} belongs to user {theirs}, but this runs as {ours}. "
                f"Run it as {theirs}, or set HOSO_DATA to another folder.",
            )

    def secret(self, name: SecretName) -> str:
        """Return the secret of this name, generating it on the first call; it lives in `secrets/`, mode 0600.

        Raises:
            StartupError: the data folder belongs to another user, or cannot be created.

        """
        path = self.data / "secrets" / name
        if not path.exists():
            self.claim_data()
            value = secrets.token_urlsafe(32)
            write_first(path, f"hoso:{value}" if name == "prefect_auth" else value)
        return path.read_text(encoding="ascii").strip()


def write_first(path: Path, text: str) -> None:
    """Write the file whole and durably unless another process has just done so; the first one counts."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # the other process's secret is as good as ours, and already in use
    finally:
        draft.unlink()


def _port(source: Mapping[str, str], name: str, default: int) -> int:
    text = source.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise StartupError(
            f"{name}={text!r} không phải là số hiệu cổng từ 1 đến 65535.",
            f"{name}={text!r} is not a port number from 1 to 65535.",
        )
    return int(text)


def _address(source: Mapping[str, str], name: str) -> str:
    text = (source.get(name) or PUBLIC_URL).rstrip("/")
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]+)?", text) or len(text) > 150:
        raise StartupError(
            f"{name}={text!r} không phải là địa chỉ dạng https://tên-máy.",
            f"{name}={text!r} is not an address like https://host.",
        )
    return text


def _mail(source: Mapping[str, str]) -> MailServer | None:
    try:
        return mail_server(source)
    except ValueError as error:
        raise StartupError(*error.args) from None


def _webhooks(source: Mapping[str, str]) -> PrivateReceivers:
    try:
        return private_receivers(source)
    except ValueError as error:
        raise StartupError(*error.args) from None


def _flag(source: Mapping[str, str], name: str) -> bool:
    text = (source.get(name) or "0").strip().lower()
    if text not in {"0", "1", "false", "true", "no", "yes"}:
        raise StartupError(f"{name}={text!r}: chỉ nhận 0 hoặc 1.", f"{name}={text!r}: must be 0 or 1.")
    return text in {"1", "true", "yes"}


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except OSError:
        return None


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
