"""A write asked for twice with one key is done once, also when the two come at the same time or the first one dies."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.demo.scans import pdf_page
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.road import Road, at_once, unchanged

POLICE = "ca.cau-giay"


def keyed(key: str = "k-1", **headers: str) -> dict[str, str]:
    return {"Idempotency-Key": key, **headers}


def counted(store: Engine, table: str) -> int:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - names of our own


def test_opening_twice_with_one_key_opens_one_dossier(road: Road) -> None:
    caller, body = road.as_user(POLICE), road.opening()
    first = caller.post("/v1/dossiers", json=body, headers=keyed())
    assert first.status_code == 201
    assert "idempotency-replayed" not in first.headers
    with unchanged(road.store):
        again = caller.post("/v1/dossiers", json=body, headers=keyed())
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert [again.headers[name] for name in ("location", "etag")] == [
        first.headers[name] for name in ("location", "etag")
    ]


def test_without_a_key_two_openings_are_two_dossiers(road: Road) -> None:
    road.open()
    road.open()
    assert counted(road.store, "dossier") == 2


def test_a_repeated_act_gets_the_first_answer_although_its_version_is_stale(road: Road) -> None:
    road.open()
    first = road.ask("verify_residence", headers=keyed())
    assert first.status_code == 200
    with unchanged(road.store):
        again = road.ask("verify_residence", headers=keyed())
    assert again.status_code == 200
    assert again.json() == first.json()
    assert again.headers["etag"] == first.headers["etag"] == '"2"'
    assert again.headers["idempotency-replayed"] == "true"


def test_one_key_for_two_requests_is_a_conflict(road: Road) -> None:
    road.open()
    assert road.ask("verify_residence", headers=keyed()).status_code == 200
    for send in (
        lambda headers: road.ask("verify_residence", residence_basis="khác", headers=keyed(**headers)),
        lambda headers: road.ask("request_determination", by="ca.cau-giay", headers=keyed(**headers)),
        lambda headers: road.as_user(POLICE).post(
            "/v1/dossiers", json=road.opening(), headers=keyed(**headers)
        ),
    ):
        road.refused(send, 409, "idempotency_conflict", field="Idempotency-Key")


def test_keys_belong_to_an_account(road: Road) -> None:
    for user in (POLICE, "ca.cau-giay.truong"):
        answer = road.as_user(user).post("/v1/dossiers", json=road.opening(), headers=keyed())
        assert answer.status_code == 201
        assert "idempotency-replayed" not in answer.headers
    assert counted(road.store, "dossier") == 2


def test_a_refused_request_does_not_use_up_its_key(road: Road) -> None:
    road.open()
    with unchanged(road.store):
        assert road.ask("request_determination", headers=keyed()).status_code == 409
    road.take("verify_residence")
    answer = road.ask("request_determination", headers=keyed())
    assert answer.status_code == 200
    assert "idempotency-replayed" not in answer.headers


def test_the_same_request_at_the_same_time_is_done_once(road: Road) -> None:
    caller, body = road.as_user(POLICE), road.opening()
    caller.get("/v1/dossiers")  # signs in
    answers = at_once(6, lambda: caller.post("/v1/dossiers", json=body, headers=keyed()))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json()["dossier"]["id"] for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 5
    assert counted(road.store, "dossier") == 1


def test_an_act_that_dies_before_its_answer_is_kept_has_not_happened(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    road.open()
    with monkeypatch.context() as broken, unchanged(road.store):
        broken.setattr("api.actions.act_of", _dies)
        answer = road.ask("verify_residence", headers=keyed())
        assert answer.status_code == 500
    again = road.ask("verify_residence", headers=keyed())
    assert again.status_code == 200
    assert "idempotency-replayed" not in again.headers


def _dies(*_: Any) -> Any:
    raise RuntimeError("Nguyễn Văn A 001098000001")


def test_a_paper_sent_twice_with_one_key_is_added_once(road: Road) -> None:
    road.open()
    file = {"file": ("a.pdf", pdf_page("a"), "application/pdf")}
    data = {"kind": "other", "title": "Đơn", "received_on": "2026-08-20", "sheets": "2"}
    first, again = (
        road.as_user(POLICE).post(f"{road.path}/papers", data=data, files=file, headers=keyed())
        for _ in range(2)
    )
    assert first.status_code == again.status_code == 201, first.text
    assert again.json() == first.json()
    assert counted(road.store, "paper") == 1
    other = {"file": ("a.pdf", pdf_page("b"), "application/pdf")}
    conflict = road.as_user(POLICE).post(f"{road.path}/papers", data=data, files=other, headers=keyed())
    assert conflict.json()["errors"][0]["code"] == "idempotency_conflict"


def test_a_dry_run_keeps_no_key(road: Road, client: TestClient) -> None:
    road.open()
    with unchanged(road.store):
        assert road.ask("verify_residence", query="?dry_run=true", headers=keyed()).status_code == 200
    assert road.ask("verify_residence", headers=keyed()).status_code == 200


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_has_a_length(road: Road, key: str) -> None:
    answer = road.as_user(POLICE).post("/v1/dossiers", json=road.opening(), headers=keyed(key))
    assert answer.status_code == 422
