"""Erasing closed dossiers by rule: nothing of the person is left, and chain, register, log and public check still hold."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.app import create_app
from api.demo.scans import pdf_page
from flows.anonymising import Anonymised, Rule, anonymise, hold, release, rule_in_force, set_rule
from flows.audit import verify
from flows.backup import text_of
from flows.chain_check import verify_chains
from flows.retention import retain
from models import postgres
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import Command
from tests.api.road import Caller, Road
from tests.flows.rows import read

POLICE, HEAD = "ca.cau-giay", "ca.cau-giay.truong"
AFTER, BEFORE = datetime(2036, 9, 1, tzinfo=UTC), datetime(2036, 8, 1, tzinfo=UTC)
NAME, NUMBER, FILE = "Nguyễn Văn Xóa", "001098000001", "Nguyễn Văn Xóa.pdf"


@pytest.fixture
def installation(database: Settings, tmp_path: Path) -> Settings:
    """The test's database with a folder of files of its own."""
    database.secret("jwt_key")
    return replace(database, data=tmp_path / "here", shared_secrets=database.data / "secrets")


@pytest.fixture
def client(installation: Settings) -> Iterator[TestClient]:
    installation.data.mkdir()
    with TestClient(create_app(installation), base_url="http://hoso.test") as client:
        yield client


@pytest.fixture
def closed(road: Road) -> Road:
    """A dossier with documents, their files and a paper, closed in August 2026."""
    road.open(person={"name": NAME})
    road.done.append("open")
    road.advance("record_ground")
    upload = {"file": (FILE, pdf_page(NAME) + b"%" + NAME.encode(), "application/pdf")}
    data = {"kind": "other", "title": f"Đơn của {NAME}", "received_on": "2026-08-20", "sheets": "1"}
    assert road.as_user(POLICE).post(f"{road.path}/papers", data=data, files=upload).status_code == 201
    for one in road.as_user(POLICE).get(f"{road.path}/documents").json():
        assert road.as_user(POLICE).get(f"/v1/documents/{one['id']}/content").status_code == 200
    road.take("close", by=HEAD, at="2026-08-28T09:00:00+07:00", closing_ground="death", proof="giấy chứng tử")
    return road


def ruled(store: Engine, years: int = 10) -> Any:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        account = connection.execute(text("SELECT id FROM account WHERE username = 'quan-tri'")).scalar_one()
        set_rule(connection, Rule(years, "Thông tư thử nghiệm"), account)
    return account


def everything(settings: Settings) -> str:
    """All rows of all tables but the audit log's, as text."""
    with psycopg.connect(text_of(postgres.owner_url(settings))) as owner:
        asked = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        tables = [name for [name] in owner.execute(asked)]
        return "\n".join(
            str(owner.execute(f"SELECT t::text FROM {table} t").fetchall())  # noqa: S608
            for table in tables
        )


def aged(settings: Settings) -> list[Path]:
    """The stored files, older than a day."""
    found = list(settings.files.glob("[0-9a-f][0-9a-f]/*"))
    for path in found:
        os.utime(path, (0, 0))
    return found


def test_without_a_rule_nothing_is_ever_erased(closed: Road, store: Engine) -> None:
    assert anonymise(store, None, datetime(2300, 1, 1, tzinfo=UTC)) == Anonymised(None)
    assert closed.as_user(POLICE).get(closed.path).json()["person"]["name"] == NAME


def test_erased_dossiers_say_nothing_of_the_person_and_everything_still_holds(
    closed: Road, store: Engine, installation: Settings, client: TestClient
) -> None:
    caller = closed.as_user(POLICE)
    documents = caller.get(f"{closed.path}/documents").json()
    [paper] = [one for one in caller.get(f"{closed.path}/papers").json() if one["kind"] == "other"]
    genuine = client.get(f"/verify/{documents[0]['verify_code']}").json()
    registers = read(store, "SELECT * FROM register ORDER BY 1, 2, 3")
    assert NAME in everything(installation)
    assert aged(installation)
    ruled(store)
    assert anonymise(store, installation.files, BEFORE).dossiers == ()
    [number] = read(store, "SELECT number FROM dossier")[0]
    assert anonymise(store, installation.files, AFTER, dry_run=True).dossiers == (number,)
    assert NAME in everything(installation)
    done = anonymise(store, installation.files, AFTER)
    assert done == Anonymised(Rule(10, "Thông tư thử nghiệm"), (number,), len(documents) + 1)
    left = everything(installation)
    for part in (NAME, NUMBER, FILE, "nguyen van xoa"):
        assert part not in left
    assert list(installation.files.glob("[0-9a-f][0-9a-f]/*")) == []
    assert read(store, "SELECT * FROM register ORDER BY 1, 2, 3") == registers
    assert client.get(f"/verify/{documents[0]['verify_code']}").json() == genuine
    assert verify_chains(store, installation.files / "chain", AFTER).broken == ()
    assert verify(store).intact
    assert read(store, "SELECT operation FROM audit_entry WHERE operation = 'anonymise'") == [("anonymise",)]
    chain = caller.get(f"{closed.path}/events").json()
    assert chain["intact"]
    assert {one["facts"] is None for one in chain["items"]} == {True}
    shown = caller.get(closed.path)
    assert (shown.status_code, shown.json()["person"]["name"], shown.json()["facts"]) == (200, "(đã xóa)", {})
    for path in (
        f"{closed.path}/limits",
        f"{closed.path}/limits?at=2026-08-21T08:00:00Z",
        f"{closed.path}/papers",
        "/v1/dossiers",
    ):
        assert caller.get(path).status_code == 200, path
    for path in (
        f"/v1/documents/{documents[0]['id']}/content", f"/v1/documents/{documents[0]['id']}/content?format=pdf",
        f"/v1/papers/{paper['id']}/content", f"{closed.path}/bundle.zip",
    ):  # fmt: skip
        answer = caller.get(path, headers={"X-Reason": "thu"})
        assert (answer.status_code, answer.json()["code"]) == (410, "erased"), path
    assert anonymise(store, installation.files, AFTER).dossiers == ()


def test_a_held_dossier_is_kept_until_it_is_released(closed: Road, store: Engine) -> None:
    account, dossier = ruled(store), read(store, "SELECT id FROM dossier")[0][0]
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        assert hold(connection, dossier, "Đang có khiếu nại", account)
        assert not hold(connection, dossier, "Lần nữa", account)
    assert anonymise(store, None, AFTER).dossiers == ()
    with unit_of_work(store, Scope(SYSTEM)) as connection:  # not even by the function itself
        erase = text("SELECT erase_dossier(:dossier, :moment, '{}')")
        assert connection.execute(erase, {"dossier": dossier, "moment": AFTER}).scalar_one() is None
        assert release(connection, dossier, account)
    assert len(anonymise(store, None, AFTER).dossiers) == 1


def test_open_dossiers_and_a_person_with_another_dossier_are_kept(closed: Road, store: Engine) -> None:
    closed.done.clear()
    closed.open()
    person = read(store, "SELECT person FROM dossier ORDER BY number")[0][0]
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(text("UPDATE dossier SET person = :person"), {"person": person})
    ruled(store, 1)
    assert len(anonymise(store, None, AFTER).dossiers) == 1
    assert closed.as_user(POLICE).get(closed.path).json()["person"]["name"] == NAME
    assert read(store, "SELECT count(*) FROM dossier WHERE erased_at IS NULL") == [(1,)]


def test_files_left_by_a_crash_go_with_the_next_retention_and_shared_ones_stay(
    closed: Road, store: Engine, installation: Settings
) -> None:
    first = closed.path
    closed.done.clear()
    closed.open()
    shared = {"file": (FILE, pdf_page(NAME) + b"%" + NAME.encode(), "application/pdf")}
    data = {"kind": "other", "title": "Đơn", "received_on": "2026-08-20", "sheets": "1"}
    assert closed.as_user(POLICE).post(f"{closed.path}/papers", data=data, files=shared).status_code == 201
    [kept] = read(store, f"SELECT sha256 FROM paper WHERE dossier = '{closed.id}'")[0]  # noqa: S608
    assert first != closed.path
    before = aged(installation)
    ruled(store)
    assert anonymise(store, None, AFTER).files == 0  # killed before the files
    assert len(list(installation.files.glob("[0-9a-f][0-9a-f]/*"))) == len(before)
    retain(store, datetime.now(UTC) + timedelta(days=2), files=installation.files)
    assert [path.name for path in installation.files.glob("[0-9a-f][0-9a-f]/*")] == [kept]


def test_rule_and_holds_are_set_by_those_who_may_and_are_recorded(
    closed: Road, store: Engine, installation: Settings, hoso: Command, monkeypatch: pytest.MonkeyPatch,
    as_user: Callable[[str], Caller],
) -> None:  # fmt: skip
    monkeypatch.setenv("HOSO_DATA", str(installation.data))
    monkeypatch.setenv("HOSO_SECRETS", str(installation.shared_secrets))
    for name, url in ("DATABASE", installation.database_url), ("MIGRATE", installation.migrate_url):
        monkeypatch.setenv(f"HOSO_{name}_URL", str(url))
    asked = ("keep", "rule", "--years", "20", "--citation", "Quyết định thử", "--user")
    assert hoso(*asked, POLICE).code == 2
    assert hoso(*asked, "quan-tri").code == 0
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        assert rule_in_force(connection) == Rule(20, "Quyết định thử")
    number = closed.as_user(POLICE).get(closed.path).json()["number"]
    assert hoso("keep", "hold", number, "--reason", "Khiếu nại", "--user", HEAD).code == 0
    assert hoso("keep", "hold", number, "--reason", "Khiếu nại", "--user", HEAD).code == 1
    assert hoso("keep", "release", number, "--reason", "Đã xong", "--user", HEAD).code == 0
    assert hoso("keep", "release", "2026-999999", "--reason", "x", "--user", HEAD).code == 2
    told = read(store, "SELECT operation, reason FROM audit_entry WHERE operation LIKE 'hoso%' ORDER BY seq")
    assert told == [
        ("hoso keep rule", "Quyết định thử"), ("hoso keep hold", "Khiếu nại"), ("hoso keep release", "Đã xong"),
    ]  # fmt: skip


ERASED_COLUMNS = {
    "assignment": ("note",), "before_act": ("acts", "limits", "parties", "book", "stage", "holder"),
    "bulk_batch": ("results",), "bulk_task": ("parameters", "sha256", "output"), "document": ("context", "ended_because"),
    "dossier": ("facts",), "dossier_words": ("words",), "draft": ("body",), "dossier_hold": ("reason",), "event_facts": ("facts", "salt"), "imported_row": ("agency", "key"),
    "paper": ("kind", "title", "file_name"), "person": ("data", "name_key"), "reminder": ("again",),
    "stored_answer": ("key", "request_digest", "headers", "body"), "time_limit": ("explanation", "ledger"),
}  # fmt: skip
"""What `erase_dossier` empties, by table: whatever somebody typed about a person or their case, and what follows from it."""
IMPERSONAL = {
    "account": "username password_hash full_name position role agency email scopes oidc_issuer oidc_subject",  # of officials
    "agency": "code name kind superior symbol place address commune province territory head_name head_position successor email",
    "alembic_version": "version_num",
    "assignment": "agency ended_because",
    "audit_entry": "agency role operation objects outcome address request reason previous digest",  # chained, never changed
    "bulk_task": "kind agency state worker flow_run error",
    "calendar_change": "kind name citation",
    "calendar_change_set": "version_before version announcement",
    "chain_break": "what dossier territory detail",
    "chain_check": "head file file_sha256",
    "chain_head": "number territory head",
    "clock_run": "name report",
    "delivery": "channel state worker error",
    "delivery_attempt": "outcome",
    "document": "form title agency register_name number_text context_digest state verify_code sha256 verify_url",
    "document_copy": "kind sha256 content_type file_name",  # named after form and number
    "dossier": "number book stage holder acts parties head",
    "dossier_agency": "agency",
    "dossier_words": "number",
    "draft": "kind",
    "event": "action agency stage_before stage_after facts_digest previous digest book",
    "job": "stage events state worker flow_run error request",
    "job_retry": "error",
    "finding": "holder stage book number cause severity place rule_book detail by_number by_severity by_since",  # codes
    "finding_count": "holder stage cause",
    "resting": "stage",
    "finding_law": "digest",
    "month_figure": "agency stage",
    "month_stale": "agency",
    "month_total": "what stage",
    "notice": "agency kind facts audience key",  # numbers and codes alone, and gone after a year
    "paper": "content_type sha256 agency",
    "recovery_code": "digest",
    "refresh_token": "digest",
    "register": "agency name",
    "reminder": "cause agencies",
    "report": "period territory agency figures sha256 docx_sha256",
    "request_rate": "key",
    "retention_rule": "citation",
    "saved_view": "page name query",  # what a supervisor calls a list, and its filters
    "second_factor": "secret",
    "service_secret": "digest",
    "session": "kind address browser",
    "sign_in_failure": "key",
    "signal": "name agencies facts",
    "standing": "holder stage number urgency rule_book rule place",
    "time_limit": "rule kind end book stands_for",
    "unstaffed": "agency",
    "webhook": "agency url kinds secret old_secret disabled_reason",
}
"""Columns of text that say nothing of a dossier's person: codes, digests, our own words, and what concerns officials."""
_TEXTS = """
    SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r','p') AND a.attnum > 0 AND NOT a.attisdropped
        AND (t.typcategory = 'S' OR t.typname IN ('json','jsonb','bytea','tsvector','_text','_varchar','_json','_jsonb'))
"""


def test_every_column_of_text_is_erased_or_says_nothing_of_a_person(database: Settings) -> None:
    with psycopg.connect(text_of(postgres.owner_url(database))) as owner:
        found = {(str(table), str(column)) for table, column in owner.execute(_TEXTS)}
    erased = {(table, column) for table, columns in ERASED_COLUMNS.items() for column in columns}
    impersonal = {(table, column) for table, columns in IMPERSONAL.items() for column in columns.split()}
    assert not erased & impersonal
    assert found == erased | impersonal, (
        "say of a new column whether erase_dossier empties it, or why it need not"
    )


SAID = f"Lời của {NAME}"
PLANTED = """
    UPDATE document SET state = 'void', ended_at = now(), ended_because = %(said)s
        WHERE id = (SELECT min(id::text)::uuid FROM document WHERE dossier = %(dossier)s);
    INSERT INTO assignment (id, dossier, agency, account, assigned_by, assigned_at, note)
        VALUES (gen_random_uuid(), %(dossier)s, 'ca.cau-giay', %(account)s, %(account)s, now(), %(said)s);
    INSERT INTO dossier_hold (dossier, reason, account, held_at, released_by, released_at)
        VALUES (%(dossier)s, %(said)s, %(account)s, now(), %(account)s, now());
    INSERT INTO reminder (event, dossier, cause, day, agencies, account, again)
        SELECT id, dossier, 'overdue', '2026-08-28', '{}', %(account)s, %(said)s FROM event WHERE dossier = %(dossier)s LIMIT 1;
    INSERT INTO bulk_task (id, kind, agency, account, parameters, dossiers, state, total, position, done, known, failed,
            attempts, run_after, created_at, finished_at)
        VALUES ('00000000-0000-0000-0000-000000000001', 'action', 'ca.cau-giay', %(account)s,
            jsonb_build_object('facts', jsonb_build_object('incident', %(said)s::text)), ARRAY[%(dossier)s::uuid], 'done', 1, 1, 1,
            0, 0, 0, now(), now(), now());
    INSERT INTO bulk_batch (task, first, results, recorded_at) VALUES ('00000000-0000-0000-0000-000000000001', 0,
        jsonb_build_array(
            jsonb_build_object('item', %(dossier)s::text, 'state', 'failed', 'flaws', jsonb_build_array(
                jsonb_build_object('message', %(said)s::text))),
            jsonb_build_object('item', 'another', 'state', 'failed', 'flaws', jsonb_build_array(
                jsonb_build_object('message', 'stays')))), now());
    UPDATE paper SET kind = 'don-cua-nguyen-van-xoa' WHERE dossier = %(dossier)s AND kind = 'other';
"""


def test_whatever_was_typed_beside_facts_is_erased_too(
    closed: Road, store: Engine, installation: Settings
) -> None:
    account, dossier = ruled(store), read(store, "SELECT id FROM dossier")[0][0]
    planted = {"said": SAID, "dossier": str(dossier), "account": str(account)}
    with psycopg.connect(
        text_of(postgres.owner_url(installation)), cursor_factory=psycopg.ClientCursor
    ) as owner:
        owner.execute(PLANTED, planted)
    assert everything(installation).count(SAID) >= 6
    assert len(anonymise(store, installation.files, AFTER).dossiers) == 1
    left = everything(installation)
    for part in (SAID, NAME, "nguyen-van-xoa"):
        assert part not in left
    assert "stays" in left
    assert verify_chains(store, installation.files / "chain", AFTER).broken == ()
    with (
        psycopg.connect(text_of(postgres.owner_url(installation))) as owner,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        owner.execute("UPDATE bulk_batch SET results = '[]'")  # by nobody else, ever


def test_nothing_more_is_done_with_an_erased_dossier(closed: Road, store: Engine) -> None:
    [document] = closed.as_user(POLICE).get(f"{closed.path}/documents").json()[:1]
    ruled(store)
    assert len(anonymise(store, None, AFTER).dossiers) == 1
    head, over, match = (
        closed.as_user(HEAD),
        closed.as_user("giam-sat.ha-noi"),
        {"If-Match": f'"{closed.version}"'},
    )
    paper = {"file": ("a.pdf", pdf_page("Don"), "application/pdf")}
    form = {"kind": "statement", "received_on": "2026-08-20", "sheets": "1"}
    act = {"occurred_at": "2026-09-01T09:00:00+07:00", "facts": {}}
    asked = [
        head.post(f"{closed.path}/actions/close", json=act, headers=match),
        head.post(f"{closed.path}/actions/close/preview", json=act),
        head.post(f"{closed.path}/corrections", json={"facts": {"found_where": "nơi khác"}, "reason": "nhầm"}, headers=match),
        over.post(f"{closed.path}/void-last", json={"reason": "nhầm"}, headers=match),
        over.post(f"{closed.path}/keep", json=act, headers=match),
        head.post(f"{closed.path}/papers", data=form, files=paper),
        head.post(f"{closed.path}/assignments", json={"account": None}),
        head.post(f"/v1/documents/{document['id']}/signed", files=paper),
        head.post(f"/v1/documents/{document['id']}/void", json={"reason": "nhầm"}, headers=match),
    ]  # fmt: skip
    for answer in asked:
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "erased"), answer.text
    english = head.post(
        f"{closed.path}/assignments", json={"account": None}, headers={"Accept-Language": "en"}
    )
    assert "nothing more" in english.json()["detail"]
    assert "không làm gì thêm" in asked[0].json()["detail"]
    bulk = head.post("/v1/bulk/close", json=act | {"dossiers": [closed.id]}).json()["items"][0]
    assert bulk["errors"][0]["code"] == "erased"
