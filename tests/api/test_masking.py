"""Masking: each agency is shown what its work needs in the stage the dossier is in, and its own part; in every form."""

import csv
import io
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from docx import Document
from sqlalchemy import Engine, insert, text

from flows.masking import MASK, NEEDS
from models.law.private import ALL
from models.law.schema import AgencyKind
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table
from tests.api.conftest import PASSWORD
from tests.api.road import Road
from tests.api.whole_way.doors import CHEAP

POLICE, HEALTH, COURT = "ca.cau-giay", "ttyt.cau-giay", "ta.kv4-ha-noi"
SUPERVISOR, AUDITOR = "giam-sat.ha-noi", "kiem-toan"


@pytest.fixture
def sent(road: Road) -> Road:
    """A dossier that the health facility has had, now before the court."""
    road.advance("register_file")
    return road


def read(road: Road, user: str, path: str = "") -> Any:
    answer = road.as_user(user).get(f"{road.path}{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("user", [POLICE, COURT, f"{COURT}.truong", AUDITOR])
def test_who_compiles_decides_or_audits_is_shown_everything(sent: Road, user: str) -> None:
    whole = read(sent, user)
    assert whole["masked"] == []
    assert None not in whole["facts"].values()
    assert all(one["masked"] == [] for path in ("/documents", "/papers") for one in read(sent, user, path))
    assert all(one["masked"] == [] for one in read(sent, user, "/events")["items"])


def test_a_health_facility_that_has_found_sees_its_finding_and_no_more(sent: Road) -> None:
    whole, shown = read(sent, POLICE), read(sent, HEALTH)
    assert shown["masked"] == ["family", "health"]
    assert shown["person"] == whole["person"], "an adult's name is no secret among those who had the dossier"
    for name in ("criteria", "result"):
        assert shown["facts"][name] == whole["facts"][name] is not None, name
    for name in ("background", "violation", "use_account", "proposal_reason"):
        assert name not in whole["facts"] or shown["facts"][name] is None, name
    assert shown["facts"]["background"] is None
    assert shown["facts"]["court"] == COURT, "where and when are open"
    for event in read(sent, HEALTH, "/events")["items"]:
        assert event["agency"] != HEALTH or (event["masked"] == [] and None not in event["facts"].values())
    compiled = next(one for one in read(sent, HEALTH, "/events")["items"] if "background" in one["facts"])
    assert compiled["masked"] == ["family", "health"]
    assert compiled["facts"]["background"] is None


def test_a_supervisor_sees_stages_limits_and_names_but_nothing_private(sent: Road) -> None:
    shown, whole = read(sent, SUPERVISOR), read(sent, POLICE)
    assert shown["masked"] == ["family", "health"]
    assert (shown["stage"], shown["person"]["name"]) == (whole["stage"], whole["person"]["name"])
    assert shown["facts"]["criteria"] is shown["facts"]["background"] is None
    assert len(read(sent, SUPERVISOR, "/limits")) == len(read(sent, POLICE, "/limits"))


def test_while_it_examines_the_facility_sees_health_and_no_family(road: Road) -> None:
    road.advance("admit")
    assert read(road, HEALTH)["masked"] in ([], ["family"])
    assert read(road, HEALTH)["facts"]["use_history"] is not None


def files(road: Road, user: str) -> dict[str, int]:
    """Which documents can be downloaded, by form."""
    found = {}
    for one in read(road, user, "/documents"):
        answer = road.as_user(user).get(f"/v1/documents/{one['id']}/content")
        assert (answer.status_code == 403) == bool(one["masked"]), one["form"]
        if one["masked"]:
            problem = answer.json()
            assert (problem["code"], problem["masked"]) == ("masked", one["masked"])
            assert "Đ.3.5.b" in problem["errors"][0]["citation"]
            for form in ("pdf", "signed"):
                other = road.as_user(user).get(f"/v1/documents/{one['id']}/content?format={form}")
                assert (other.status_code, other.json()["code"]) == (403, "masked")
        found[one["form"]] = answer.status_code
    return found


def test_files_that_hold_what_is_masked_are_refused_and_say_why(sent: Road) -> None:
    paper = sent.add_paper("statement").json()["id"]
    theirs, ours, over = (files(sent, user) for user in (HEALTH, POLICE, SUPERVISOR))
    assert set(ours.values()) == {200}
    assert (theirs["109-05"], theirs["V-36"]) == (200, 403)
    assert (over["109-05"], over["V-36"]) == (403, 403)
    for user, status in ((HEALTH, 403), (SUPERVISOR, 403), (COURT, 200), (POLICE, 200), (AUDITOR, 200)):
        assert sent.as_user(user).get(f"/v1/papers/{paper}/content").status_code == status, user
    [listed] = [one for one in read(sent, HEALTH, "/papers") if one["id"] == paper]
    assert listed["masked"] == ["family", "health"]


@pytest.fixture
def minors(road: Road, store: Engine) -> Road:
    """A dossier whose person was 17 when it was opened, as a health facility without a part any more and others see it."""
    road.advance("register_file")
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(
            text("UPDATE person SET data = data || :born"), {"born": '{"birth_date": "2009-02"}'}
        )
    return road


def test_who_a_minor_is_stays_hidden_from_those_who_need_not_know(minors: Road) -> None:
    for user in (HEALTH, SUPERVISOR):
        shown = read(minors, user)
        assert "minor" in shown["masked"]
        assert {shown["person"][name] for name in ("name", "birth_date", "present_residence", "phone")} == {
            MASK
        }
        assert shown["person"]["identity"] == {
            "type": "none", "number": None, "issued_on": None, "issued_by": None, "reason": MASK,
        }  # fmt: skip
        assert shown["warnings"] == []
        name = read(minors, POLICE)["person"]["name"]
        caller = minors.as_user(user)
        [line] = caller.get("/v1/dossiers").json()["items"]
        assert (line["person_name"], line["birth_date"], line["masked"]) == (MASK, MASK, ["minor"])
        [row] = csv.DictReader(io.StringIO(caller.get("/v1/dossiers", headers={"Accept": "text/csv"}).text))
        assert (row["person_name"], row["birth_date"], row["masked"]) == (MASK, MASK, "minor")
        assert caller.post("/v1/dossiers/search", json={"name": name}).json()["items"] == []
        paper = caller.get("/v1/lists/dossiers").content
        cells = [cell.text for part in Document(io.BytesIO(paper)).tables for cell in part._cells]
        assert MASK in cells
        assert name not in " ".join(cells)
        assert {one["form"] for one in read(minors, user, "/documents") if "minor" not in one["masked"]} <= {
            one["form"] for one in read(minors, user, "/documents") if one["agency"] == user
        }
    assert read(minors, COURT)["masked"] == []
    [found] = minors.as_user(POLICE).post("/v1/dossiers/search", json={"name": name}).json()["items"]
    assert found["person_name"] == name


def test_an_answer_to_an_act_is_masked_as_reading_is(road: Road) -> None:
    road.advance("issue_result")
    done = road.take("issue_result")
    assert done["dossier"]["stage"] == "police_collection"
    assert done["event"]["masked"] == []
    assert done["dossier"]["facts"]["criteria"] is not None, "its own"
    assert "use_history" not in done["dossier"]["facts"] or done["dossier"]["facts"]["use_history"] is None


def test_every_kind_of_agency_has_its_needs() -> None:
    assert NEEDS.keys() == set(AgencyKind)
    assert all(needed <= ALL for needs in NEEDS.values() for needed in needs.values())


def test_an_agency_that_only_saw_it_once_needs_nothing(sent: Road, store: Engine) -> None:
    """A dossier that passed through: seen, with nothing private in it."""
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(insert(table("dossier_agency")).values(dossier=sent.id, agency="ca.dong-thap"))
        connection.execute(insert(table("account")).values(
            id=uuid4(), username="ngoai", password_hash=CHEAP.hash(PASSWORD), full_name="Nguyễn Văn N", position="Cán bộ",
            role="head", agency="ca.dong-thap", disabled=False,
        ))  # fmt: skip
    shown: Mapping[str, Any] = read(sent, "ngoai")
    assert shown["masked"] == ["family", "health"]
    assert shown["facts"]["criteria"] is None
