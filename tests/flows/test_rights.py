"""The matrix of rights: role × action × stage × kind of agency, held to a table that people read, and to the engine."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from flows import masking, policy
from flows.books import book as book_of
from flows.eligibility import order_needs, rights_needs
from flows.engine import Facts
from flows.state import Agencies, load
from flows.view import View
from models.law.loader import codes, load_book
from models.law.private import Private
from models.law.schema import Action, AgencyKind, Stage
from models.store import unit_of_work
from tests.flows import rights
from tests.flows.road_2026 import FREE, Road
from tests.flows.road_agencies import EVERYTHING, KINDS

EXPECTED = rights.FILE.read_text(encoding="utf-8").splitlines()
SEPT = datetime(2026, 9, 20, tzinfo=UTC)


def test_rights_are_those_of_the_table() -> None:
    assert list(rights.table()) == EXPECTED


def test_every_role_of_the_table_exists_and_every_action_has_somebody() -> None:
    assert policy.PERMISSIONS.keys() >= {"audit.read", "audit.verify", "users.manage", "agencies.manage"}
    assert all(policy.PERMISSIONS.values())
    assert (
        set().union(*policy.PERMISSIONS.values(), *policy.SIGNERS.values())
        <= policy.ROLES
        == policy.SIGHT.keys()
    )
    assert all(":" in line.rsplit("|", 1)[1] for line in EXPECTED if line[:2] == "20")


def flipped(cells: frozenset[str], cell: str) -> frozenset[str]:
    """The cells with one turned over."""
    return cells ^ {cell}


@pytest.mark.parametrize("permission", sorted(policy.PERMISSIONS))
def test_any_permission_turned_over_is_noticed(
    permission: policy.Permission, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = rights.of_permission(permission)
    assert line in EXPECTED
    for role in policy.ROLES:
        turned = {**policy.PERMISSIONS, permission: flipped(policy.PERMISSIONS[permission], role)}
        monkeypatch.setattr(policy, "PERMISSIONS", turned)
        assert rights.of_permission(permission) not in EXPECTED, role
        monkeypatch.undo()


@pytest.mark.parametrize("name", ["territory", "blind", "reads_only"])
def test_any_sight_turned_over_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for role, sight in policy.SIGHT.items():
        turned = policy.Sight(**{**vars(sight), name: not getattr(sight, name)})
        monkeypatch.setattr(policy, "SIGHT", {**policy.SIGHT, role: turned})
        assert rights.of_role(role) not in EXPECTED, role
        monkeypatch.undo()


def test_other_fields_for_a_role_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    for role, sight in policy.SIGHT.items():
        for fields in {"needed", "all", "none"} - {sight.fields}:
            turned = policy.Sight(**{**vars(sight), "fields": fields})
            monkeypatch.setattr(policy, "SIGHT", {**policy.SIGHT, role: turned})
            assert rights.of_role(role) not in EXPECTED, (role, fields)
            monkeypatch.undo()


@pytest.mark.parametrize("kind", AgencyKind)
def test_any_need_turned_over_is_noticed(kind: AgencyKind, monkeypatch: pytest.MonkeyPatch) -> None:
    for stage in Stage:
        for one in Private:
            needs = masking.NEEDS[kind]
            turned = {**needs, stage: needs.get(stage, frozenset()) ^ {one}}
            monkeypatch.setattr(masking, "NEEDS", {**masking.NEEDS, kind: turned})
            assert rights.of_needs(kind, stage) not in EXPECTED, (stage, one)
            monkeypatch.undo()


@pytest.mark.parametrize("asked", sorted(policy.SIGNERS))
def test_any_signer_turned_over_is_noticed(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for role in policy.ROLES:
        if asked == "officer" and role in policy.COURT_ROLES:
            continue  # there is none outside courts, whatever the cell says
        turned: Mapping[str, frozenset[str]] = {**policy.SIGNERS, asked: flipped(policy.SIGNERS[asked], role)}
        monkeypatch.setattr(policy, "SIGNERS", turned)
        assert list(rights.table()) != EXPECTED, role
        monkeypatch.undo()


def mutations(action: Action) -> list[Action]:
    """The action with each of its cells turned over: every kind of agency, who signs, the part, and every stage."""
    kinds = [flipped(frozenset(action.by), kind) for kind in AgencyKind]
    found = [action.model_copy(update={"by": tuple(sorted(by))}) for by in kinds]
    role = "officer" if action.role == "head" else "head"
    courts = policy.COURTS & set(action.by)
    if set(action.by) - courts or action.court_role is None:
        found.append(action.model_copy(update={"role": role}))
    if courts:
        now = policy.signer(action, next(iter(courts)))
        found += [
            action.model_copy(update={"court_role": other}) for other in {"clerk", "judge", "head"} - {now}
        ]
    found.append(action.model_copy(update={"actor": "any" if action.actor != "any" else "holder"}))
    stages = frozenset(action.stages)
    found += [action.model_copy(update={"stages": tuple(sorted(flipped(stages, one)))}) for one in stages]
    return found


@pytest.mark.parametrize("book", codes())
def test_any_cell_of_a_rulebook_turned_over_is_noticed(book: str) -> None:
    expected, turned = set(EXPECTED), 0
    for action in load_book(book).actions:
        assert rights.of_action(book, action) in expected
        for mutation in mutations(action):
            assert rights.of_action(book, mutation) not in expected, (action.code, mutation)
            turned += 1
    assert turned > 500


@pytest.mark.parametrize(
    "until", ["verify_residence", "admit", "compile", "register_file", "hold_session", "receive_decision"]
)
def test_the_engine_judges_as_the_table_says(road_store: Engine, until: str) -> None:
    """Every action of the book, whatever its stage, by every role of every agency, in dossiers at every stage."""
    road = (
        Road(road_store).to(until, skip=FREE) if until != "verify_residence" else Road(road_store).to(until)
    )
    with unit_of_work(road_store, EVERYTHING) as connection:
        agencies = Agencies(connection)
        state = load(connection, [road.id], agencies)[road.id]
        agencies.read(KINDS)
        for action in book_of(state.book).actions:
            if action.code == "open":
                continue
            line = next(line for line in EXPECTED if line.startswith(f"{state.book} {action.code} |"))
            stages, part, takers = (text.strip() for text in line.split("|")[1:])
            table = {
                kind: roles.split() for kinds, _, roles in (one.partition(":") for one in takers.split(";"))
                for kind in kinds.split()
            }  # fmt: skip
            parts = {"holder": [state.holder], "any": [state.holder, *state.parties.values()]}.get(
                part, [state.parties[part]] if part in state.parties else []
            )
            in_order = next(
                iter(order_needs(View(state, book_of(state.book), action, Facts(state, {}, SEPT), SEPT)))
            )
            assert in_order.met == (state.stage in stages.split()), (action.code, "stage")
            for agency, kind in KINDS.items():
                if agency in {"ca-cu", "ca-giua"}:
                    continue
                for role in policy.ROLES:
                    needs = rights_needs(state, action, agency, role, agencies, SEPT.date())
                    expected = role in table.get(kind, ()) and agency in parts
                    assert all(need.met for need in needs) == expected, (action.code, agency, role)
