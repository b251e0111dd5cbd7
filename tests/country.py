"""A country of dossiers: the engine walks some to each stage, the database copies them to other people, places and days.

The same number of dossiers is the same country on every machine. Chains of events hold, for their digests are counted anew.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from psycopg import ClientCursor, sql
from psycopg import Connection as Raw
from sqlalchemy import Connection, Date, DateTime, Engine, Uuid, text

from flows.findings import find_anew
from flows.ladder import DUTY, END, NEVER
from models import postgres
from models.settings import Settings
from models.tables import table
from tests.cluster import superuser
from tests.flows.road_2026 import FREE, Road
from tests.flows.road_agencies import KINDS, agency_row, seed

NOW = datetime(2027, 6, 15, 2, tzinfo=UTC)
"""The moment at which the country is as it is."""
PROVINCES, COMMUNES = 34, 90
_P, _A = 3, 5
COUNTRY, PROVINCE, COMMUNE = "tw", f"gs-{_P}", f"ca-{_P}-{_A}"
"""Agencies whose people look after the whole country, a province, and a commune's dossiers."""
OWN, OWN_SHARE = 320, 0.1
"""Dossiers of that commune, as many however large the country is, so that sizes tell what all others' dossiers cost it: as many
as each has of a million; but of a small country a tenth at most."""
EACH_HAS = {"ca": COMMUNES, "ub": COMMUNES, "yt": 10, "ta": 8, "cs": 2, "ca-tinh": 1, "ta-tinh": 1, "tp": 1}
"""How many agencies of a kind a province has."""
OPEN_SHARE, LATE_SHARE = 0.4, 0.15
LIMITS, DOCUMENTS = 14, 7
"""So many a dossier at most."""
PARTS = 2
"""Copied at once."""
_ENDS = (("open", "close"), ("record_ground", "close"), ("accept", "terminate"), ("end_aftercare", ""))
"""After which step of the main road a closed dossier ended, and by which act unless that step ended it."""
_ACCOUNTS = {"account"}
_PLACES = {"agency", "holder"}
_COPIED = ("person", "dossier", "dossier_agency", "event_facts", "time_limit", "document", "before_act")


def fill(settings: Settings, engine: Engine, dossiers: int) -> Iterator[str]:
    """Makes the country in a migrated, empty database; says before each part what comes.

    Args:
        settings: of the server, whose superuser copies without asking the triggers, and which may forget meanwhile.
        engine: the application's store.
        dossiers: how many.
    """
    yield "agencies"
    seed(engine)
    yield "roads"
    bases = dict(_walked(engine))
    database = postgres.owner_url(settings).database
    assert database
    with superuser(settings, database) as connection, ThreadPoolExecutor(PARTS) as pool:

        def run(statement: str) -> None:
            with superuser(settings, database) as own:
                own.execute(
                    "SET session_replication_role = replica; SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'"
                )
                own.execute(statement)

        def in_parts(statement: str) -> None:
            """Copies to half of the provinces each, so that an agency's rows are all in one part."""
            list(pool.map(lambda part: run(statement.replace("{part}", str(part))), range(PARTS)))

        _forgetful(connection, forgets=True)
        try:
            yield "places"
            connection.execute(_FUNCTIONS)
            _places(connection)
            _made(connection, bases, dossiers)
            connection.execute(_BASED)
            indexes = _without_indexes(connection)
            longest = _longest(connection)
            for seq in range(1, longest + 1):
                yield f"events {seq}/{longest}"
                connection.execute(
                    f"CREATE UNLOGGED TABLE chain_{seq} PARTITION OF chain FOR VALUES IN ({seq})"
                )
                in_parts(_events(seq))
            for name in _COPIED:
                yield name
                in_parts(_copy(name))
            yield "words"
            in_parts(_WORDS)
            connection.execute(_REGISTERS)
            yield "indexes"
            list(pool.map(run, indexes))
            connection.execute(_LEFT)
            yield "vacuum"
            connection.execute("VACUUM (ANALYZE, PARALLEL 2)")
            yield "figures"
            find_anew(engine, NOW)
            yield "vacuum"
            connection.execute(
                "VACUUM (ANALYZE, PARALLEL 2) month_figure, month_total, standing, finding, finding_count, resting"
            )
        finally:
            _forgetful(connection, forgets=False)


def dossier(connection: Connection) -> UUID:
    """The open dossier of the commune that has been through most."""
    asked = text(
        "SELECT id FROM dossier WHERE holder = :agency AND stage <> 'closed' ORDER BY version DESC LIMIT 1"
    )
    return cast("UUID", connection.execute(asked, {"agency": COMMUNE}).scalar_one())


def _longest(connection: Raw[Any]) -> int:
    """Events of the longest chain."""
    [(longest,)] = connection.execute("SELECT max(seq) FROM base_event").fetchall()
    return int(longest)


def _forgetful(connection: Raw[Any], *, forgets: bool) -> None:
    """What is made here can be made again: it need not outlive a power cut before it is whole."""
    for name, value in {
        "fsync": "off",
        "full_page_writes": "off",
        "max_wal_size": "16GB",
        "autovacuum": "off",
    }.items():
        connection.execute(
            f"ALTER SYSTEM SET {name} = '{value}'" if forgets else f"ALTER SYSTEM RESET {name}"
        )
    connection.execute("SELECT pg_reload_conf()")
    if not forgets:
        connection.execute("CHECKPOINT")


def _without_indexes(connection: Raw[Any]) -> list[str]:
    """Takes away what is slower kept than made at the end; the statements that make it."""
    found = connection.execute(_INDEXES, {"tables": ["event", "dossier_words", *_COPIED]}).fetchall()
    for name, _ in found:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [made for _, made in found]


_INDEXES = """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY (%(tables)s)
    AND indexname NOT IN (SELECT conname FROM pg_constraint)"""


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


_FUNCTIONS = """
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
                "provinces": PROVINCES, "communes": COMMUNES, "own": min(OWN, int(dossiers * OWN_SHARE)),
                "own_p": _P, "own_a": _A},
    )  # fmt: skip
    connection.execute("ANALYZE made")


# Of each base: its last act, and how long after that its first duty is due; the closed ones of few acts are most.
_BASES = """
    CREATE UNLOGGED TABLE base AS SELECT d.id, one.closed, last.at, last.opened_at,
        coalesce((SELECT min(l.due) FROM time_limit l WHERE l.dossier = d.id AND l.kind = 'duty' AND l.ended_at IS NULL
            AND l.opens IS NULL AND l.due > last.at) - last.at, interval '30 days') AS rest,
        row_number() OVER (PARTITION BY one.closed ORDER BY d.version, d.number) - 1 AS place,
        count(*) OVER (PARTITION BY one.closed) AS places
    FROM unnest(%s::uuid[], %s::boolean[]) one (id, closed) JOIN dossier d ON d.id = one.id
        CROSS JOIN LATERAL (SELECT max(e.occurred_at) AS at, min(e.occurred_at) AS opened_at FROM event e WHERE e.dossier = d.id) last
"""
# Numbered by the day they were opened, as an office numbers them: so what happened in a month lies together on the disk.
_MADE = """
    CREATE UNLOGGED TABLE made AS SELECT n, base, copied(n, base) AS dossier, p, a, shift FROM (
        SELECT row_number() OVER (ORDER BY base.opened_at + shift, i)::int AS n, base.id AS base, place.p, place.a, shift
        FROM generate_series(1, %(dossiers)s) i
            CROSS JOIN LATERAL (SELECT floor(chance(i, 1) * %(provinces)s)::int AS p, floor(chance(i, 2) * %(communes)s)::int AS a) somewhere
            CROSS JOIN LATERAL (SELECT CASE WHEN i <= %(own)s THEN %(own_p)s ELSE somewhere.p END AS p,
                CASE WHEN i <= %(own)s THEN %(own_a)s WHEN (somewhere.p, somewhere.a) = (%(own_p)s, %(own_a)s) THEN %(own_a)s + 1 ELSE somewhere.a END AS a) place
            JOIN base ON base.closed = (chance(i, 5) >= %(open)s) AND base.place = floor(base.places * chance(i, 6) ^ 2)
            CROSS JOIN LATERAL make_interval(secs => round(extract(epoch FROM CASE
                WHEN base.closed THEN %(now)s - base.at - interval '700 days' * chance(i, 3)
                WHEN chance(i, 4) < %(late)s THEN %(now)s - base.at - base.rest - interval '40 days' * chance(i, 3)
                ELSE %(now)s - base.at - base.rest * chance(i, 3) END))) shift
    ) numbered
    ORDER BY n
"""
# What is copied, apart from what is made of it: about five papers and six limits a dossier, those that run first, and no duties that
# acts beside the main road meet, for nobody would be on time else.
_BASED = f"""
    CREATE UNLOGGED TABLE base_person AS SELECT x.*, d.id AS dossier FROM base JOIN dossier d ON d.id = base.id JOIN person x ON x.id = d.person;
    CREATE UNLOGGED TABLE base_event_facts AS SELECT x.*, e.dossier FROM base JOIN event e ON e.dossier = base.id
        JOIN event_facts x ON x.event = e.id;
    CREATE UNLOGGED TABLE base_dossier AS SELECT x.*, x.id AS dossier FROM base JOIN dossier x ON x.id = base.id;
    {
    "".join(
        f"CREATE UNLOGGED TABLE base_{name} AS SELECT x.* FROM base JOIN {name} x ON x.dossier = base.id;"
        for name in ("event", "dossier_agency", "time_limit", "document", "before_act")
    )
}
    DELETE FROM base_time_limit WHERE ended_at IS NULL AND rule IN ('c3-notice-accept', 'c3-send');
    DELETE FROM base_time_limit WHERE id NOT IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY dossier
        ORDER BY ended_at DESC, starts_at DESC, id) AS place FROM base_time_limit) x WHERE place <= {LIMITS});
    UPDATE base_time_limit SET parent = NULL WHERE parent NOT IN (SELECT id FROM base_time_limit);
    DELETE FROM base_document WHERE id NOT IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY dossier
        ORDER BY issued_on DESC, id) AS place FROM base_document) x WHERE place <= {DOCUMENTS});
    UPDATE base_document SET replaced_by = NULL WHERE replaced_by NOT IN (SELECT id FROM base_document);
    CREATE TABLE chain (dossier uuid, seq int, digest text) PARTITION BY LIST (seq);
    ANALYZE base_event, {", ".join(f"base_{name}" for name in _COPIED)};
"""  # noqa: S608 - names of ours
_SPECIAL = {
    ("person", "data"): """jsonb_set(jsonb_set(x.data, '{name}', to_jsonb(named.name)), '{identity,number}',
        to_jsonb('001090' || lpad((m.n % 1000000)::text, 6, '0')))""",
    ("person", "name_key"): "named.key",
    ("dossier", "number"): "'Q-' || lpad(m.n::text, 7, '0')",
    ("dossier", "acts"): "moved(x.acts, m.shift)",
    ("dossier", "parties"): "placed(x.parties, m.p, m.a)",
    ("dossier", "head"): "last.digest",
    ("time_limit", "rung"): "CASE WHEN x.next_rung_at IS NULL THEN x.rung ELSE ladder.reached END",
    (
        "time_limit",
        "next_rung_at",
    ): f"CASE WHEN x.next_rung_at IS NOT NULL THEN coalesce(ladder.next, '{NEVER}') END",
    ("before_act", "acts"): "moved(x.acts, m.shift)",
    ("before_act", "parties"): "placed(x.parties, m.p, m.a)",
    ("document", "number"): """CASE WHEN x.number IS NOT NULL THEN row_number() OVER (
        PARTITION BY placed(x.agency, m.p, m.a), x.year, x.register_name, x.number IS NULL ORDER BY m.n, x.number) END""",
    ("document", "verify_code"): "upper(substr(md5(m.n || x.verify_code), 1, 20))",
}
# Sweeps have told of whatever was due: a limit stands on the rung it has reached by now (`flows.ladder`).
_RUNGS = {
    kind: ", ".join(
        ["x.next_rung_at", *(f"x.due + interval '{rung.after.days} days'" for rung in ladder[1:])]
    )
    for kind, ladder in {"duty": DUTY, "end": END}.items()
}
_JOINED = {
    "time_limit": f"""CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE at + m.shift <= '{NOW}') AS reached,
            min(at + m.shift) FILTER (WHERE at + m.shift > '{NOW}') AS next
        FROM unnest(CASE WHEN x.kind = 'duty' AND x.opens IS NULL THEN ARRAY[{_RUNGS["duty"]}] ELSE ARRAY[{_RUNGS["end"]}] END) at
        ) ladder""",  # noqa: S608 - times of ours
    "person": """CROSS JOIN LATERAL (SELECT
        (ARRAY['Nguyễn','Trần','Lê','Phạm','Hoàng','Vũ','Đặng','Bùi'])[i] || ' ' || (ARRAY['Văn','Thị','Đức'])[j] || ' '
        || (ARRAY['A','B','C','D','E','G','H','K','L','M'])[k] AS name,
        (ARRAY['nguyen','tran','le','pham','hoang','vu','dang','bui'])[i] || ' ' || (ARRAY['van','thi','duc'])[j] || ' '
        || (ARRAY['a','b','c','d','e','g','h','k','l','m'])[k] AS key
        FROM (SELECT 1 + m.n % 8 AS i, 1 + m.n / 8 % 3 AS j, 1 + m.n / 24 % 10 AS k) chosen) named""",
    "dossier": "JOIN chain last ON last.dossier = m.dossier AND last.seq = x.version",
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
        f"FROM made m JOIN base_{name} x ON x.dossier = m.base {_JOINED.get(name, '')} WHERE m.p % {PARTS} = {{part}}"
    )


def _quoted(name: str) -> str:
    return f'"{name}"'


def _events(seq: int) -> str:
    """Events at one place of the chain, each with the digest of its columns (`models.event.digest_of_event`)."""
    columns = _columns("event") | {"previous": "coalesce(before.digest, '')"}
    del columns["digest"]
    said = ", ".join(f"{value} AS {_quoted(name)}" for name, value in columns.items())
    digested = ", ".join(f"""'"{name}":"' || {_text(name)} || '"'""" for name in sorted(columns))
    return f"""
        WITH written AS (INSERT INTO event ({", ".join(map(_quoted, columns))}, digest)
            SELECT e.*, encode(sha256(convert_to('{{' || concat_ws(',', {digested}) || '}}', 'UTF8')), 'hex') FROM (
                SELECT {said} FROM made m JOIN base_event x ON x.dossier = m.base AND x.seq = {seq}
                    LEFT JOIN chain before ON before.dossier = m.dossier AND before.seq = {seq - 1}
                WHERE m.p % {PARTS} = {{part}} OFFSET 0) e
            RETURNING dossier, digest)
        INSERT INTO chain SELECT dossier, {seq}, digest FROM written
    """  # noqa: S608 - names of ours


def _text(name: str) -> str:
    if isinstance(table("event").columns[name].type, DateTime):
        return f"""to_char(e."{name}" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || '+00:00'"""
    return f'e."{name}"::text'


# What triggers keep otherwise; and the dossiers that were copied stand in nobody's way.
_WORDS = f"""INSERT INTO dossier_words (dossier, number, words)
    SELECT d.id, d.number, words_of(p.name_key, p.data -> 'identity' ->> 'number')
    FROM made m JOIN dossier d ON d.id = m.dossier JOIN person p ON p.id = d.person WHERE m.p % {PARTS} = {{part}}"""  # noqa: S608 - a number of ours
_REGISTERS = """INSERT INTO register (agency, year, name, last) SELECT agency, year, register_name, max(number) FROM document
    WHERE number IS NOT NULL GROUP BY 1, 2, 3 ON CONFLICT (agency, year, name) DO UPDATE SET last = excluded.last"""
_LEFT = f"""
    SET session_replication_role = replica;
    DELETE FROM dossier_agency WHERE dossier IN (SELECT id FROM base);
    DELETE FROM time_limit WHERE dossier IN (SELECT id FROM base);
    UPDATE dossier SET stage = 'closed' WHERE id IN (SELECT id FROM base);
    RESET session_replication_role;
    INSERT INTO month_stale (month, agency) SELECT DISTINCT month_of(occurred_at), agency FROM event ORDER BY 1, 2;
    DROP TABLE made, base, chain, {", ".join(f"base_{name}" for name in ("event", *_COPIED))};
    DROP FUNCTION chance, copied, moved, placed(text, int, int), placed(jsonb, int, int)
"""  # noqa: S608 - names of ours
