"""The officer's pages over HTTP: along a whole road, the supplement dialogue, the print queue, the inbox, refused files."""

import re
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlalchemy import Engine, text

from api.demo.scans import pdf_page
from documents.pdf import LibreOffice
from flows.unprinted import unprinted
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.board.visitor import Visitor
from tests.api.road import Road, unchanged
from tests.api.test_bulk_asking import worked_off
from tests.programs import needs_program

POLICE, HEAD, COURT = "ca.cau-giay", "ca.cau-giay.truong", "ta.kv4-ha-noi"


def plain(html: str) -> str:
    """What a page says."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_dossier_and_forms_are_served_along_the_whole_road(road: Road, client: TestClient) -> None:
    visitors = {user: Visitor.signed_in(client, user) for user in {step.by for step in road.steps.values()}}
    for action, step in road.steps.items():
        road.advance(action)
        if action == "open":
            continue
        page, form = f"/board/dossiers/{road.id}", f"/board/dossiers/{road.id}/actions/{action}"
        shown = visitors[step.by].get(page)
        assert shown.status_code == 200, action
        unfolded = shown.text.partition("<main")[2].partition("<details")[0]
        assert f'href="{form}"' in unfolded, f"{action} is possible and not offered"
        assert len(shown.content) < 200_000
        assert visitors[step.by].get(form).status_code == 200, action


def test_why_a_date_is_what_it_is_unfolds_with_each_skipped_day(road: Road, client: TestClient) -> None:
    road.advance("record_reading")
    shown = plain(Visitor.signed_in(client, POLICE).get(f"/board/dossiers/{road.id}").text)
    for part in ("Vì sao là ngày này?", "27/08/2026 15:00", "3 ngày làm việc", "31/08/2026 : Nghỉ hoán đổi", "02/09/2026 : Quốc khánh", "05/09/2026 00:00",
                 "Luật 120/2025/QH15", "lịch phiên bản"):  # fmt: skip
        assert part in shown, part


def form_of(road: Road, action: str, **more: str) -> dict[str, str]:
    """The fields of an act as the script has them."""
    fields = dict[str, str]()

    def put(path: str, value: Any) -> None:
        match value:
            case dict():
                for name, one in value.items():
                    put(f"{path}.{name}", one)
            case []:
                fields[f"{path}.none"] = "on"
            case list():
                for number, one in enumerate(value):
                    put(f"{path}.{number}", one)
            case bool():
                fields[path] = str(value).lower()
            case _:
                fields[path] = str(value)[:16] if re.match(r"\d{4}-\d\d-\d\dT", str(value)) else str(value)

    put("facts", road.steps[action].recorded if action in road.steps else {})
    when = road.steps[action].at.isoformat()[:16] if action in road.steps else ""
    return {"occurred_at": when, "version": str(road.version)} | fields | more


def test_a_try_shows_limits_and_papers_and_writes_nothing(
    road: Road, client: TestClient, store: Engine
) -> None:
    road.advance("compile")
    visitor, path = Visitor.signed_in(client, HEAD), f"/board/dossiers/{road.id}/actions/compile"
    with unchanged(store):
        shown = visitor.fill(path, path, **form_of(road, "compile", do="try"))
    assert shown.status_code == 200
    said = plain(shown.text)
    assert "Nếu thực hiện, hồ sơ sẽ như sau" in said
    assert "Chưa ghi gì." in said
    assert "Thời hạn bắt đầu hoặc thay đổi" in said
    assert re.search(r"Văn bản sẽ ban hành .* · số \d+/.* V-36", said)
    assert 'value="24"' in shown.text, "what was typed stands there still"


def test_a_late_act_asks_for_its_reason_at_the_field(road: Road, client: TestClient) -> None:
    road.advance("compile")
    visitor, path = Visitor.signed_in(client, HEAD), f"/board/dossiers/{road.id}/actions/compile"
    late = form_of(road, "compile", do="do") | {"occurred_at": "2026-09-08T16:00"}
    refused = visitor.fill(path, path, **late)
    assert refused.status_code == 422
    assert 'id="wrong-late_reason"' in refused.text
    done = visitor.fill(path, path, **late, late_reason="đường lũ, không đến nơi được")
    assert done.status_code == 303, plain(done.text)
    assert "Lý do muộn: đường lũ, không đến nơi được" in plain(visitor.get(f"/board/dossiers/{road.id}").text)


def test_nobody_forgets_to_say_whether_a_person_is_excluded(road: Road, client: TestClient) -> None:
    road.advance("compile")
    visitor, path = Visitor.signed_in(client, HEAD), f"/board/dossiers/{road.id}/actions/compile"
    form = form_of(road, "compile", do="do")
    silent = {name: value for name, value in form.items() if name != "facts.exclusions.none"}
    unsaid = visitor.fill(path, path, **silent)
    assert (unsaid.status_code, 'id="wrong-facts.exclusions"' in unsaid.text) == (422, True)
    both = visitor.fill(path, path, **form, **{"facts.exclusions.pregnant": "on"})
    assert (both.status_code, 'id="wrong-facts.exclusions"' in both.text) == (422, True)
    assert visitor.fill(path, path, **form).status_code == 303


def test_a_returned_file_is_answered_gap_by_gap(road: Road, client: TestClient) -> None:
    road.advance("accept")
    gaps = ["Thiếu chữ ký người chứng kiến", "Thiếu bản sao phiếu kết quả"]
    road.take("return_incomplete", by="ta.kv4-ha-noi.truong", at="2026-09-08T08:00:00+07:00", gaps=gaps)
    visitor, path = Visitor.signed_in(client, POLICE), f"/board/dossiers/{road.id}/actions/supplement"
    assert road.id in visitor.get("/board/work?which=returned").text
    shown = visitor.get(path).text
    assert all(gap in shown for gap in gaps)
    answers = {"answers.0": "đã ký bổ sung", "answers.1": "đã thêm, bút lục 25"}
    half = visitor.fill(
        path,
        path,
        **form_of(road, "supplement", occurred_at="2026-09-09T08:00", do="do")
        | {"answers.0": "đã ký bổ sung"},
    )
    assert (half.status_code, 'id="wrong-answers.1"' in half.text) == (422, True)
    done = visitor.fill(
        path, path, **form_of(road, "supplement", occurred_at="2026-09-09T08:00", do="do") | answers
    )
    assert done.status_code == 303, plain(done.text)
    assert f"{gaps[1]}: đã thêm, bút lục 25" in plain(visitor.get(f"/board/dossiers/{road.id}").text)


def test_what_is_issued_is_printed_once(road: Road, client: TestClient, store: Engine) -> None:
    road.advance("request_determination")
    visitor = Visitor.signed_in(client, POLICE)
    with unit_of_work(store, Scope(POLICE)) as connection:
        waiting = unprinted(connection, 200)
    assert waiting
    shown = visitor.get("/board/print").text
    assert all(f"pick.{one.id}" in shown for one in waiting)
    nothing = visitor.fill("/board/print", "/board/print")
    assert (nothing.status_code, "Chưa chọn văn bản nào" in nothing.text) == (422, True)
    first, *rest = waiting
    assert visitor.fill("/board/print", "/board/print", **{f"pick.{first.id}": "on"}).status_code == 303
    shown = visitor.get("/board/print").text
    assert f"pick.{first.id}" not in shown
    assert all(f"pick.{one.id}" in shown for one in rest)
    assert "Đang chờ" in shown
    stranger = Visitor.signed_in(client, "ca.nha-trang.truong").get("/board/print").text
    assert not any(str(one.id) in stranger for one in waiting)


def test_what_was_chosen_comes_as_one_file(
    road: Road, client: TestClient, store: Engine, database: Settings, tmp_path: Path
) -> None:
    road.open()
    visitor = Visitor.signed_in(client, POLICE)
    [(chosen, title), *left] = re.findall(
        r'name="pick\.([0-9a-f-]{36})" value="on"><span class="hidden">([^<]*?) [\w-]+</span>',
        visitor.get("/board/print").text,
    )
    assert left
    led = visitor.fill("/board/print", "/board/print", **{f"pick.{chosen}": "on"})
    task = led.headers["location"].rpartition("#task-")[2]
    waiting = visitor.get("/board/print").text
    assert ("data-refresh" in waiting, f"/board/print/{task}/output" in waiting) == (True, False)
    assert visitor.get(f"/board/print/{task}/output").status_code == 404
    office = LibreOffice(tmp_path / "office", Path(needs_program("soffice")))
    assert worked_off(store, database, task, office) == [0, 1]
    done = visitor.get("/board/print").text
    assert ("data-refresh" in done, f"/board/print/{task}/output" in done, "1/1 hồ sơ" in plain(done)) == (
        False, True, True,
    )  # fmt: skip
    bound = PdfReader(BytesIO(visitor.get(f"/board/print/{task}/output").content))
    alone = PdfReader(BytesIO(visitor.get(f"/board/documents/{chosen}/content?format=pdf").content))
    assert [page.extract_text() for page in bound.pages] == [page.extract_text() for page in alone.pages]
    said = "".join(bound.pages[0].extract_text().split()).lower()
    assert "".join(title.split()[:3]).lower() in said
    stranger = Visitor.signed_in(client, "ca.nha-trang.truong")
    assert stranger.get(f"/board/print/{task}/output").status_code == 404


def test_a_failed_print_is_not_a_print(road: Road, client: TestClient, store: Engine) -> None:
    road.open()
    visitor = Visitor.signed_in(client, POLICE)
    [first, *_] = re.findall(r'name="pick\.([0-9a-f-]{36})"', visitor.get("/board/print").text)
    visitor.fill("/board/print", "/board/print", **{f"pick.{first}": "on"})
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(text("UPDATE bulk_task SET state = 'failed', finished_at = now()"))
    assert f"pick.{first}" in visitor.get("/board/print").text


def test_the_inbox_tells_what_is_new_until_it_is_read(road: Road, client: TestClient, store: Engine) -> None:
    road.open()
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(text("""INSERT INTO notice (id, kind, audience, agency, dossier, key, facts, created_at)
            SELECT gen_random_uuid(), 'job_parked', 'agency', :agency, id, 'k', '{"job": 7, "stage": "execution", "acts": 1}', now() FROM dossier"""), {"agency": POLICE})  # fmt: skip
    visitor = Visitor.signed_in(client, POLICE)
    shown = visitor.get("/board/inbox").text
    assert "1 thông báo chưa đọc" in plain(shown)
    assert visitor.fill("/board/inbox", "/board/inbox").status_code == 303
    assert "0 thông báo chưa đọc" in plain(visitor.get("/board/inbox").text)
    assert 'class="unread"' not in visitor.get("/board/inbox").text


@pytest.mark.parametrize(
    ("content", "status", "why"),
    [(b"", 422, "chưa chọn tệp"), (b"MZ\x90", 415, "Chỉ nhận tệp"), (b"%PDF-1.4" + b"0" * 20_000_001, 413, "lớn quá 20 MB")],
)  # fmt: skip
def test_a_file_that_is_refused_keeps_what_was_typed(
    road: Road, client: TestClient, store: Engine, content: bytes, status: int, why: str
) -> None:
    road.open()
    visitor, path = Visitor.signed_in(client, POLICE), f"/board/dossiers/{road.id}/papers"
    form = {"kind": "other", "title": "Đơn của gia đình", "received_on": "2026-08-20", "sheets": "2"}
    with unchanged(store):
        refused = visitor.post(path, visitor.hidden(path, path) | form, files={"file": ("a.pdf", content)})
    assert (refused.status_code, why in plain(refused.text)) == (status, True), plain(refused.text)
    assert "Đơn của gia đình" in refused.text
    taken = visitor.post(
        path, visitor.hidden(path, path) | form, files={"file": ("đơn.pdf", pdf_page("đơn"))}
    )
    assert taken.status_code == 303, plain(taken.text)
    shown = visitor.get(f"/board/dossiers/{road.id}").text
    [content_path] = set(re.findall(r"/board/papers/[0-9a-f-]{36}/content", shown))
    served = visitor.get(content_path)
    assert (served.content, served.headers["x-frame-options"]) == (pdf_page("đơn"), "SAMEORIGIN")
    assert served.headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("number", "typed", "told"),
    [("001 098.000-001", "20/05/1998", "Khớp"), ("001198000001", "1998", "giới tính trong số định danh không khớp"),
     ("001095000001", "05/1998", "năm sinh trong số định danh không khớp")],
)  # fmt: skip
def test_what_a_number_says_is_held_against_what_was_typed(
    road: Road, client: TestClient, number: str, typed: str, told: str
) -> None:
    earlier = road.open().json()["dossier"]["number"]
    visitor, path = Visitor.signed_in(client, POLICE), f"/board/new/{uuid4()}"
    person = {
        "identity.type": "personal_number", "identity.number": number, "name": "Nguyễn Văn A", "sex": "male", "birth_date": typed,
        "present_residence": "số 1 phố Ví Dụ",
    }  # fmt: skip
    answer = visitor.fill(path, path, **person)
    assert answer.status_code == 303, plain(answer.text)
    shown = plain(visitor.get(f"{path}/check").text)
    assert told in shown
    assert earlier in shown, "an earlier dossier of that number, or that name and year"
    wrong = visitor.fill(path, path, **person | {"identity.number": "12 34"})
    assert (wrong.status_code, "số định danh phải có đúng 12 chữ số" in wrong.text) == (422, True)


def test_masked_facts_say_that_they_are(road: Road, client: TestClient, store: Engine) -> None:
    road.advance("notify_result")
    shown = Visitor.signed_in(client, "giam-sat").get(f"/board/dossiers/{road.id}")
    assert "được che: sức khỏe, tình trạng nghiện" in plain(shown.text)
    assert "Methamphetamine" not in shown.text
    assert "Methamphetamine" in Visitor.signed_in(client, POLICE).get(f"/board/dossiers/{road.id}").text
