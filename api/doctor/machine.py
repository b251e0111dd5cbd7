"""Checks of this machine: the data folder, secrets, disk, LibreOffice and font, ports, and the mail server."""

from __future__ import annotations

import os
import shutil
import smtplib
import ssl
import stat
from pathlib import Path

import httpx

from api.doctor.finding import Finding, failed, ok, warning
from api.doctor.store import secrets_folder
from api.supervisor import require_free_port
from documents.pdf import LibreOffice, LibreOfficeMissingError, font
from models.mail_server import MailServer
from models.settings import Settings, StartupError, reached

FREE_WARNING, FREE_FAILED = 2 * 1024**3, 200 * 1024**2
"""Bytes free where files are kept."""
_MAIL_PATIENCE = 4.0
"""Seconds for each answer of the mail server."""


def data_folder(settings: Settings) -> Finding:
    """Whether it is there, ours, and closed to others."""
    if not settings.data.exists():
        return failed(
            f"Chưa có thư mục {settings.data}", f"there is no folder {settings.data}",
            "Chạy hoso up một lần, hoặc đặt HOSO_DATA", "Run hoso up once, or set HOSO_DATA",
        )  # fmt: skip
    found = settings.data.stat()
    if found.st_uid != os.geteuid():
        return failed(
            f"{settings.data} thuộc người dùng khác", f"{settings.data} belongs to another user",
            "Chạy bằng đúng người dùng đó", "Run as that user",
        )  # fmt: skip
    if found.st_mode & 0o077:
        return failed(
            f"Người khác vào được {settings.data}", f"others may enter {settings.data}",
            f"chmod 700 {settings.data}", f"chmod 700 {settings.data}",
        )  # fmt: skip
    return ok(f"Thư mục {settings.data} của riêng ta", f"{settings.data} is ours alone")


def secrets(settings: Settings) -> Finding:
    """Whether nobody else can read them."""
    folder = secrets_folder(settings)
    if not folder.is_dir():
        return failed(
            f"Không có {folder}", f"there is no {folder}",
            "Khôi phục từ bản sao lưu; lần chạy đầu thì chạy hoso up",
            "Restore it from a backup; on a new machine run hoso up",
        )  # fmt: skip
    open_to_others = [
        path.name
        for path in (folder, *sorted(folder.iterdir()))
        if _open_to_others(path, shared=settings.shared_secrets is not None)
    ]
    if open_to_others:
        names = ", ".join(open_to_others)
        return failed(
            f"Người khác đọc hoặc giữ được: {names}", f"others may read or own: {names}",
            f"chmod -R go= {folder}; đổi chủ về người chạy hoso", f"chmod -R go= {folder}; chown it to whoever runs hoso",
        )  # fmt: skip
    mode = stat.filemode(folder.stat().st_mode)
    return ok(f"Bí mật chỉ chủ đọc được ({mode})", f"secrets are for their owner alone ({mode})")


def _open_to_others(path: Path, *, shared: bool) -> bool:
    """Secrets that an administrator put there for all machines may be another user's, and a group's."""
    found = path.stat()
    return (
        bool(found.st_mode & 0o007) if shared else bool(found.st_mode & 0o077) or found.st_uid != os.geteuid()
    )


def disk(settings: Settings) -> Finding:
    """Whether files can be written, and for how long."""
    settings.claim_files()
    folder = settings.files
    place = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
    if not os.access(place, os.W_OK | os.X_OK) or not _writes(place):
        return failed(
            f"Không ghi được vào {place}", f"cannot write to {place}",
            "Kiểm tra quyền, hạn mức và chế độ chỉ đọc của ổ đĩa", "Check rights, quota and whether the disk is read-only",
        )  # fmt: skip
    free = shutil.disk_usage(place).free
    vi, en = f"Còn {free / 1024**3:.1f} GB ở {folder}", f"{free / 1024**3:.1f} GB free at {folder}"
    if free < FREE_WARNING:
        mend = "Thêm dung lượng hoặc dọn ổ đĩa", "Add space or clear the disk"
        return (failed if free < FREE_FAILED else warning)(vi, en, *mend)
    return ok(vi, en)


def _writes(place: Path) -> bool:
    draft = place / f".doctor.{os.getpid()}"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(b"hoso")
            os.fsync(file.fileno())
        draft.unlink()
    except OSError:
        return False
    return True


def pdf(settings: Settings) -> Finding:
    """Whether PDFs can be made with the right widths."""
    try:
        program = LibreOffice(settings.data / "libreoffice", settings.soffice).program
    except LibreOfficeMissingError as error:
        return warning(
            error.vietnamese, error.english,
            "apt install libreoffice-writer-nogui, hoặc đặt HOSO_SOFFICE",
            "apt install libreoffice-writer-nogui, or set HOSO_SOFFICE",
        )  # fmt: skip
    if (found := font()) is None:
        return warning(
            "Không có phông rộng như Times New Roman", "no font as wide as Times New Roman",
            "apt install fonts-liberation2 (hoặc fonts-liberation)", "apt install fonts-liberation2 (or fonts-liberation)",
        )  # fmt: skip
    return ok(f"{program}, phông {found}", f"{program}, font {found}")


def mail(settings: Settings) -> Finding:
    """Whether the mail server takes our word; nothing is sent."""
    server = settings.mail
    if server is None:
        return warning(
            "Chưa đặt máy chủ thư; thư thông báo chờ lại", "no mail server is set; mails wait",
            "Đặt HOSO_SMTP_URL và HOSO_MAIL_FROM", "Set HOSO_SMTP_URL and HOSO_MAIL_FROM",
        )  # fmt: skip
    where = f"{server.host}:{server.port}"
    try:
        _greet(server)
    except smtplib.SMTPAuthenticationError:
        return failed(
            f"{where} không nhận tài khoản hoặc mật khẩu", f"{where} refuses the user or the password",
            "Sửa HOSO_SMTP_URL hoặc HOSO_SMTP_PASSWORD_FILE", "Mend HOSO_SMTP_URL or HOSO_SMTP_PASSWORD_FILE",
        )  # fmt: skip
    except (smtplib.SMTPNotSupportedError, ssl.SSLError):
        return failed(
            f"Không nói chuyện kín hay đăng nhập được với {where}", f"no TLS or no login with {where}",
            "Kiểm tra chứng chỉ của máy chủ, và smtps:// hay ?starttls= trong HOSO_SMTP_URL",
            "Check the server's certificate, and smtps:// or ?starttls= in HOSO_SMTP_URL",
        )  # fmt: skip
    except (smtplib.SMTPException, OSError):
        return failed(
            f"Máy chủ thư {where} không trả lời", f"the mail server {where} does not answer",
            "Kiểm tra HOSO_SMTP_URL, mạng và máy chủ thư", "Check HOSO_SMTP_URL, the network and the mail server",
        )  # fmt: skip
    return ok(f"Máy chủ thư {where} trả lời", f"the mail server {where} answers")


def _greet(server: MailServer) -> None:
    trusted = ssl.create_default_context()
    with (
        smtplib.SMTP_SSL(server.host, server.port, timeout=_MAIL_PATIENCE, context=trusted)
        if server.wrapped
        else smtplib.SMTP(server.host, server.port, timeout=_MAIL_PATIENCE)
    ) as client:
        client.ehlo()
        offered = server.starttls == "offered" and client.has_extn("starttls")
        if not server.wrapped and (server.starttls == "always" or offered):
            client.starttls(context=trusted)
            client.ehlo()
        if server.user:
            client.login(server.user, server.password or "")


def ports(settings: Settings) -> Finding:
    """Whether our port is our API's, or free for it."""
    try:
        answer = httpx.get(
            f"http://{reached(settings.host)}:{settings.port}/health/ready", timeout=5, trust_env=False
        )
    except httpx.HTTPError:
        try:
            require_free_port(settings.port, "HOSO_PORT", settings.host)
        except StartupError:
            return _foreign(settings.port)
        return ok(
            f"Cổng {settings.port} còn trống; API không chạy ở máy này",
            f"port {settings.port} is free; no API runs here",
        )
    if "x-request-id" not in answer.headers:
        return _foreign(settings.port)
    if answer.status_code == httpx.codes.OK:
        return ok(
            f"API trả lời ở cổng {settings.port}, đã sẵn sàng",
            f"the API answers at port {settings.port} and is ready",
        )
    codes = ", ".join(error["code"] for error in answer.json().get("errors", []))
    return failed(
        f"API ở cổng {settings.port} chưa sẵn sàng: {codes}", f"the API at port {settings.port} is not ready: {codes}",
        "Sửa các dòng khác, rồi chạy lại", "Mend the other lines, then run this again",
    )  # fmt: skip


def _foreign(port: int) -> Finding:
    return failed(
        f"Chương trình khác đang dùng cổng {port}", f"another program uses port {port}",
        "Dừng chương trình đó, hoặc đặt HOSO_PORT", "Stop that program, or set HOSO_PORT",
    )  # fmt: skip
