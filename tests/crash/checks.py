"""What must be true after the crashes, read from the rows and the files themselves."""

from collections import Counter
from collections.abc import Sequence
from email import message_from_bytes
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from documents.storage import load
from models.event import digest_of_event, digest_of_facts
from models.store import SYSTEM, Scope, unit_of_work
from tests.crash.load import Load
from tests.flows.post_office import PostOffice


def check(engine: Engine, files: Path, load_of: Load) -> dict[str, int]:
    """Every acknowledged act is there, whole and once, with its documents, numbers, notices and chain.

    Returns:
        What was counted.

    Raises:
        AssertionError: something was lost, half done or done twice; the message names it.
    """
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        assert not load_of.refused, load_of.refused[:3]
        counts = _acts(connection, load_of)
        _chains(connection)
        counts["numbers"] = _registers(connection)
        counts["documents"] = _documents(connection, files)
        counts["notices"] = _jobs_and_notices(connection)
    return counts


def _rows(connection: Connection, query: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(text(query)).mappings()]


def _none(connection: Connection, query: str, what: str) -> None:
    found = _rows(connection, query)
    assert not found, f"{what}: {len(found)}, the first {found[0]}"


def _acts(connection: Connection, load_of: Load) -> dict[str, int]:
    """Each client insists until it is answered, so what is there and what was acknowledged are the same, one to one."""
    known = {row["id"]: row["dossier"] for row in _rows(connection, "SELECT id, dossier FROM event")}
    acknowledged = {one.event: one.dossier for one in load_of.acknowledged}
    assert len(acknowledged) == len(load_of.acknowledged), "one event was acknowledged for two acts"
    assert known == acknowledged
    named = {document for one in load_of.acknowledged for document in one.documents}
    assert named == {row["id"] for row in _rows(connection, "SELECT id FROM document")}
    [papers] = _rows(connection, "SELECT count(*) AS rows FROM paper")
    assert papers["rows"] == load_of.papers
    _none(
        connection,
        "SELECT d.number FROM dossier d LEFT JOIN event e ON e.dossier = d.id GROUP BY d.id "
        "HAVING count(e.id) <> d.version OR max(e.seq) <> d.version",
        "dossiers whose version is not the number of their events",
    )
    _none(
        connection,
        "SELECT e.id FROM event e LEFT JOIN event_facts f ON f.event = e.id WHERE f.event IS NULL",
        "events without facts",
    )
    return {"acts": len(known), "papers": load_of.papers, "requests sent again": load_of.repeated}


def _chains(connection: Connection) -> None:
    heads = {row["id"]: row["head"] for row in _rows(connection, "SELECT id, head FROM dossier")}
    last: dict[Any, str] = {}
    facts = {row["event"]: row for row in _rows(connection, "SELECT * FROM event_facts")}
    for event in _rows(connection, "SELECT * FROM event ORDER BY dossier, seq"):
        known = facts[event["id"]]
        assert event["previous"] == last.get(event["dossier"], ""), event["id"]
        assert event["digest"] == digest_of_event(event), event["id"]
        assert event["facts_digest"] == digest_of_facts(known["facts"], known["salt"]), event["id"]
        last[event["dossier"]] = event["digest"]
    assert last == heads


def _registers(connection: Connection) -> int:
    """No number is missing and none was given twice; how many there are."""
    last = _rows(connection, "SELECT agency, year, name, last FROM register")
    for register in last:
        query = text(
            "SELECT number FROM document WHERE (agency, year, register_name) = (:agency, :year, :name) ORDER BY number"
        )
        numbers = list(connection.execute(query, register).scalars())
        assert numbers == list(range(1, register["last"] + 1)), register
    return sum(register["last"] for register in last)


def _documents(connection: Connection, files: Path) -> int:
    """Each is rendered, once: there is one file for each hash that a row names, and no other."""
    documents = _rows(connection, "SELECT id, sha256, size FROM document")
    unrendered = [row["id"] for row in documents if row["sha256"] is None]
    assert not unrendered, unrendered[:3]
    for row in documents:
        assert len(load(files, row["sha256"])) == row["size"], row["id"]
    named = {row["sha256"] for row in documents}
    named |= {
        row["sha256"]
        for row in _rows(connection, "SELECT sha256 FROM paper UNION SELECT sha256 FROM document_copy")
    }
    stored = {path.name for path in files.rglob("*") if path.is_file() and not path.name.startswith(".")}
    assert named <= stored
    # A paper's file is stored before its row: a kill between the two leaves a file that no row names yet.
    assert not any(name in named for name in stored - named)
    return len(documents)


def _jobs_and_notices(connection: Connection) -> int:
    """Each act was in one job, every job is done, and each notice that an act asks for was told once."""
    _none(connection, "SELECT id, state, error FROM job WHERE state <> 'done'", "jobs that are not done")
    in_jobs = Counter[str](
        event for row in _rows(connection, "SELECT events FROM job") for event in row["events"]
    )
    events = {str(row["id"]) for row in _rows(connection, "SELECT id FROM event")}
    assert in_jobs == Counter(events)
    told = _rows(connection, "SELECT agency, audience, key FROM notice")
    assert len({tuple(row.values()) for row in told}) == len(told)
    # As the acts ask for it: whoever got the dossier from somebody else was told of just that act.
    _none(
        connection,
        "SELECT e.id FROM event e JOIN dossier d ON d.id = e.dossier WHERE e.stage_before <> e.stage_after AND "
        "e.stage_after <> 'closed' AND NOT EXISTS (SELECT FROM notice n WHERE n.event = e.id AND n.kind = 'handed_over') "
        "AND d.holder <> e.agency AND d.version = e.seq",
        "handings-over nobody was told of",
    )
    return len(told)


def check_mails(engine: Engine, office: PostOffice) -> dict[str, int]:
    """Each mail reached the post office once, or is recorded as unknown; what was counted."""
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        known = _rows(connection, "SELECT id, state FROM delivery WHERE channel = 'mail'")
    sent = {f"<{row['id']}@office.example>" for row in known if row["state"] == "sent"}
    unknown = {f"<{row['id']}@office.example>" for row in known if row["state"] == "unknown"}
    assert len(sent) + len(unknown) == len(known), Counter(row["state"] for row in known)
    arrived = Counter(str(message_from_bytes(content)["Message-ID"]) for _to, content in office.received)
    assert set(arrived.values()) <= {1}, arrived.most_common(3)
    assert sent <= arrived.keys() <= sent | unknown
    return {"mails": len(sent), "mails unknown": len(unknown)}


def summary(counts: dict[str, int], kills: Sequence[str]) -> str:
    """One line of what happened."""
    killed = ", ".join(f"{name} {number}" for name, number in sorted(Counter(kills).items()))
    return f"{len(kills)} kills ({killed}); " + ", ".join(
        f"{number} {what}" for what, number in counts.items()
    )
