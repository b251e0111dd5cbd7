"""The demonstration: invented agencies and accounts, two dossiers walked through the API, and a whole province of them."""

import os
from pathlib import Path

from rich.console import Console
from rich.table import Table

from models.postgres import app_url
from models.seeding import Seed, read_seed, seed
from models.settings import Settings
from models.store import open_store

FOLDER = Path(__file__).parent
_SHOWN = (
    "ca.cau-giay", "ta.kv4-ha-noi", "ta.kv4-ha-noi.tham-phan", "ta.kv4-ha-noi.thu-ky", "cscn.so2-ha-noi", "ca.thuong-lac",
    "ca.hong-ngu", "ttyt.hong-ngu", "ubnd.hong-ngu", "ta.kv7-dong-thap", "ta.kv7-dong-thap.tham-phan",
    "ta.kv7-dong-thap.thu-ky", "vks.kv7-dong-thap", "cscn.dong-thap", "ca.dong-thap", "cuc.ma-tuy", "giam-sat",
    "giam-sat.dong-thap", "kiem-toan", "quan-tri",
)  # fmt: skip


def demo_seed() -> Seed:
    """The agencies and accounts of the demonstration."""
    walked, more = (read_seed(FOLDER / f"{name}.toml") for name in ("agencies", "province"))
    return Seed(agencies=(*walked.agencies, *more.agencies), accounts=(*walked.accounts, *more.accounts))


def demo_password(settings: Settings) -> str:
    """The one password of the demonstration's accounts: HOSO_DEMO_PASSWORD, or a secret made once for this data folder."""
    return os.environ.get("HOSO_DEMO_PASSWORD") or settings.secret("demo_password")


def seed_demo(settings: Settings) -> None:
    """Puts the demonstration's agencies and accounts into the database; again and again without harm."""
    engine = open_store(app_url(settings), pool_size=1)
    try:
        seed(engine, demo_seed(), demo_password(settings))
    finally:
        engine.dispose()


def announce_accounts(settings: Settings, console: Console) -> None:
    """Tells who can sign in to the demonstration, and with which password."""
    found = demo_seed()
    names = {agency.code: agency.name for agency in found.agencies}
    table = Table.grid(padding=(0, 2))
    for account in found.everyone():
        if account.username in _SHOWN:
            table.add_row(f"  {account.username}", names[account.agency])
    console.print(
        f"Tài khoản dùng thử ({len(found.everyone())}), mật khẩu chung · demo accounts, one password:"
    )
    console.print(f"  {demo_password(settings)}", markup=False, highlight=False, soft_wrap=True)
    console.print(table)
    console.print("  thêm “.truong” là người đứng đầu cơ quan · with “.truong”: the head of the agency")
