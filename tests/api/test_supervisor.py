"""The supervisor: order, restarts, signals, kills, and nothing left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from api import supervisor
from api.supervisor import Child, Supervisor, require_free_port
from models import postgres
from models.program import Program
from models.settings import Settings, StartupError
from tests.cluster import running, superuser

LASTS = (
    "import sys, time; open(sys.argv[1], 'a').write('started\\n'); print('chào', flush=True); time.sleep(600)"
)
IGNORES_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + LASTS
STARTS_ANOTHER = (
    "import subprocess, sys; subprocess.Popen(['/bin/sleep', '601'], start_new_session=True); " + LASTS
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "var")


def python(settings: Settings, name: str, code: str = LASTS) -> Child:
    """A child that writes a line to `<name>.starts` at each start and is ready from then on."""
    starts = settings.data / f"{name}.starts"
    return Child(
        name,
        lambda: Program((sys.executable, "-c", code, str(starts))),
        lambda: starts.exists(),
        stop_timeout=2,
    )


def starts(settings: Settings, name: str) -> int:
    return len((settings.data / f"{name}.starts").read_text().splitlines())


def processes(text: str) -> list[int]:
    """The living processes whose command line or environment has the text; zombies have neither."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            content = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if text.encode() in content and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def wait_until(condition: Callable[[], bool], patience: float = 30) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"this did not happen in {patience} seconds"
        time.sleep(0.02)


def test_each_child_starts_after_the_one_before_is_ready_and_all_are_gone_at_the_end(
    settings: Settings,
) -> None:
    happened: list[str] = []
    first, second = python(settings, "first"), python(settings, "second")

    def start_second() -> Program:
        happened.append("second starts")
        return second.program()

    children = [
        Child("first", first.program, first.ready, after=lambda: happened.append("first is ready")),
        Child("second", start_second, second.ready),
    ]
    Supervisor(settings, children).run(on_ready=lambda: happened.append("all are ready"), until=lambda: True)
    assert happened == ["first is ready", "second starts", "all are ready"]
    assert processes(str(settings.data)) == []
    assert (settings.log / "first.log").read_text() == "chào\n"


def test_child_that_dies_is_started_again_and_said_so(settings: Settings) -> None:
    said: list[str] = []
    killed: list[int] = []

    def until() -> bool:
        if not killed:
            killed.extend(processes(f"{settings.data}/first.starts"))
            os.kill(killed[0], signal.SIGKILL)
        return starts(settings, "first") == 2

    Supervisor(settings, [python(settings, "first")], said.append).run(until=until)
    assert said == [
        "first: đã dừng (mã -9), khởi động lại sau 0.2 giây · ended (code -9), restarting in 0.2 s"
    ]


def test_child_that_keeps_dying_is_started_ever_more_slowly(settings: Settings) -> None:
    said: list[str] = []
    dies = Child("dies", lambda: Program(("/bin/sh", "-c", "sleep 0.2; exit 3")), lambda: True)
    Supervisor(settings, [dies], said.append).run(until=lambda: len(said) == 4)
    assert [line.rpartition(" in ")[2] for line in said] == ["0.2 s", "0.4 s", "0.8 s", "1.6 s"]


def test_child_whose_restart_is_refused_is_tried_again(settings: Settings) -> None:
    said: list[str] = []
    child = python(settings, "first")
    calls: list[str] = []
    killed: list[int] = []

    def program() -> Program:
        calls.append("start")
        if len(calls) == 2:
            raise StartupError("chưa được", "not yet")
        return child.program()

    def until() -> bool:
        if not killed:
            killed.extend(processes(f"{settings.data}/first.starts"))
            os.kill(killed[0], signal.SIGKILL)
        return starts(settings, "first") == 2

    Supervisor(settings, [Child("first", program, child.ready)], said.append).run(until=until)
    assert len(said) == 2
    assert (
        said[1]
        == "first: đã dừng (chưa được), khởi động lại sau 0.4 giây · ended (not yet), restarting in 0.4 s"
    )


def test_child_that_cannot_start_ends_the_run_and_the_others(settings: Settings) -> None:
    broken = Child("broken", lambda: Program(("/bin/sh", "-c", "echo no; exit 3")), lambda: False)
    with pytest.raises(StartupError, match=r"broken: did not start \(code 3\); see .*broken.log"):
        Supervisor(settings, [python(settings, "first"), broken]).run()
    assert processes(str(settings.data)) == []


def test_child_that_ignores_the_request_to_end_is_killed(settings: Settings) -> None:
    Supervisor(settings, [python(settings, "stubborn", IGNORES_SIGTERM)]).run(until=lambda: True)
    assert processes(str(settings.data)) == []


def test_what_a_child_started_on_its_own_ends_too(settings: Settings) -> None:
    Supervisor(settings, [python(settings, "parent", STARTS_ANOTHER)]).run(until=lambda: True)
    assert processes(str(settings.data)) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_everything_in_good_order(settings: Settings, number: signal.Signals) -> None:
    other = in_another_process(settings)
    other.send_signal(number)
    assert other.wait(30) == 0
    assert processes(str(settings.data)) == []
    assert "database system is shut down" in (settings.log / "postgres.log").read_text()


def test_killed_supervisor_leaves_nothing_and_the_next_start_is_clean(settings: Settings) -> None:
    other = in_another_process(settings)
    with superuser(settings) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    other.kill()
    other.wait()
    wait_until(lambda: processes(str(settings.data)) == [])
    with running(settings), superuser(settings) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)


def test_stubborn_child_of_a_killed_supervisor_is_ended_by_the_next_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_PATIENCE_WITH_LEFTOVERS", 1.0)
    other = in_another_process(settings, IGNORES_SIGTERM)
    left = processes(f"{settings.data}/worker.starts")
    other.kill()
    other.wait()
    time.sleep(0.5)
    assert processes(f"{settings.data}/worker.starts") == left
    Supervisor(settings, []).run(until=lambda: True)
    assert processes(str(settings.data)) == []


def test_postgresql_that_is_killed_comes_back_with_its_data(settings: Settings) -> None:
    other = in_another_process(settings)
    with superuser(settings) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    first = int((settings.data / "postgres/cluster/postmaster.pid").read_text().splitlines()[0])
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: first not in processes(str(settings.data)))
    wait_until(lambda: postgres.is_ready(settings))
    with superuser(settings) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)
    other.send_signal(signal.SIGTERM)
    assert other.wait(30) == 0


def test_second_supervisor_on_one_data_folder_is_refused_in_both_languages(settings: Settings) -> None:
    messages: list[str] = []

    def try_again() -> None:
        with pytest.raises(StartupError) as refused:
            Supervisor(settings, []).run(until=lambda: True)
        messages.extend([refused.value.vietnamese, refused.value.english])

    Supervisor(settings, [python(settings, "first")]).run(on_ready=try_again, until=lambda: True)
    assert f"Hệ thống đang chạy trên thư mục {settings.data} (tiến trình {os.getpid()})" in messages[0]
    assert f"already running on {settings.data} (process {os.getpid()})" in messages[1]


def test_port_in_use_is_named_with_the_variable_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartupError, match=f"Port {port} is in use.*HOSO_PORT"):
            require_free_port(port, "HOSO_PORT")
    require_free_port(port, "HOSO_PORT")


def test_long_log_is_cut_and_its_end_kept(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_LOG_LIMIT", 1000)
    talks = Child(
        "talks",
        lambda: Program(("/bin/sh", "-c", "while echo 0123456789; do sleep 0.001; done")),
        lambda: True,
    )
    kept = settings.log / "talks.log.2"
    Supervisor(settings, [talks]).run(until=kept.exists)
    assert kept.stat().st_size >= 1000
    assert (settings.log / "talks.log").stat().st_size < 100_000
    assert kept.read_bytes().startswith(b"0")  # no hole of zeros where the cut was


UP = """
import sys
from pathlib import Path
from api.supervisor import Child, Supervisor
from models import postgres
from models.settings import Settings
from tests.api.test_supervisor import python
settings = Settings(data=Path(sys.argv[1]))
def server():
    postgres.prepare(settings)
    return postgres.program(settings)
Supervisor(settings, [
    Child("postgres", server, lambda: postgres.is_ready(settings), lambda: postgres.ensure_roles(settings)),
    python(settings, "worker", sys.argv[2]),
]).run(on_ready=lambda: print("ready", flush=True))
"""


def in_another_process(settings: Settings, worker: str = LASTS) -> subprocess.Popen[str]:
    """A supervisor of a PostgreSQL and a worker, all ready."""
    other = subprocess.Popen(  # noqa: S603 - the text above
        [sys.executable, "-c", UP, str(settings.data), worker], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    with other.stdout:
        assert other.stdout.readline() == "ready\n"
    return other
