"""Rendering: once, from the frozen content, never over another result; files are kept by their hash."""

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from documents import rendering, storage
from documents.forms import all_forms
from documents.rendering import RenderingError, UnknownDocumentError, render_many, render_stored
from models.migrations import migrate
from models.postgres import app_url, owner_url
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests.cluster import test_cluster
from tests.flows import rows

FORM = "III-01"
ALL = Scope(SYSTEM)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with test_cluster() as settings:
        migrate(owner_url(settings))
        engine = open_store(app_url(settings))
        rows.seed(engine)
        yield engine
        engine.dispose()


def issued(engine: Engine, *, form: str = FORM, broken: bool = False) -> UUID:
    done = rows.act(engine, rows.dossier(engine, f"HS-{uuid4().hex[:8]}"), forms=[form], broken=broken)
    return done.documents[0]


def record(engine: Engine, document: UUID) -> tuple[object, ...]:
    [row] = rows.read(engine, "SELECT sha256, size, rendered_at FROM document WHERE id = :id", id=document)
    return row


def change(engine: Engine, statement: str, **values: object) -> None:
    with unit_of_work(engine, ALL) as connection:
        connection.exec_driver_sql(statement, values)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def expected(engine: Engine, document: UUID, form: str = FORM) -> bytes:
    [(context,)] = rows.read(engine, "SELECT context FROM document WHERE id = :id", id=document)
    return all_forms()[form].render(all_forms()[form].context.model_validate(context))


@pytest.mark.parametrize("form", [FORM, "V-32", "109-05"])
def test_document_is_rendered_from_its_frozen_content_and_recorded(
    engine: Engine, tmp_path: Path, form: str
) -> None:
    document = issued(engine, form=form)
    content = render_stored(engine, tmp_path, document, ALL)
    assert content == expected(engine, document, form)
    sha256, size, rendered_at = record(engine, document)
    assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert rendered_at is not None
    assert storage.load(tmp_path, str(sha256)) == content


def test_second_call_reads_the_file_and_renders_nothing(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = issued(engine)
    content = render_stored(engine, tmp_path, document, ALL)
    before = record(engine, document)
    monkeypatch.setattr(rendering, "_render", lambda _row: pytest.fail("rendered again"))
    assert render_stored(engine, tmp_path, document, ALL) == content
    assert record(engine, document) == before


def test_many_at_once_leave_one_file_and_get_the_same_bytes(engine: Engine, tmp_path: Path) -> None:
    document = issued(engine)
    start = threading.Barrier(8)

    def render() -> bytes:
        start.wait()
        return render_stored(engine, tmp_path, document, ALL)

    with ThreadPoolExecutor(8) as pool:
        contents = {future.result() for future in [pool.submit(render) for _ in range(8)]}
    assert len(contents) == 1
    assert len(files_in(tmp_path)) == 1


def test_result_that_differs_from_the_record_is_refused_and_the_record_stays(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = issued(engine)
    other = "0" * 64

    def somebody_else_was_first(_row: object) -> bytes:
        change(
            engine,
            "UPDATE document SET sha256 = %(sha)s, rendered_at = now() WHERE id = %(id)s",
            sha=other,
            id=document,
        )
        return b"mine"

    monkeypatch.setattr(rendering, "_render", somebody_else_was_first)
    with pytest.raises(RenderingError, match=f"{FORM}.*{document}.*khác với 000000000000"):
        render_stored(engine, tmp_path, document, ALL)
    assert record(engine, document)[0] == other


def test_file_missing_on_this_machine_is_rendered_again_to_the_same_bytes(
    engine: Engine, tmp_path: Path
) -> None:
    document = issued(engine)
    content = render_stored(engine, tmp_path / "one", document, ALL)
    before = record(engine, document)
    assert render_stored(engine, tmp_path / "other", document, ALL) == content
    assert record(engine, document) == before


def test_broken_content_is_named_by_document_form_and_field_and_touches_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    document = issued(engine, broken=True)
    dossiers = rows.read(engine, "SELECT * FROM dossier ORDER BY id")
    field = list(all_forms()[FORM].context.model_fields)[-1]
    with pytest.raises(RenderingError, match=rf"{FORM}.*{document}.*{field} \(missing\)") as raised:
        render_stored(engine, tmp_path, document, ALL)
    assert "Nguyễn" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert rows.read(engine, "SELECT * FROM dossier ORDER BY id") == dossiers
    assert record(engine, document) == (None, None, None)
    assert files_in(tmp_path) == []


def test_error_inside_a_form_tells_where_and_never_what(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(_sheet: object, _context: object) -> None:
        raise ValueError("Nguyễn Văn A, 001098000001")

    broken = MappingProxyType({**all_forms(), FORM: replace(all_forms()[FORM], write=write)})
    monkeypatch.setattr(rendering, "all_forms", lambda: broken)
    document = issued(engine)
    with pytest.raises(RenderingError, match=r"ValueError \(test_rendering.py:\d+\)") as raised:
        render_stored(engine, tmp_path, document, ALL)
    assert "Nguyễn" not in str(raised.value)
    monkeypatch.undo()
    assert render_stored(engine, tmp_path, document, ALL) == expected(engine, document)


def test_unknown_form_is_named(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = issued(engine)
    monkeypatch.setattr(rendering, "all_forms", dict)
    with pytest.raises(RenderingError, match=f"mẫu {FORM}, văn bản {document}: không có mẫu này"):
        render_stored(engine, tmp_path, document, ALL)


def test_altered_content_is_not_rendered(engine: Engine, tmp_path: Path) -> None:
    done = rows.act(engine, rows.dossier(engine, "HS-altered"), forms=[FORM])
    document = uuid4()
    change(
        engine,
        "INSERT INTO document (id, dossier, event, form, title, agency, year, issued_on, context, context_digest, state,"
        " verify_code) SELECT %(id)s, dossier, event, form, title, agency, year, issued_on,"
        " context || '{\"place\": \"khác\"}', context_digest, state, %(code)s FROM document WHERE id = %(old)s",
        id=document, code=uuid4().hex, old=done.documents[0],
    )  # fmt: skip
    with pytest.raises(RenderingError, match="không còn khớp"):
        render_stored(engine, tmp_path, document, ALL)


def test_erased_content_leaves_the_file_and_cannot_be_rendered_without_it(
    engine: Engine, tmp_path: Path
) -> None:
    document, never = issued(engine), issued(engine)
    content = render_stored(engine, tmp_path, document, ALL)
    for one in (document, never):
        change(engine, "UPDATE document SET context = NULL WHERE id = %(id)s", id=one)
    assert render_stored(engine, tmp_path, document, ALL) == content
    with pytest.raises(storage.FileMissingError):
        render_stored(engine, tmp_path / "other", document, ALL)
    with pytest.raises(RenderingError, match="đã được xóa"):
        render_stored(engine, tmp_path, never, ALL)


def test_many_are_rendered_as_one_is_and_a_broken_one_stops_no_other(engine: Engine, tmp_path: Path) -> None:
    good = [issued(engine, form=form) for form in (FORM, "III-03") * 8]
    done, gone, erased = issued(engine), issued(engine), issued(engine, form="V-32")
    for one, folder in ((done, tmp_path), (gone, tmp_path / "other"), (erased, tmp_path / "other")):
        render_stored(engine, folder, one, ALL)
    change(engine, "UPDATE document SET context = NULL WHERE id = %(id)s", id=erased)
    broken = issued(engine, broken=True)
    before = record(engine, done), record(engine, gone)
    flaws = render_many(engine, tmp_path, [broken, *good, done, gone, erased], ALL)
    assert set(flaws) == {broken, erased}
    assert f"mẫu {FORM}, văn bản {broken}" in str(flaws[broken])
    assert isinstance(flaws[erased], storage.FileMissingError)
    assert (record(engine, done), record(engine, gone)) == before
    assert record(engine, broken) == (None, None, None)
    for one in (*good, done, gone):
        sha256, size, rendered_at = record(engine, one)
        assert (len(storage.load(tmp_path, str(sha256))), rendered_at is not None) == (size, True)
    assert render_many(engine, tmp_path, good, ALL) == {}
    with pytest.raises(UnknownDocumentError):
        render_many(engine, tmp_path, [*good, uuid4()], ALL)


def test_many_that_others_render_at_the_same_time_are_recorded_once(engine: Engine, tmp_path: Path) -> None:
    documents = [issued(engine, form=form) for form in (FORM, "III-03", "109-05") * 5]
    start = threading.Barrier(4)

    def render(order: int) -> dict[UUID, Exception]:
        start.wait()
        return dict(render_many(engine, tmp_path, documents[::order], ALL))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(render, (1, -1, 1, -1))) == [{}] * 4
    recorded = {record(engine, one)[0] for one in documents}
    assert {path.name for path in files_in(tmp_path)} == recorded


def test_result_of_many_that_differs_from_the_record_is_a_flaw_of_its_own(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, other = issued(engine), "0" * 64

    def somebody_else_was_first(_row: object) -> bytes:
        change(
            engine,
            "UPDATE document SET sha256 = %(sha)s, rendered_at = now() WHERE id = %(id)s",
            sha=other,
            id=document,
        )
        return b"mine"

    monkeypatch.setattr(rendering, "_render", somebody_else_was_first)
    flaws = render_many(engine, tmp_path, [document], ALL)
    assert "khác với 000000000000" in str(flaws[document])
    assert record(engine, document)[0] == other


def test_hidden_and_unknown_documents_look_the_same(engine: Engine, tmp_path: Path) -> None:
    for document, scope in ((issued(engine), Scope("takv9")), (uuid4(), ALL)):
        with pytest.raises(UnknownDocumentError):
            render_stored(engine, tmp_path, document, scope)


def test_stored_file_is_closed_to_others_and_stored_once(tmp_path: Path) -> None:
    sha256 = storage.store(tmp_path / "files", b"noi dung")
    assert storage.store(tmp_path / "files", b"noi dung") == sha256 == hashlib.sha256(b"noi dung").hexdigest()
    [path] = files_in(tmp_path)
    assert path == tmp_path / "files" / sha256[:2] / sha256
    assert path.stat().st_mode & 0o077 == 0


def test_damaged_file_is_refused_by_name(tmp_path: Path) -> None:
    sha256 = storage.store(tmp_path, b"noi dung")
    (tmp_path / sha256[:2] / sha256).write_bytes(b"noi dunG")
    with pytest.raises(storage.FileDamagedError, match=sha256):
        storage.load(tmp_path, sha256)


def test_interrupted_store_leaves_no_file_under_the_final_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        storage.store(tmp_path, b"noi dung")
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "abc", "G" * 64, ""])
def test_only_a_hash_names_a_stored_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(storage.StorageError, match="SHA-256"):
        storage.load(tmp_path, name)
