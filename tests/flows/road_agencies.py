"""The agencies of the roads, the accounts that act for them, and a database that holds them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Engine, insert, text

from flows.engine import Actor
from models.postgres import app_url
from models.settings import Settings
from models.store import Scope, open_store, unit_of_work
from models.tables import table
from tests.cluster import new_database

EVERYTHING = Scope("*")
World = tuple[Settings, Engine]
"""A database with the agencies of the road, and its store."""
KINDS = {
    "ca": "commune_police", "ca-khac": "commune_police", "ca-cu": "commune_police", "ca-giua": "commune_police",
    "ca-huyen": "district_police", "ca-tinh": "provincial_police", "cuc": "ministry_police", "yt": "health_facility",
    "ta": "court", "ta-khac": "court", "ta-tinh": "provincial_court", "cs": "rehab_centre", "cs-khac": "rehab_centre",
    "ub": "peoples_committee", "tp": "justice_office", "ld": "labour_office",
}  # fmt: skip
ABOLISHED = {"ca-cu": (date(2026, 7, 31), "ca-giua"), "ca-giua": (date(2026, 8, 31), "ca")}
"""Two steps of succession: the last day of an agency, and who came after it."""


def actor(agency: str, role: str = "head") -> Actor:
    """Someone who acts for an agency."""
    return Actor(uuid5(NAMESPACE_URL, agency), agency, role)


def rows(store: Engine, statement: str, scope: Scope = EVERYTHING, **values: object) -> list[dict[str, Any]]:
    """What a query answers."""
    with unit_of_work(store, scope) as connection:
        return [dict(row) for row in connection.execute(text(statement), values).mappings()]


@contextmanager
def seeded_store(cluster: Settings, template: str) -> Iterator[World]:
    """A migrated database with the agencies of the road and one account for each."""
    with new_database(cluster, template) as settings:
        store = open_store(app_url(settings))
        try:
            seed(store)
            yield settings, store
        finally:
            store.dispose()


def seed_agencies(store: Engine) -> None:
    """Writes the agencies."""
    with unit_of_work(store, EVERYTHING) as connection:
        connection.execute(insert(table("agency")).values([agency_row(*one) for one in KINDS.items()]))


def seed(store: Engine) -> None:
    """Writes the agencies and accounts."""
    seed_agencies(store)
    accounts = [
        {
            "id": actor(code).account, "username": code, "password_hash": "-", "full_name": "Nguyễn Thị H",
            "position": "Cán bộ", "role": "head", "agency": code, "disabled": False,
        }
        for code in KINDS
    ]  # fmt: skip
    with unit_of_work(store, EVERYTHING) as connection:
        connection.execute(insert(table("account")), accounts)


def agency_row(code: str, kind: str) -> dict[str, Any]:
    """An invented agency of a territory of its own."""
    valid_to, successor = ABOLISHED.get(code, (None, None))
    return {
        "code": code, "name": f"Cơ quan {code}", "kind": kind, "superior": "Thành phố Hà Nội", "symbol": code.upper(),
        "place": "Hà Nội", "address": "số 1 phố Ví Dụ", "commune": "phường Mai Dịch", "province": "thành phố Hà Nội",
        "territory": f"vn/{code}", "head_name": "Nguyễn Văn K", "head_position": "Thủ trưởng",
        "valid_from": date(2014, 1, 1), "valid_to": valid_to, "successor": successor,
    }  # fmt: skip
