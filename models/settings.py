"""Where this installation keeps its things and reaches its services: environment variables and generated secrets."""

from __future__ import annotations

import ipaddress
import os
import pwd
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from models.doors import AT_HOME, Doors, doors
from models.mail_server import MailServer, mail_server
from models.private_receivers import NOTHING_PRIVATE, PrivateReceivers, private_receivers

SecretName = Literal[
    "jwt_key",
    "box_key",
    "postgres",
    "hoso_owner",
    "hoso_app",
    "hoso_prefect",
    "prefect_auth",
    "demo_password",
]


PUBLIC_URL = "http://localhost:8000"
LOOPBACK = "127.0.0.1"


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
    """Everything this machine writes for itself lies below this folder; never shared between machines."""
    shared_secrets: Path | None = None
    """Folder of ready-made secrets, the same on every machine; None generates them once in the data folder."""
    shared_files: Path | None = None
    """Folder of stored files that all machines share; None keeps them in the data folder."""
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
    host: str = LOOPBACK
    """The address on which the API listens."""
    port: int = 8000
    proxies: tuple[str, ...] = ()
    """Addresses and networks of the proxies whose word on the caller's address and scheme is taken."""
    hosts: tuple[str, ...] = ()
    """The names under which requests may ask for the API (their `Host`); none named: any."""
    prefect_host: str = LOOPBACK
    """The address on which Prefect's server listens."""
    prefect_port: int = 4200
    prefect_address: str | None = None
    """Where workers and browsers reach Prefect's server; None means on this machine."""
    public_url: str = PUBLIC_URL
    """Where the outside world reaches this installation; the codes on issued documents lead there for ever."""
    metrics_port: int = 0
    """Where the first worker of this machine answers Prometheus, the second one port higher, and so on; 0 for nowhere."""
    metrics_host: str = "127.0.0.1"
    """The address of this machine at which they do."""
    metrics_token: str | None = field(default=None, repr=False)
    """What Prometheus must send to read `/metrics` of the API; None lets everyone read who reaches it."""
    mail: MailServer | None = None
    """Where notices leave by mail; None means that mails wait."""
    webhooks: PrivateReceivers = NOTHING_PRIVATE
    """Where webhooks may lead beside the public internet."""
    doors: Doors = AT_HOME
    """Who passes: the second factor, how many requests, and the OpenID provider."""
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
        soffice = source.get("HOSO_SOFFICE")
        settings = cls(
            data=Path(source.get("HOSO_DATA") or "var").expanduser().resolve(),
            shared_secrets=_folder(source, "HOSO_SECRETS"),
            shared_files=_folder(source, "HOSO_FILES"),
            database_url=source.get("HOSO_DATABASE_URL") or None,
            migrate_url=source.get("HOSO_MIGRATE_URL") or None,
            prefect_database_url=source.get("HOSO_PREFECT_DATABASE_URL") or None,
            pg_bin=_folder(source, "HOSO_PG_BIN"),
            soffice=Path(soffice).expanduser().absolute() if soffice else None,
            host=_listening(source, "HOSO_HOST"),
            port=_port(source, "HOSO_PORT", 8000),
            proxies=_proxies(source, "HOSO_PROXIES"),
            hosts=_hosts(source, "HOSO_HOSTS"),
            prefect_host=_listening(source, "HOSO_PREFECT_HOST"),
            prefect_port=_port(source, "HOSO_PREFECT_PORT", 4200),
            prefect_address=_address(source, "HOSO_PREFECT_URL"),
            public_url=_address(source, "HOSO_PUBLIC_URL") or PUBLIC_URL,
            metrics_port=_port(source, "HOSO_METRICS_PORT", 0) if _asked(source, "HOSO_METRICS_PORT") else 0,
            metrics_host=source.get("HOSO_METRICS_HOST") or "127.0.0.1",
            metrics_token=source.get("HOSO_METRICS_TOKEN") or None,
            mail=_mail(source),
            webhooks=_webhooks(source),
            doors=_doors(source),
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
    def files(self) -> Path:
        """Folder of the stored files."""
        return self.shared_files or self.data / "files"

    @property
    def prefect_url(self) -> str:
        """Where Prefect's server is reached from here."""
        return self.prefect_address or f"http://{reached(self.prefect_host)}:{self.prefect_port}"

    @property
    def log(self) -> Path:
        """Folder of the log files."""
        return self.data / "log"

    def claim_data(self) -> None:
        """Create the data folder, for its owner alone, or make sure that the present one is ours.

        Raises:
            StartupError: the folder belongs to another user, or cannot be created.

        """
        kept = self.data if self.shared_secrets else self.data / "secrets"
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

    def claim_files(self) -> None:
        """Make sure that the shared folder of files is there and takes files.

        It is never created here: where it is not mounted, files would land on this machine's own disk, unseen by others.

        Raises:
            StartupError: it is not.

        """
        folder = self.shared_files
        if folder is not None and not (folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)):
            raise StartupError(
                f"HOSO_FILES: thư mục {folder} không có hoặc không ghi được; đã gắn ổ dùng chung chưa?",
                f"HOSO_FILES: the folder {folder} is missing or cannot be written; is the shared disk mounted?",
            )

    def secret(self, name: SecretName) -> str:
        """Return the secret of this name: from `HOSO_SECRETS`, or generated on the first call into the data folder.

        Raises:
            StartupError: `HOSO_SECRETS` has none of this name, or the data folder belongs to another user or cannot be
                created.

        """
        if self.shared_secrets is not None:
            return _read_shared(self.shared_secrets / name)
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


def reached(host: str) -> str:
    """The address, as a URL has it, at which this machine reaches what listens on `host` here."""
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        return LOOPBACK if address.version == 4 else "[::1]"
    return host if address.version == 4 else f"[{host}]"


def _read_shared(path: Path) -> str:
    """A secret that others put there; one made here would differ from that of the other machines."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        text, reason = "", getattr(error, "strerror", None) or type(error).__name__
    else:
        reason = "trống · empty"
    if not text:
        raise StartupError(
            f"HOSO_SECRETS: không đọc được {path} ({reason}); tệp này phải có sẵn, giống nhau trên mọi máy.",
            f"HOSO_SECRETS: {path} cannot be read ({reason}); it must be there, the same on every machine.",
        )
    return text


def _folder(source: Mapping[str, str], name: str) -> Path | None:
    text = source.get(name)
    return Path(text).expanduser().resolve() if text else None


def _listening(source: Mapping[str, str], name: str) -> str:
    text = source.get(name) or LOOPBACK
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise StartupError(
            f"{name}={text!r} không phải là địa chỉ IP của máy này, hay 0.0.0.0.",
            f"{name}={text!r} is not an IP address of this machine, or 0.0.0.0.",
        ) from None


def _hosts(source: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Names of hosts, without ports; StartupError for what can be none."""
    hosts = tuple(part.strip().lower() for part in source.get(name, "").split(",") if part.strip())
    for host in hosts:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", host):
            raise StartupError(
                f"{name} phải là các tên máy, cách nhau bằng dấu phẩy, không kèm cổng; hiện là: {host}",
                f"{name} must be names of hosts with commas between them, without ports; it is: {host}",
            )
    return hosts


def _proxies(source: Mapping[str, str], name: str) -> tuple[str, ...]:
    texts = [text.strip() for text in (source.get(name) or "").split(",") if text.strip()]
    for text in texts:
        try:
            everybody = ipaddress.ip_network(text).prefixlen == 0
        except ValueError:
            everybody = True
        if everybody:  # whoever is trusted says who the caller is
            raise StartupError(
                f"{name}: {text!r} không phải là địa chỉ IP hay mạng của máy chủ proxy.",
                f"{name}: {text!r} is not the IP address or network of a proxy.",
            )
    return tuple(texts)


def _asked(source: Mapping[str, str], name: str) -> bool:
    return (source.get(name) or "0").strip() != "0"


def _port(source: Mapping[str, str], name: str, default: int) -> int:
    text = source.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise StartupError(
            f"{name}={text!r} không phải là số hiệu cổng từ 1 đến 65535.",
            f"{name}={text!r} is not a port number from 1 to 65535.",
        )
    return int(text)


def _address(source: Mapping[str, str], name: str) -> str | None:
    text = (source.get(name) or "").rstrip("/")
    if text and (not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]+)?", text) or len(text) > 150):
        raise StartupError(
            f"{name}={text!r} không phải là địa chỉ dạng https://tên-máy.",
            f"{name}={text!r} is not an address like https://host.",
        )
    return text or None


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


def _doors(source: Mapping[str, str]) -> Doors:
    try:
        return doors(source)
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
