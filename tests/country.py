"""A country of dossiers: the engine walks some to each stage, the database copies them to other people, places and days.

The same number of dossiers is the same country on every machine. Chains of events hold, for their digests are counted anew.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from psycopg import ClientCursor, sql
from psycopg import Connection as Raw
from sqlalchemy import Date, DateTime, Engine, Uuid

from flows.findings import find_anew
from models import postgres
from models.settings import Settings
from models.tables import table
from tests.cluster import superuser
from tests.flows.road_2026 import FREE, Road
from tests.flows.road_agencies import KINDS, agency_row, seed

NOW = datetime(2027, 6, 15, 2, tzinfo=UTC)
"""The moment at which the country is as it is."""
PROVINCES, COMMUNES = 34, 90
COUNTRY, PROVINCE, COMMUNE = "tw", "gs-3", "ca-3-5"
"""Agencies whose people look after the whole country, a province, and a commune's dossiers."""
EACH_HAS = {"ca": COMMUNES, "ub": COMMUNES, "yt": 10, "ta": 8, "cs": 2, "ca-tinh": 1, "ta-tinh": 1, "tp": 1}
"""How many agencies of a kind a province has."""
OPEN_SHARE, LATE_SHARE = 0.4, 0.15
_ENDS = (("open", "close"), ("record_ground", "close"), ("accept", "terminate"), ("end_aftercare", ""))
"""After which step of the main road a closed dossier ended, and by which act unless that step ended it."""
_ACCOUNTS = {"account"}
_PLACES = {"agency", "holder"}
_COPIED = ("person", "dossier", "dossier_agency", "event_facts", "time_limit", "document", "before_act")


def fill(settings: Settings, engine: Engine, dossiers: int) -> Iterator[str]:
    """Makes the country in a migrated, empty database; says before each part what comes.

    Args:
        settings: of the server, whose superuser copies without asking the triggers.
        engine: the application's store.
        dossiers: how many.
    """
    yield "agencies"
    seed(engine)
    yield "roads"
    bases = dict(_walked(engine))
    database = postgres.owner_url(settings).database
    assert database
    with superuser(settings, database) as connection:
        connection.execute(_SETTINGS)
        yield "places"
        _places(connection)
        _made(connection, bases, dossiers)
        for name in _COPIED:
            yield name
            connection.execute(_copy(name))
            if name == "dossier":
                yield from _events(connection)
        yield "figures"
        connection.execute(_DERIVED)
        connection.execute("VACUUM ANALYZE")
        find_anew(engine, NOW)
        yield "vacuum"
        connection.execute("VACUUM ANALYZE")


def _walked(engine: Engine) -> Iterator[tuple[str, bool]]:
    """Dossiers that have come to each place of the main road, and some that ended; whether each is closed."""
    late = NOW.replace(year=2031)
    for code in Road.main[: Road.main.index("end_aftercare")]:
        yield str(Road(engine, now=late).to(code).id), False
    for code, end in _ENDS:
        road = Road(engine, now=late).to(code, skip=FREE if end == "terminate" else ())
        if end:
            last = max(row["occurred_at"] for row in road.rows("event"))
            days = (last.date() - road.start).days + 1
            told: dict[str, Any] = {}
            if end == "terminate":
                told = {"announced_at": f"{days} 10:00", "complaint_from": f"{days} 10:00"}
            road.do(end, f"{days} 10:00", **told)
        yield str(road.id), True


_SETTINGS = """
    SET session_replication_role = replica; SET work_mem = '256MB'; SET maintenance_work_mem = '512MB';
    CREATE FUNCTION chance(n int, what int) RETURNS float8 LANGUAGE sql IMMUTABLE AS
        $$ SELECT (hashint4extended(n, what) & 1048575) / 1048576.0 $$;
    CREATE FUNCTION copied(n int, id uuid) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n || id::text)::uuid $$;
    CREATE FUNCTION moved(acts jsonb, shift interval) RETURNS jsonb LANGUAGE sql STABLE AS $$
        SELECT coalesce(jsonb_object_agg(key, to_jsonb(value::timestamptz + shift)), '{}') FROM jsonb_each_text(acts) $$;
"""


def _places(connection: Raw[Any]) -> None:
    """Agencies of every province and commune, those who look after them, and a function that says where an agency's copy is."""
    for kind, each in EACH_HAS.items():
        row = agency_row(kind, KINDS[kind])
        of = "" if each == 1 else f" || '/{kind}' || n"
        connection.execute(
            sql.SQL("""INSERT INTO agency SELECT (jsonb_populate_record(a, jsonb_build_object(
                'code', a.code || '-' || p || '-' || n, 'name', a.name || ' ' || p || '-' || n,
                'territory', 'vn/t' || p{of}))).*
                FROM agency a, generate_series(0, {provinces} - 1) p, generate_series(0, {each} - 1) n WHERE code = {code}""").format(
                of=sql.SQL(of), provinces=PROVINCES, each=each, code=row["code"]
            )
        )  # fmt: skip
    cases = sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN code || '-' || p || '-' || a % {}").format(kind, each)
        for kind, each in EACH_HAS.items()
    )
    connection.execute(sql.SQL("""CREATE FUNCTION placed(code text, p int, a int) RETURNS text LANGUAGE sql IMMUTABLE AS
        $$ SELECT CASE code {} ELSE code END $$""").format(cases))  # fmt: skip
    connection.execute(_WATCHERS)


_WATCHERS = f"""
    CREATE FUNCTION placed(parties jsonb, p int, a int) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
        SELECT coalesce(jsonb_object_agg(key, placed(value, p, a)), '{{}}') FROM jsonb_each_text(parties) $$;
    INSERT INTO agency SELECT (jsonb_populate_record(a, '{{"code": "{COUNTRY}", "territory": "vn"}}')).*
        FROM agency a WHERE code = 'ub';
    INSERT INTO agency SELECT (jsonb_populate_record(a, jsonb_build_object('code', 'gs-' || p, 'territory', 'vn/t' || p))).*
        FROM agency a, generate_series(0, {PROVINCES} - 1) p WHERE code = 'ub';
    INSERT INTO account (id, username, password_hash, full_name, position, role, agency, disabled)
        SELECT md5(code)::uuid, code, '-', 'Nguyễn Thị H', 'Cán bộ',
            CASE WHEN code = '{COUNTRY}' OR starts_with(code, 'gs-') THEN 'supervisor' ELSE 'head' END, code, false
        FROM agency a WHERE NOT EXISTS (SELECT FROM account WHERE account.agency = a.code);
"""  # noqa: S608 - names from above


def _made(connection: Raw[Any], bases: Mapping[str, bool], dossiers: int) -> None:
    """Which dossier is copied to whom, where and when: the open ones are on their way now, the closed ones ended in two years."""
    chosen = ClientCursor(
        connection
    )  # which puts the values into the text, for one that makes a table takes none
    chosen.execute(_BASES, (list(bases), list(bases.values())))
    chosen.execute(
        _MADE, {"dossiers": dossiers, "now": NOW, "open": OPEN_SHARE, "late": LATE_SHARE,
                "provinces": PROVINCES, "communes": COMMUNES},
    )  # fmt: skip
    connection.execute("CREATE INDEX ON made (base); ANALYZE made")


# Duties that acts beside the main road meet: nobody would be on time else.
_MET = "DELETE FROM time_limit WHERE ended_at IS NULL AND rule IN ('c3-notice-accept', 'c3-send')"
# Of each base: its last act, and how long after that its first duty is due; the closed ones of few acts are most.
_BASES = """
    CREATE UNLOGGED TABLE base AS SELECT d.id, one.closed, last.at,
        coalesce((SELECT min(l.due) FROM time_limit l WHERE l.dossier = d.id AND l.kind = 'duty' AND l.ended_at IS NULL
            AND l.opens IS NULL AND l.due > last.at) - last.at, interval '30 days') AS rest,
        row_number() OVER (PARTITION BY one.closed ORDER BY d.version, d.number) - 1 AS place,
        count(*) OVER (PARTITION BY one.closed) AS places
    FROM unnest(%s::uuid[], %s::boolean[]) one (id, closed) JOIN dossier d ON d.id = one.id
        CROSS JOIN LATERAL (SELECT max(e.occurred_at) AS at FROM event e WHERE e.dossier = d.id) last
"""
_MADE = """
    CREATE UNLOGGED TABLE made AS SELECT n, base.id AS base, copied(n, base.id) AS dossier,
        floor(chance(n, 1) * %(provinces)s)::int AS p, floor(chance(n, 2) * %(communes)s)::int AS a,
        make_interval(secs => round(extract(epoch FROM CASE
            WHEN base.closed THEN %(now)s - base.at - interval '700 days' * chance(n, 3)
            WHEN chance(n, 4) < %(late)s THEN %(now)s - base.at - base.rest - interval '40 days' * chance(n, 3)
            ELSE %(now)s - base.at - base.rest * chance(n, 3) END))) AS shift
    FROM generate_series(1, %(dossiers)s) n
        JOIN base ON base.closed = (chance(n, 5) >= %(open)s) AND base.place = floor(base.places * chance(n, 6) ^ 2)
"""
_SPECIAL = {
    ("person", "data"): """jsonb_set(jsonb_set(x.data, '{name}', to_jsonb(named.name)), '{identity,number}',
        to_jsonb('001090' || lpad((m.n % 1000000)::text, 6, '0')))""",
    ("person", "name_key"): "named.key",
    ("dossier", "number"): "'Q-' || lpad(m.n::text, 7, '0')",
    ("dossier", "acts"): "moved(x.acts, m.shift)",
    ("dossier", "parties"): "placed(x.parties, m.p, m.a)",
    ("dossier", "head"): "''",
    ("before_act", "acts"): "moved(x.acts, m.shift)",
    ("before_act", "parties"): "placed(x.parties, m.p, m.a)",
    ("document", "number"): "m.n * 20 + x.number % 20",
    ("document", "verify_code"): "upper(substr(md5(m.n || x.verify_code), 1, 20))",
}
_OF = {
    "person": """JOIN dossier base ON base.id = m.base JOIN person x ON x.id = base.person CROSS JOIN LATERAL (SELECT
        (ARRAY['Nguyễn','Trần','Lê','Phạm','Hoàng','Vũ','Đặng','Bùi'])[i] || ' ' || (ARRAY['Văn','Thị','Đức'])[j] || ' '
        || (ARRAY['A','B','C','D','E','G','H','K','L','M'])[k] AS name,
        (ARRAY['nguyen','tran','le','pham','hoang','vu','dang','bui'])[i] || ' ' || (ARRAY['van','thi','duc'])[j] || ' '
        || (ARRAY['a','b','c','d','e','g','h','k','l','m'])[k] AS key
        FROM (SELECT 1 + m.n % 8 AS i, 1 + m.n / 8 % 3 AS j, 1 + m.n / 24 % 10 AS k) chosen) named""",
    "dossier": "JOIN dossier x ON x.id = m.base",
    "event_facts": "JOIN event of ON of.dossier = m.base JOIN event_facts x ON x.event = of.id",
}


def _columns(name: str) -> dict[str, str]:
    """What stands in each column of a copy: ids are made anew, days moved, agencies those of the copy's place."""
    found = {}
    for column in table(name).columns:
        said = f'x."{column.name}"'
        if (name, column.name) in _SPECIAL:
            said = _SPECIAL[name, column.name]
        elif isinstance(column.type, Uuid) and column.name not in _ACCOUNTS:
            said = f"copied(m.n, {said})"
        elif isinstance(column.type, DateTime | Date):
            said = f"({said} + m.shift)" + ("::date" if isinstance(column.type, Date) else "")
        elif column.name in _PLACES:
            said = f"placed({said}, m.p, m.a)"
        found[column.name] = said
    return found


def _copy(name: str) -> str:
    columns = _columns(name)
    return (
        f"INSERT INTO {name} ({', '.join(map(_quoted, columns))}) SELECT {', '.join(columns.values())} "  # noqa: S608 - names of ours
        f"FROM made m {_OF.get(name, f'JOIN {name} x ON x.dossier = m.base')}"
    )


def _quoted(name: str) -> str:
    return f'"{name}"'


def _events(connection: Raw[Any]) -> Iterator[str]:
    """Events one place of the chain after the other, each with the digest of its columns (`models.event.digest_of_event`)."""
    columns = _columns("event") | {"previous": "coalesce(before.digest, '')"}
    del columns["digest"]
    said = ", ".join(f"{value} AS {_quoted(name)}" for name, value in columns.items())
    digested = ", ".join(f"""'"{name}":"' || {_text(name)} || '"'""" for name in sorted(columns))
    statement = f"""
        INSERT INTO event ({", ".join(map(_quoted, columns))}, digest)
        SELECT e.*, encode(sha256(convert_to('{{' || concat_ws(',', {digested}) || '}}', 'UTF8')), 'hex') FROM (
            SELECT {said} FROM made m JOIN event x ON x.dossier = m.base AND x.seq = %(seq)s
                LEFT JOIN event before ON before.dossier = m.dossier AND before.seq = %(seq)s - 1) e
    """  # noqa: S608 - names of ours
    longest = connection.execute("SELECT max(e.seq) FROM base JOIN event e ON e.dossier = base.id").fetchone()
    assert longest
    for seq in range(1, longest[0] + 1):
        yield f"events {seq}/{longest[0]}"
        connection.execute(statement, {"seq": seq})


def _text(name: str) -> str:
    if isinstance(table("event").columns[name].type, DateTime):
        return f"""to_char(e."{name}" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || '+00:00'"""
    return f'e."{name}"::text'


# What triggers keep otherwise; and the dossiers that were copied stand in nobody's way.
_DERIVED = """
    UPDATE dossier d SET head = e.digest FROM event e WHERE e.dossier = d.id AND e.seq = d.version AND d.head = '';
    INSERT INTO person_key (key, person)
        SELECT keys.key, person.id FROM person CROSS JOIN LATERAL (SELECT regexp_split_to_table(name_key, '\\s+') AS key
            UNION SELECT data -> 'identity' ->> 'number') keys WHERE keys.key <> '' ON CONFLICT DO NOTHING;
    DELETE FROM dossier_agency WHERE dossier IN (SELECT id FROM base);
    DELETE FROM time_limit WHERE dossier IN (SELECT id FROM base);
    UPDATE dossier SET stage = 'closed' WHERE id IN (SELECT id FROM base);
    INSERT INTO month_stale (month, agency) SELECT DISTINCT month_of(occurred_at), agency FROM event;
    DROP TABLE made, base; DROP FUNCTION chance, copied, moved, placed(text, int, int), placed(jsonb, int, int)
"""
