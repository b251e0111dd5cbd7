"""Taking back the last act on the board: what would be as before is shown first, and why it cannot be."""

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests.api.board.test_officer import plain
from tests.api.board.visitor import Visitor
from tests.api.road import Road, unchanged

HEAD, SUPERVISOR = "ca.cau-giay.truong", "giam-sat"


def test_a_supervisor_reads_the_consequences_says_why_and_takes_it_back(
    road: Road, client: TestClient, store: Engine
) -> None:
    road.advance("admit")
    base, supervisor = f"/board/dossiers/{road.id}", Visitor.signed_in(client, SUPERVISOR)
    path = f"{base}/void-last"
    assert path in supervisor.get(base).text
    assert path not in Visitor.signed_in(client, HEAD).get(base).text
    assert Visitor.signed_in(client, HEAD).get(path).status_code == 403
    with unchanged(store):
        shown = plain(supervisor.get(path).text)
        silent = supervisor.fill(path, path, reason=" ")
    for part in (
        "Nếu hủy, hồ sơ sẽ như sau",
        "Giai đoạn Công an lập hồ sơ",
        "Văn bản bị hủy",
        "bị hủy cùng thao tác",
        "Chưa ghi gì.",
    ):
        assert part in shown, (part, shown)
    assert (silent.status_code, 'id="wrong-reason"' in silent.text) == (422, True)
    form = supervisor.hidden(path, path) | {"reason": "Chuyển nhầm cơ sở y tế"}
    done = supervisor.post(path, form)
    assert done.status_code == 303, plain(done.text)
    assert "Lý do: Chuyển nhầm cơ sở y tế" in plain(Visitor.signed_in(client, HEAD).get(base).text)
    dossier = road.as_user(HEAD).get(road.path).json()
    assert (dossier["stage"], dossier["holder"]) == ("police_collection", "ca.cau-giay")
    refused = supervisor.get(path)
    said = plain(refused.text)
    assert "Không hủy được thao tác này" in said
    assert "việc hủy một thao tác không hủy được" in said
    assert 'name="reason"' not in refused.text


def test_another_act_that_came_meanwhile_is_shown_before_it_is_taken_back(
    road: Road, client: TestClient, store: Engine
) -> None:
    road.advance("verify_residence")
    path, supervisor = f"/board/dossiers/{road.id}/void-last", Visitor.signed_in(client, SUPERVISOR)
    road.take("verify_residence")
    form = supervisor.hidden(path, path) | {"reason": "Ghi nhầm hồ sơ"}
    road.take("request_determination")
    with unchanged(store):
        late = supervisor.post(path, form)
    said = plain(late.text)
    assert (late.status_code, "Hồ sơ đã thay đổi trong lúc biểu mẫu này đang mở" in said) == (412, True)
    assert "Ghi nhầm hồ sơ" in late.text
    assert f'name="version" value="{road.version}"' in late.text
