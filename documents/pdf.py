"""PDF through LibreOffice: who waits at the same time shares one call, and nothing it says is taken on trust."""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import pypdf

from models import metrics

MOST = 40
"""Files of one call; more wait for the next one."""
_TICK = 0.05
_KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "HOSO_SUPERVISED_DATA")
"""What LibreOffice sees of our environment, which may carry passwords."""
_FONTS = {"Times New Roman", "Liberation Serif", "Tinos"}
"""Times New Roman, and fonts with Vietnamese letters of the same widths: lines break where Word breaks them."""

# Received papers come from outside: a picture they only link to is neither read from our disk nor fetched for them.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


class PdfError(RuntimeError):
    """A PDF cannot be made; the message says why in both languages, without personal data."""

    def __init__(self, vietnamese: str, english: str) -> None:
        super().__init__(f"{vietnamese} / {english}")
        self.vietnamese = vietnamese
        self.english = english


class LibreOfficeMissingError(PdfError):
    """LibreOffice is not installed here."""

    def __init__(self) -> None:
        super().__init__(
            "Máy chủ chưa cài LibreOffice (gói libreoffice-writer-nogui), hoặc HOSO_SOFFICE trỏ sai chỗ",
            "LibreOffice (package libreoffice-writer-nogui) is not installed, or HOSO_SOFFICE points elsewhere",
        )


class PdfTimeoutError(PdfError):
    """LibreOffice did not answer in time, and was ended."""

    def __init__(self) -> None:
        super().__init__("LibreOffice không trả lời kịp", "LibreOffice did not answer in time")


_ENDS: dict[type, str] = {bytes: "made", PdfTimeoutError: "timeout"}


class _Wanted:
    """One file somebody waits for."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.result: bytes | PdfError | None = None


class LibreOffice:
    """The installation's LibreOffice, one instance a process; processes take turns by a lock in its folder.

    Args:
        home: a folder of its own (`<data>/libreoffice`): the profile, the lock, and files under way.
        program: the soffice program; None looks for it on PATH.
        patience: seconds a call may take, beside `each` for every file.
        each: seconds a file may take.
    """

    def __init__(
        self, home: Path, program: Path | None = None, *, patience: float = 60.0, each: float = 3.0
    ) -> None:
        self._home = home
        self._program = program
        self._patience = patience
        self._each = each
        self._turn = threading.Lock()
        self._gate = threading.Lock()
        self._waiting: list[_Wanted] = []

    @property
    def program(self) -> Path:
        """The program; raises LibreOfficeMissingError when there is none."""
        named = [str(self._program)] if self._program else ["soffice", "libreoffice"]
        found = next((path for name in named if (path := shutil.which(name))), None)
        if found is None:
            raise LibreOfficeMissingError
        return Path(found)

    def to_pdf(self, contents: Sequence[bytes]) -> list[bytes | PdfError]:
        """A PDF of each Word file, or why there is none; one bad file does not stop the others.

        Whoever comes first converts for everybody who waits by then, in one call.

        Raises:
            LibreOfficeMissingError: LibreOffice is not installed.
            PdfError: it cannot be started, or another process keeps it too long.
        """
        program = self.program
        ours = [_Wanted(content) for content in contents]
        with self._gate:
            self._waiting += ours
        try:
            while any(one.result is None for one in ours):
                with self._turn:
                    if any(one.result is None for one in ours):
                        self._lead(program)
        finally:
            with self._gate:
                self._waiting = [one for one in self._waiting if one not in ours]
        results = [one.result for one in ours if one.result is not None]
        for result in results:
            metrics.pdfs.labels(_ENDS.get(type(result), "failed")).inc()
        return results

    def _lead(self, program: Path) -> None:
        """Converts what waits; what an interruption leaves unconverted waits on for the next leader."""
        with self._gate:
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            results = self._convert(program, [one.content for one in taken])
            for one, result in zip(taken, results, strict=True):
                one.result = result
        except OSError as error:
            raise PdfError(
                f"Không chạy được LibreOffice: {error.strerror}", f"LibreOffice fails: {error.strerror}"
            ) from error
        finally:
            with self._gate:
                self._waiting[:0] = [one for one in taken if one.result is None]

    def _convert(self, program: Path, contents: Sequence[bytes]) -> list[bytes | PdfError]:
        """All in one call; what did not come out well is tried once more by itself."""
        with self._alone():
            results = self._call(program, contents)
            if len(contents) == 1 and isinstance(results[0], PdfTimeoutError):
                return results
            for place, content in enumerate(contents):
                if isinstance(results[place], bytes):
                    continue
                [results[place]] = self._call(program, [content])
                hangs = isinstance(results[place], PdfTimeoutError)
                if hangs and not any(isinstance(result, bytes) for result in results):
                    break  # it is not the file: LibreOffice itself hangs
        return results

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process uses the profile; what a killed one left behind is ended and removed.

        The lock goes with its file's descriptor, so it is free whenever its holder is gone.
        """
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        end = time.monotonic() + self._patience * 3
        descriptor = os.open(self._home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not _taken(descriptor):
                if time.monotonic() > end:
                    raise PdfTimeoutError
                time.sleep(_TICK)
            _end_all_that_name(self._profile.as_uri())
            for left in self._home.glob("work-*"):
                shutil.rmtree(left, ignore_errors=True)
            yield
        finally:
            os.close(descriptor)

    @property
    def _profile(self) -> Path:
        return self._home.resolve() / "profile"

    def _call(self, program: Path, contents: Sequence[bytes]) -> list[bytes | PdfError]:
        """One call of LibreOffice; after one that went wrong the next begins with a new profile."""
        settings = self._profile / "user" / "registrymodifications.xcu"
        if not settings.exists():
            settings.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            settings.write_text(_SETTINGS, encoding="utf-8")
        with tempfile.TemporaryDirectory(dir=self._home.resolve(), prefix="work-") as folder:
            sources = [Path(folder, f"{number:03}.docx") for number in range(len(contents))]
            for source, content in zip(sources, contents, strict=True):
                source.write_bytes(content)
            allowed = self._patience + self._each * len(contents)
            in_time = _run(
                [
                    str(program), f"-env:UserInstallation={self._profile.as_uri()}", "--headless", "--norestore",
                    "--convert-to", "pdf:writer_pdf_Export", "--outdir", folder, *map(str, sources),
                ],
                Path(folder), allowed,
            )  # fmt: skip
            results = [_checked(source.with_suffix(".pdf"), in_time=in_time) for source in sources]
        if not all(isinstance(result, bytes) for result in results):
            shutil.rmtree(self._profile, ignore_errors=True)
        return results


def font() -> str | None:
    """Which font stands for Times New Roman here; None when it is unknown or its letters have other widths."""
    try:
        asked = ["fc-match", "--format=%{family[0]}", "Times New Roman:lang=vi"]
        found = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=False).stdout  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found if found in _FONTS else None


def pages_of(content: bytes) -> int:
    """How many pages a PDF has; 0 when it is none."""
    try:
        return len(pypdf.PdfReader(BytesIO(content)).pages) if content.startswith(b"%PDF-") else 0
    except Exception:  # noqa: BLE001 - pypdf raises what it finds in a broken file: KeyError, RecursionError …
        return 0


def _checked(path: Path, *, in_time: bool) -> bytes | PdfError:
    """What LibreOffice wrote, if it is a whole PDF with pages: it says it has converted files that it lost."""
    content = path.read_bytes() if path.exists() else b""
    if content.rstrip().endswith(b"%%EOF") and pages_of(content):
        return content
    if not in_time:
        return PdfTimeoutError()
    return PdfError(
        "LibreOffice không chuyển được tệp sang PDF", "LibreOffice could not convert the file to PDF"
    )


def _run(command: Sequence[str], folder: Path, seconds: float) -> bool:
    """Runs a program in a process group that ends with this call, however it ends; whether it ended in time."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | {"TMPDIR": str(folder)}
    process = subprocess.Popen(  # noqa: S603 - the program that was found, on files of our own
        command, cwd=folder, env=environment, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return True


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_all_that_name(profile: str) -> None:
    """Ends programs that still use a profile although its lock is free: whoever started them was killed."""
    for arguments in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"-env:UserInstallation={profile}".encode() in arguments.read_bytes().split(b"\0"):
                os.kill(int(arguments.parent.name), signal.SIGKILL)
