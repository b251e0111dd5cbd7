"""Administration on the board: accounts, agencies, webhooks, jobs and the audit log, for those whom the policy lets."""

import re
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from models.store import SYSTEM, Scope, unit_of_work
from tests.api.board.test_officer import plain
from tests.api.board.visitor import Visitor, account_of, filled
from tests.api.road import Road, unchanged
from tests.api.test_traces import entries

ADMINISTRATOR, HEAD, OFFICER, SUPERVISOR = "quan-tri", "ca.cau-giay.truong", "ca.cau-giay", "giam-sat"
USERS, AGENCIES, WEBHOOKS, AUDIT = (
    f"/board/admin/{noun}" for noun in ("users", "agencies", "webhooks", "audit")
)
NEW = {
    "username": "ca.cau-giay.moi", "full_name": "Nguyễn Văn Ất", "position": "Cán bộ", "role": "officer",
    "agency": "ca.cau-giay", "service": "false",
}  # fmt: skip
SECRET = re.compile(r'<code class="secret">([^<]+)</code>')


@pytest.fixture
def administrator(client: TestClient) -> Visitor:
    return Visitor.signed_in(client, ADMINISTRATOR)


def made(administrator: Visitor, **changes: str) -> str:
    """The page of an account that was just made."""
    answer = administrator.fill(f"{USERS}/new", f"{USERS}/new", **NEW | changes)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_new_account_shows_its_password_until_it_is_written_down_and_lets_its_owner_in(
    administrator: Visitor, client: TestClient
) -> None:
    form = administrator.hidden(f"{USERS}/new", f"{USERS}/new") | NEW
    first, again = administrator.post(f"{USERS}/new", form), administrator.post(f"{USERS}/new", form)
    page = first.headers["location"]
    assert (first.status_code, again.headers["location"]) == (303, page), "a double click makes one account"
    [password] = SECRET.findall(administrator.get(page).text)
    assert password not in str(administrator.cookies), "sealed in the browser"
    assert not SECRET.findall(administrator.get(f"{USERS}/{account_of(client, OFFICER)}").text)
    other = Visitor.signed_in(client, ADMINISTRATOR)
    assert not SECRET.findall(other.get(page).text)
    administrator.fill(page, "/board/admin/secret/kept")
    assert not SECRET.findall(administrator.get(page).text)
    person = Visitor(client)
    person.fill("/board/sign-in", "/board/sign-in", username=NEW["username"], password=password)
    assert person.get("/board/work").headers["location"] == "/board/password"


def test_what_is_wrong_with_an_account_is_said_at_its_field_and_the_rest_stays(
    administrator: Visitor,
) -> None:
    answer = administrator.fill(
        f"{USERS}/new", f"{USERS}/new", **NEW | {"username": OFFICER, "full_name": ""}
    )
    assert answer.status_code == 422
    assert 'id="wrong-full_name"' in answer.text
    taken = administrator.fill(f"{USERS}/new", f"{USERS}/new", **NEW | {"username": OFFICER})
    assert (taken.status_code, "Tên đăng nhập đã có" in taken.text) == (409, True)
    assert 'value="Nguyễn Văn Ất"' in taken.text


def test_an_account_is_changed_locked_and_given_another_password(
    administrator: Visitor, client: TestClient, store: Engine
) -> None:
    page = made(administrator)
    theirs = Visitor.signed_in(client, NEW["username"])
    form = administrator.hidden(f"{page}/change", f"{page}/change")
    typed = NEW | {"position": "Phó trưởng phòng", "email": "moi@co-quan.example"}
    assert administrator.post(f"{page}/change", form | typed).headers["location"] == page
    assert "Phó trưởng phòng" in administrator.get(page).text
    [entry] = entries(store, f"POST {USERS}/{{user_id}}/change")
    assert (entry["role"], entry["objects"]) == ("administrator", [f"user:{page.rpartition('/')[2]}"])
    late = administrator.post(f"{page}/change", form | {"_key": "khac", "position": "Cán bộ"} | NEW)
    assert (late.status_code, "người khác sửa trong lúc này" in late.text) == (409, True)
    assert administrator.fill(page, f"{page}/disable").headers["location"] == page
    assert "Đã khóa" in administrator.get(page).text
    assert theirs.get("/board/password").headers["location"].startswith("/board/sign-in"), "out at once"
    administrator.fill(page, f"{page}/enable")
    administrator.fill(page, "/board/admin/secret/kept")
    administrator.fill(page, f"{page}/password")
    assert SECRET.findall(administrator.get(page).text)


def test_of_two_who_change_an_account_the_second_reads_which_lines_and_undoes_nothing(
    administrator: Visitor,
) -> None:
    page = made(administrator)
    path = f"{page}/change"
    form = administrator.hidden(path, path)
    typed = {name: NEW[name] for name in ("full_name", "position", "role", "agency")}
    first = form | typed | {"role": "head", "email": "moi@co-quan.example"}
    assert administrator.post(path, first | {"_key": "mot"}).status_code == 303
    mine = form | typed | {"_key": "hai", "position": "Đội trưởng"}
    late = administrator.post(path, mine)
    said = plain(late.text)
    assert late.status_code == 409, said
    for part in (
        "“Vai trò của tài khoản” đã được người khác sửa trong lúc này, hiện là: Người đứng đầu",
        "hiện là: moi@co-quan.example",
    ):
        assert part in said, (part, said)
    assert said.count("đã được người khác sửa") == 4, "these two alone, at the head and at their fields"
    shown = filled(late.text, path)
    assert (shown["position"], shown["role"], shown["email"]) == ("Đội trưởng", "head", "moi@co-quan.example")
    assert administrator.post(path, shown).status_code == 303
    now = plain(administrator.get(page).text)
    assert "Đội trưởng" in now
    assert "Người đứng đầu" in now


def test_a_draft_of_an_account_that_changed_meanwhile_says_so(administrator: Visitor) -> None:
    page = made(administrator)
    path, user = f"{page}/change", page.rpartition("/")[2]
    draft = filled(administrator.get(path).text, path) | {"position": "viết dở"}
    assert administrator.post(f"/board/drafts/user.{user}", draft).status_code == 204
    other = filled(administrator.get(path).text, path)
    assert other["position"] == "viết dở"
    administrator.post(
        path, other | {"_draft": "", "position": NEW["position"], "full_name": "Nguyễn Văn Giáp"}
    )
    administrator.post(f"/board/drafts/user.{user}", draft)
    again = administrator.get(path)
    assert "hiện là: Nguyễn Văn Giáp" in plain(again.text)
    assert filled(again.text, path)["position"] == "viết dở"


def test_of_two_who_change_an_agency_the_second_reads_which_lines(administrator: Visitor) -> None:
    path = f"{AGENCIES}/ca.cau-giay/change"
    form = filled(administrator.get(path).text, path)
    other = form | {"_key": "mot", "head_name": "Nguyễn Văn Giáp"}
    assert administrator.post(path, other).status_code == 303
    late = administrator.post(path, form | {"_key": "hai", "address": "số 9 phố Đúng"})
    assert late.status_code == 409
    assert "hiện là: Nguyễn Văn Giáp" in plain(late.text)
    shown = filled(late.text, path)
    assert (shown["head_name"], shown["address"]) == ("Nguyễn Văn Giáp", "số 9 phố Đúng")
    assert administrator.post(path, shown).status_code == 303
    end = f"{AGENCIES}/ca.cau-giay/end"
    ending = filled(administrator.get(end).text, end) | {"valid_to": "2027-01-31", "successor": "ca.ha-noi"}
    assert administrator.post(end, ending | {"_key": "ba"}).status_code == 303
    stale = administrator.post(end, ending | {"_key": "bon", "valid_to": "2027-02-28"})
    assert (stale.status_code, "hiện là: 31/01/2027" in plain(stale.text)) == (409, True)


def test_nobody_locks_themselves_and_the_refusal_is_shown(administrator: Visitor, client: TestClient) -> None:
    mine = f"{USERS}/{account_of(client, ADMINISTRATOR)}"
    form = administrator.hidden(mine, f"{mine}/password")
    answer = administrator.post(f"{mine}/disable", form)
    assert (answer.status_code, "Không ai tự đổi" in answer.text) == (403, True)
    assert f"{mine}/disable" not in administrator.get(mine).text


def test_a_program_has_secrets_and_scopes(administrator: Visitor, client: TestClient) -> None:
    page = made(administrator, username="phan-mem.mot", service="true", **{"scopes.dossiers:read": "on"})
    assert "Đọc hồ sơ" in administrator.get(page).text
    secrets = set()
    for _ in range(2):
        administrator.fill(page, f"{page}/secrets")
        secrets |= set(SECRET.findall(administrator.get(page).text))
    assert len(secrets) == 2
    refused = administrator.fill(page, f"{page}/secrets")
    assert (refused.status_code, "Đã có hai khóa" in refused.text) == (409, True)
    asked = {"grant_type": "client_credentials", "client_id": "phan-mem.mot", "client_secret": secrets.pop()}
    assert client.post("/v1/auth/token", data=asked).status_code == 200
    ends = re.findall(rf'action="({page}/secrets/[^"]+/end)"', administrator.get(page).text)
    for one in ends:
        administrator.fill(page, one)
    assert client.post("/v1/auth/token", data=asked).status_code == 401


def test_accounts_are_found_by_name_without_diacritics_and_the_name_stands_in_no_address(
    administrator: Visitor, client: TestClient
) -> None:
    made(administrator)
    found = administrator.fill(USERS, f"{USERS}/search", text="nguyen van at")
    assert NEW["username"] in found.text
    assert "giam-sat" not in re.sub(r"<header class=\"top\">.*?</header>", "", found.text, flags=re.DOTALL)
    nothing = administrator.fill(USERS, f"{USERS}/search", text="không ai")
    assert "Không có tài khoản nào như vậy." in nothing.text
    mine = Visitor.signed_in(client, HEAD).fill(USERS, f"{USERS}/search", text="giam-sat")
    assert "Không có tài khoản nào như vậy." in mine.text, "a head searches the own agency"


def test_a_head_sees_the_own_accounts_and_changes_none(client: TestClient, store: Engine) -> None:
    head, officer = Visitor.signed_in(client, HEAD), account_of(client, OFFICER)
    page = head.get(f"{USERS}/{officer}").text
    assert OFFICER in page
    assert f"{USERS}/{officer}/" not in page
    assert head.get(f"{USERS}/{account_of(client, SUPERVISOR)}").status_code == 404
    form = head.hidden(USERS, f"{USERS}/search")
    with unchanged(store):
        for path in ("new", f"{officer}/disable", f"{officer}/password", f"{officer}/change"):
            assert head.post(f"{USERS}/{path}", form).status_code == 403, path


def test_administration_leads_everyone_to_their_own_pages(client: TestClient) -> None:
    for user, first in (
        (ADMINISTRATOR, USERS),
        (HEAD, USERS),
        (SUPERVISOR, "/board/admin/jobs"),
        ("kiem-toan", AUDIT),
    ):
        visitor = Visitor.signed_in(client, user)
        assert visitor.get("/board/admin").headers["location"] == first
        assert visitor.get(first).status_code == 200
    officer = Visitor.signed_in(client, OFFICER)
    assert officer.get("/board/admin").status_code == 404
    for path in (USERS, AGENCIES, WEBHOOKS, AUDIT, "/board/admin/jobs"):
        assert officer.get(path).status_code == 403, path
    assert "/board/admin" not in officer.get("/board/work").text


def test_an_agency_is_added_changed_and_ended_with_its_successor(administrator: Visitor) -> None:
    new = {
        "code": "ca.moi", "kind": "commune_police", "name": "Công an phường Mới", "symbol": "CAPM", "place": "Hà Nội",
        "address": "Số 1, phường Mới", "commune": "phường Mới", "province": "Hà Nội", "territory": "vn/ha-noi/moi",
        "head_name": "Nguyễn Văn A", "head_position": "Trưởng Công an phường", "valid_from": "2026-07-01",
    }  # fmt: skip
    page = f"{AGENCIES}/ca.moi"
    wrong = administrator.fill(f"{AGENCIES}/new", f"{AGENCIES}/new", **new | {"territory": "Hà Nội"})
    assert (wrong.status_code, 'id="wrong-territory"' in wrong.text) == (422, True)
    assert administrator.fill(f"{AGENCIES}/new", f"{AGENCIES}/new", **new).headers["location"] == page
    changed = {name: value for name, value in new.items() if name not in {"code", "kind"}} | {
        "head_name": "Trần Thị B"
    }
    assert administrator.fill(f"{page}/change", f"{page}/change", **changed).headers["location"] == page
    assert "Trần Thị B" in administrator.get(page).text
    alone = administrator.fill(f"{page}/end", f"{page}/end", valid_to="2026-12-31")
    assert (alone.status_code, 'id="wrong-successor"' in alone.text) == (422, True)
    ended = administrator.fill(f"{page}/end", f"{page}/end", valid_to="2026-12-31", successor="ca.cau-giay")
    assert ended.headers["location"] == page
    assert "31/12/2026" in administrator.get(page).text
    administrator.fill(f"{page}/end", f"{page}/end", valid_to="", successor="")
    assert "31/12/2026" not in administrator.get(page).text
    assert "ca.moi" in administrator.get(f"{AGENCIES}?territory=vn/ha-noi/moi").text


def test_a_webhook_is_kept_with_its_secret_shown_once(client: TestClient) -> None:
    head = Visitor.signed_in(client, HEAD)
    form = f"{WEBHOOKS}/new"
    inside = head.fill(form, form, url="https://127.0.0.1/x", **{"kinds.0": "limit_"})
    assert (inside.status_code, 'id="wrong-url"' in inside.text) == (422, True)
    page = head.fill(form, form, url="https://8.8.8.8/hook", **{"kinds.0": "limit_"}).headers["location"]
    [first] = SECRET.findall(head.get(page).text)
    assert first.startswith("whsec_")
    head.fill(page, f"{page}/secret", end_old="on")
    [second] = SECRET.findall(head.get(page).text)
    assert first != second
    head.fill(page, f"{page}/test")
    assert "Thử webhook webhook_test" in plain(head.get(page).text)
    assert "Một thời hạn sắp hết; " in plain(head.get(page).text), "what the kinds that it wants are about"
    head.fill(f"{page}/change", f"{page}/change", url="https://8.8.4.4/hook", **{"kinds.0": ""})
    shown = head.get(page).text
    assert "https://8.8.4.4/hook" in shown
    assert "mọi loại" in shown
    again = head.fill(page, f"{page}/replay", since="2026-08-01T00:00")
    assert again.headers["location"] == page
    head.fill(page, f"{page}/disable")
    assert "Đã tắt" in head.get(page).text
    refused = head.post(f"{page}/test", head.hidden(page, f"{page}/enable"))
    assert (refused.status_code, "hãy bật lại trước" in refused.text) == (409, True)
    head.fill(page, f"{page}/enable")
    assert "Đang bật" in head.get(page).text
    stranger = Visitor.signed_in(client, "ca.nha-trang.truong")
    assert stranger.get(page).status_code == 404
    assert page in Visitor.signed_in(client, ADMINISTRATOR).get(WEBHOOKS).text


def test_of_two_who_change_a_webhook_the_second_reads_which_lines_and_keeps_what_was_typed(
    client: TestClient,
) -> None:
    head, administrator = (Visitor.signed_in(client, user) for user in (HEAD, ADMINISTRATOR))
    new = f"{WEBHOOKS}/new"
    page = head.fill(new, new, url="https://8.8.8.8/hook", **{"kinds.0": "limit_"}).headers["location"]
    path = f"{page}/change"
    mine = filled(head.get(path).text, path) | {"url": "https://8.8.4.4/cua-toi"}
    assert mine["kinds.0"] == "limit_"
    administrator.fill(path, path, url="https://8.8.8.8/hook", **{"kinds.0": "handed_over"})
    inside = head.post(path, mine | {"_key": "trong", "url": "https://127.0.0.1/x"})
    late = head.post(path, mine)
    for answer, url in ((inside, "https://127.0.0.1/x"), (late, mine["url"])):
        said = plain(answer.text)
        assert answer.status_code == 409, said
        assert "người khác sửa trong lúc này, hiện là: handed_over" in said
        assert "chỗ đã nhập vẫn giữ nguyên" in said
        shown = filled(answer.text, path)
        assert (shown["url"], shown["kinds.0"]) == (url, "handed_over")
    wrong = head.post(path, filled(inside.text, path))
    assert (wrong.status_code, 'id="wrong-url"' in wrong.text) == (422, True)
    assert "8.8.4.4" not in head.get(page).text, "nothing was saved so far"
    again = filled(late.text, path)
    assert [head.post(path, again).headers["location"] for _ in range(2)] == [page] * 2, (
        "a double click is led on"
    )
    kept = plain(head.get(page).text)
    assert "https://8.8.4.4/cua-toi" in kept
    assert "handed_over" in kept
    emptied = head.post(path, filled(head.get(path).text, path) | {"url": ""})
    assert (emptied.status_code, 'id="wrong-url"' in emptied.text) == (422, True)


def test_a_job_that_was_given_up_is_let_run_again(road: Road, client: TestClient, store: Engine) -> None:
    road.open()
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        parked = (
            "UPDATE job SET state = 'parked', attempts = 8, error = 'III-01: RenderingError' RETURNING id"
        )
        number = connection.execute(text(parked)).scalar_one()
    administrator = Visitor.signed_in(client, ADMINISTRATOR)
    html = administrator.get("/board/admin/jobs").text
    assert "III-01: RenderingError" in html
    dossier = road.as_user(OFFICER).get(road.path).json()["number"]
    assert dossier not in html
    assert dossier in Visitor.signed_in(client, SUPERVISOR).get("/board/admin/jobs").text
    again = f"/board/admin/jobs/{number}/retry"
    form = administrator.hidden("/board/admin/jobs", again)
    assert administrator.post(again, form).headers["location"] == "/board/admin/jobs"
    assert f"Việc số {number} sẽ chạy lại." in administrator.get("/board/admin/jobs").text
    refused = administrator.post(again, form | {"_key": "khac"})
    assert (refused.status_code, "không ở tình trạng đã dừng" in refused.text) == (409, True)


def test_the_log_is_looked_up_by_names_that_become_ids(road: Road, client: TestClient, store: Engine) -> None:
    road.open()
    number = road.as_user(OFFICER).get(road.path).json()["number"]
    supervisor = Visitor.signed_in(client, SUPERVISOR)
    asked = {"username": OFFICER, "number": number, "from": "2026-01-01T00:00"}
    led = supervisor.fill(AUDIT, AUDIT, **asked)
    account = account_of(client, OFFICER)
    assert f"account={account}&dossier={road.id}&from=2026" in led.headers["location"]
    assert OFFICER not in led.headers["location"]
    html = supervisor.get(led.headers["location"]).text
    rows = re.findall(r'<tr id="entry-\d+">.*?</tr>', html, re.DOTALL)
    assert rows
    assert all(OFFICER in row and f"/board/dossiers/{road.id}" in row for row in rows)
    assert all("Đã làm xong" in row for row in rows)
    assert f'value="{number}"' in html
    shown = [one for one in entries(store, f"GET {AUDIT}") if UUID(road.id) in one["dossiers"]]
    assert shown, "reading the log about a dossier is itself in the log"
    unknown = supervisor.fill(AUDIT, AUDIT, username="khong-co-ai", number="000/0000")
    assert unknown.status_code == 422
    assert all(f'id="wrong-{name}"' in unknown.text for name in ("username", "number"))


def test_an_administrator_reads_sign_ins_alone_and_asks_for_no_dossier(
    road: Road, client: TestClient
) -> None:
    road.open()
    administrator = Visitor.signed_in(client, ADMINISTRATOR)
    html = administrator.get(AUDIT).text
    assert 'name="number"' not in html
    assert road.id not in html
    assert "/v1/dossiers" not in html
    head = Visitor.signed_in(client, "ca.nha-trang.truong")
    assert "Nhật ký truy cập" in head.get(AUDIT).text
    assert OFFICER not in head.get(AUDIT).text


def test_the_log_is_verified_on_screen(road: Road, client: TestClient) -> None:
    road.open()
    supervisor = Visitor.signed_in(client, SUPERVISOR)
    answer = supervisor.fill(AUDIT, f"{AUDIT}/verify")
    assert (answer.status_code, "Nhật ký còn nguyên vẹn." in answer.text) == (200, True)
    head = Visitor.signed_in(client, HEAD)
    assert f"{AUDIT}/verify" not in head.get(AUDIT).text
    assert head.post(f"{AUDIT}/verify", head.hidden(AUDIT, AUDIT)).status_code == 403


def test_ones_own_address_and_sessions(client: TestClient) -> None:
    here, elsewhere = Visitor.signed_in(client, HEAD), Visitor.signed_in(client, HEAD)
    here.fill("/board/me", "/board/me/email", email="truong@co-quan.example")
    here.fill("/board/me", "/board/me/agency-email", email="hop-thu@co-quan.example")
    html = here.get("/board/me").text
    assert 'value="truong@co-quan.example"' in html
    assert 'value="hop-thu@co-quan.example"' in html
    wrong = here.fill("/board/me", "/board/me/agency-email", email="không phải")
    assert (wrong.status_code, 'id="wrong-agency_email"' in wrong.text) == (422, True)
    [end] = re.findall(r'action="(/board/me/sessions/[0-9a-f-]+/end)"', html)
    here.fill("/board/me", end)
    assert elsewhere.get("/board/me").headers["location"].startswith("/board/sign-in")
    third = Visitor.signed_in(client, HEAD)
    here.fill("/board/me", "/board/me/sessions/end")
    assert third.get("/board/me").status_code == 303
    assert here.get("/board/me").status_code == 200
    officer = Visitor.signed_in(client, OFFICER)
    assert "/board/me/agency-email" not in officer.get("/board/me").text
    assert (
        officer.post("/board/me/agency-email", officer.hidden("/board/me", "/board/me/email")).status_code
        == 403
    )
