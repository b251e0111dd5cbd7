"""Checks of the database: reachable, rights, revision, clock, calendar, stored files, and what waits in its queues."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from api.doctor.finding import Finding, failed, ok, warning
from documents import storage
from flows.calendars import in_force
from flows.queues import depths
from models.clock import now
from models.law.limits import TIMEZONE
from models.migrations import newest
from models.postgres import app_url
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work

SKEW_WARNING, SKEW_FAILED = 2.0, 15.0
"""Seconds: leases of a minute are renewed each quarter, by the clock of whoever holds them."""
WAITING_WARNING, WAITING_FAILED = 60.0, 900.0
SAMPLE = 20
"""Stored files that are read again."""
_OLDEST = 150000

_RIGHTS = text("""
    SELECT current_user AS me, rolsuper, rolbypassrls,
        (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND pg_has_role(current_user, relowner, 'MEMBER')) AS owned,
        has_table_privilege('event', 'UPDATE') OR has_table_privilege('event', 'DELETE')
            OR has_table_privilege('event', 'TRUNCATE') AS changes_events,
        ARRAY(SELECT DISTINCT tablename::text FROM pg_policies JOIN pg_class ON pg_class.relname = tablename
            AND relnamespace = 'public'::regnamespace WHERE NOT relrowsecurity ORDER BY 1) AS open,
        (SELECT count(*) FROM pg_policies WHERE schemaname = 'public' AND tablename = 'dossier') AS walls
    FROM pg_roles WHERE rolname = current_user
""")
_SETTINGS = text("""
    SELECT name, setting FROM pg_settings WHERE name IN ('log_min_messages', 'log_statement', 'log_error_verbosity',
        'log_min_duration_statement', 'log_parameter_max_length', 'log_parameter_max_length_on_error')
""")
# From a random place on, so that each run reads other ones.
_STORED = text("""
    SELECT kind, sha256 FROM (
        (SELECT 'document' AS kind, sha256 FROM document WHERE id >= :start AND sha256 IS NOT NULL
            ORDER BY id LIMIT :half)
        UNION ALL (SELECT 'document', sha256 FROM document WHERE sha256 IS NOT NULL ORDER BY id LIMIT :half)
        UNION ALL (SELECT 'paper', sha256 FROM paper WHERE id >= :start ORDER BY id LIMIT :half)
        UNION ALL (SELECT 'paper', sha256 FROM paper ORDER BY id LIMIT :half)
    ) sample GROUP BY kind, sha256 ORDER BY kind, sha256
""")


def secrets_folder(settings: Settings) -> Path:
    """Where this machine's secrets are."""
    return settings.shared_secrets or settings.data / "secrets"


@contextmanager
def connected(settings: Settings, *, bare: bool = False) -> Iterator[Connection]:
    """A unit of work of the system that gives up soon; nothing is written, and no secret is made for it.

    Args:
        settings: the installation.
        bare: works without any table too.
    """
    if settings.embedded and not (secrets_folder(settings) / "hoso_app").exists():
        raise OperationalError("no installation here", None, Exception())
    url = app_url(settings).update_query_dict(
        {"connect_timeout": "3", "options": "-c statement_timeout=6000"}
    )
    engine = open_store(url, pool_size=1)
    try:
        with engine.connect() if bare else unit_of_work(engine, Scope(SYSTEM)) as connection:
            yield connection
    finally:
        engine.dispose()


def database(settings: Settings) -> Finding:
    """Whether it answers."""
    try:
        with connected(settings, bare=True) as connection:
            version = connection.execute(
                text("SELECT current_setting('server_version_num')::int")
            ).scalar_one()
    except OperationalError as error:
        return _away(settings, error)
    if version < _OLDEST:
        return failed(
            f"PostgreSQL {version // 10000} quá cũ", f"PostgreSQL {version // 10000} is too old",
            "Dùng PostgreSQL 15 trở lên", "Use PostgreSQL 15 or newer",
        )  # fmt: skip
    return ok(f"PostgreSQL {version // 10000} trả lời", f"PostgreSQL {version // 10000} answers")


def _away(settings: Settings, error: OperationalError) -> Finding:
    if "password authentication failed" in str(error.orig):
        return failed(
            "Cơ sở dữ liệu không nhận mật khẩu", "the database refuses the password",
            f"Khôi phục {secrets_folder(settings)} từ cùng một bản sao lưu" if settings.embedded
            else "Sửa mật khẩu trong HOSO_DATABASE_URL",
            f"Restore {secrets_folder(settings)} from the same backup" if settings.embedded
            else "Mend the password in HOSO_DATABASE_URL",
        )  # fmt: skip
    return failed(
        "Cơ sở dữ liệu không trả lời", "the database does not answer",
        "Chạy hoso up, rồi xem log/postgres.log" if settings.embedded
        else "Kiểm tra HOSO_DATABASE_URL, mạng và máy chủ PostgreSQL",
        "Run hoso up, then see log/postgres.log" if settings.embedded
        else "Check HOSO_DATABASE_URL, the network and the PostgreSQL server",
    )  # fmt: skip


def rights(settings: Settings) -> Finding:
    """Whether the application's role is as narrow as it must be."""
    with connected(settings) as connection:
        row = connection.execute(_RIGHTS).one()
    flaws = [
        *([("là superuser", "is a superuser")] if row.rolsuper else []),
        *([("vượt được row-level security", "bypasses row-level security")] if row.rolbypassrls else []),
        *([("là chủ của các bảng", "owns tables")] if row.owned else []),
        *([("sửa được sự kiện", "may change events")] if row.changes_events else []),
    ]
    if flaws:
        return failed(
            f"Vai trò {row.me} {', '.join(vi for vi, _ in flaws)}", f"role {row.me} {', '.join(en for _, en in flaws)}",
            "Kết nối bằng vai trò ứng dụng (hoso_app), không phải vai trò sở hữu",
            "Connect as the application's role (hoso_app), not as the owner",
        )  # fmt: skip
    if row.open or not row.walls:
        tables = ", ".join(row.open) or "dossier"
        return failed(
            f"Row-level security đang tắt: {tables}", f"row-level security is off: {tables}",
            f"ALTER TABLE … ENABLE ROW LEVEL SECURITY cho {tables}",
            f"ALTER TABLE … ENABLE ROW LEVEL SECURITY for {tables}",
        )  # fmt: skip
    return ok(f"Vai trò {row.me} chỉ có quyền cần thiết", f"role {row.me} has no more rights than it needs")


def migrations(settings: Settings) -> Finding:
    """Whether the tables are of this program's revision."""
    with connected(settings, bare=True) as connection:
        found = connection.execute(text("SELECT to_regclass('alembic_version')::text")).scalar()
        present = (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if found else None
        )
    if present != newest():
        return failed(
            f"Bảng ở bản {present or 'trống'}, cần bản {newest()}",
            f"tables are at {present or 'none'}, needed is {newest()}",
            "Chạy hoso migrate", "Run hoso migrate",
        )  # fmt: skip
    return ok(f"Bảng ở bản mới nhất, {present}", f"tables are at the newest revision, {present}")


def clock_of_database(settings: Settings) -> Finding:
    """Whether this machine and the database agree on the time."""
    with connected(settings) as connection:
        before = now()
        theirs = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        after = now()
    return skew((theirs - (before + (after - before) / 2)).total_seconds(), "cơ sở dữ liệu", "the database")


def skew(seconds: float, other_vi: str, other_en: str) -> Finding:
    """What a difference of clocks means."""
    vi, en = (
        f"Đồng hồ lệch {abs(seconds):.1f} giây so với {other_vi}",
        f"{abs(seconds):.1f} s from the clock of {other_en}",
    )
    if abs(seconds) <= SKEW_WARNING:
        return ok(vi, en)
    mend = (
        "Bật đồng bộ giờ (chrony hoặc systemd-timesyncd) trên mọi máy",
        "Run chrony or systemd-timesyncd on every machine",
    )
    return (failed if abs(seconds) > SKEW_FAILED else warning)(vi, en, *mend)


def quoting(settings: Settings) -> Finding:
    """Whether the server's own log may quote values, and with them persons."""
    with connected(settings) as connection:
        found = {row.name: row.setting for row in connection.execute(_SETTINGS)}
    told = found["log_statement"] in {"mod", "all"} or found["log_min_duration_statement"] != "-1"
    flaws = {
        "log_min_messages = log": found["log_min_messages"] not in {"log", "fatal", "panic"},
        "log_parameter_max_length = 0": told and found["log_parameter_max_length"] != "0",
        "log_parameter_max_length_on_error = 0": found["log_parameter_max_length_on_error"] != "0",
    }
    if wanted := ", ".join(setting for setting, wrong in flaws.items() if wrong):
        return warning(
            "Nhật ký của PostgreSQL có thể chứa dữ liệu cá nhân", "PostgreSQL's own log may hold personal data",
            f"Đặt {wanted} cho cơ sở dữ liệu này", f"Set {wanted} for this database",
        )  # fmt: skip
    return ok("Nhật ký của PostgreSQL không trích giá trị", "PostgreSQL's log quotes no values")


def calendar(settings: Settings) -> Finding:
    """Whether it covers today and the next year, and whether both were announced."""
    with connected(settings) as connection:
        found = in_force(connection)
    year = now().astimezone(TIMEZONE).year
    mend = (
        "Ghi quyết định nghỉ lễ bằng POST /v1/calendar/changes (dry_run=true trước)",
        "Record the decision on days off with POST /v1/calendar/changes (dry_run=true first)",
    )
    if not found.first_year <= year <= found.last_year:
        return failed(
            f"Lịch không có năm {year}", f"the calendar does not cover {year}",
            "Nâng cấp hoso: lịch nền đi cùng chương trình", "Upgrade hoso: the baseline comes with the program",
        )  # fmt: skip
    if year + 1 > found.last_year:
        return warning(f"Lịch chưa có năm {year + 1}", f"the calendar does not cover {year + 1}", *mend)
    for one in (year, year + 1):
        if not found.confirmed(one):
            return warning(
                f"Ngày nghỉ năm {one} mới là dự tính, chưa công bố",
                f"days off of {one} are estimated, not announced",
                *mend,
            )
    return ok(
        f"Lịch có năm {year} và {year + 1}, đã công bố", f"covers {year} and {year + 1}, both announced"
    )


def stored_files(settings: Settings) -> Finding:
    """Whether a sample of the stored files is there and unchanged."""
    with connected(settings) as connection:
        sample = connection.execute(_STORED, {"half": SAMPLE // 4, "start": uuid4()}).all()
    missing, damaged = list[str](), list[str]()
    for row in sample:
        try:
            storage.load(settings.files, row.sha256)
        except storage.FileMissingError:
            missing.append(f"{row.kind} {row.sha256[:12]}")
        except (storage.FileDamagedError, OSError):
            damaged.append(f"{row.kind} {row.sha256[:12]}")
    if damaged:
        return failed(
            f"Tệp không còn đúng mã băm: {', '.join(damaged)}", f"files do not fit their hash: {', '.join(damaged)}",
            "Kiểm tra ổ đĩa, khôi phục các tệp này từ bản sao lưu", "Check the disk, restore these files from a backup",
        )  # fmt: skip
    papers = [one for one in missing if one.startswith("paper")]
    if missing:
        vi, en = (
            f"Không có {len(missing)} trong {len(sample)} tệp",
            f"{len(missing)} of {len(sample)} files are missing",
        )
        mend = (
            "Mọi máy phải dùng chung một thư mục tệp; nếu đã chung thì khôi phục từ bản sao lưu",
            "All machines must share one folder of files; if they do, restore it from a backup",
        )
        return (failed if papers else warning)(
            f"{vi}: {', '.join(missing)}", f"{en}: {', '.join(missing)}", *mend
        )
    return ok(f"{len(sample)} tệp đọc lại đúng mã băm", f"{len(sample)} files read again, all as recorded")


def outbox(settings: Settings) -> Finding:
    """How long work has waited, and what was given up."""
    with connected(settings) as connection:
        found = depths(connection)
    parked, age = found.counts["job", "parked"], timedelta(seconds=round(found.ages["job"]))
    given_up = found.counts["delivery", "parked"], found.counts["delivery", "unknown"]
    if parked:
        return failed(
            f"{parked} việc đã dừng sau nhiều lần thất bại", f"{parked} jobs were given up",
            "Xem cột error của bảng job, sửa nguyên nhân rồi cho chạy lại", "See job.error, mend the cause and retry them",
        )  # fmt: skip
    vi = f"{found.counts['job', 'waiting']} việc chờ, lâu nhất {age}"
    en = f"{found.counts['job', 'waiting']} jobs wait, the oldest for {age}"
    if found.ages["job"] > WAITING_WARNING:
        mend = (
            "Chạy thêm hoso worker; xem dòng workers và prefect",
            "Run more workers; see the lines on workers and Prefect",
        )
        return (failed if found.ages["job"] > WAITING_FAILED else warning)(vi, en, *mend)
    if any(given_up):
        return warning(
            f"{given_up[0]} lượt gửi thông báo đã dừng, {given_up[1]} không rõ kết quả",
            f"{given_up[0]} deliveries were given up, of {given_up[1]} the outcome is unknown",
            "Xem cột error của bảng delivery", "See delivery.error",
        )  # fmt: skip
    return ok(vi, en)
