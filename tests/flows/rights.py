"""The table of rights as the policy and the rulebooks give it, a line a cell class; `python -m tests.flows.rights` writes it.

The file beside this one was read by people, cell by cell, and is what the tests hold the policy to.
"""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from flows import masking, policy
from models.law.loader import codes, load_book
from models.law.schema import Action, AgencyKind, Stage

FILE = Path(__file__).with_name("rights.txt")


def of_action(book: str, action: Action) -> str:
    """A line: where the action belongs, whose part it is, and which roles of which kinds of agency take it."""
    takers = dict[str, list[str]]()
    for kind in AgencyKind:
        roles = [
            role
            for role in sorted(policy.ROLES)
            if policy.takes(action, kind) and policy.signs(action, kind, role)
        ]
        if roles:
            takers.setdefault(" ".join(roles), []).append(kind)
    said = "; ".join(f"{' '.join(kinds)}: {roles}" for roles, kinds in takers.items())
    return f"{book} {action.code} | {' '.join(action.stages)} | {action.actor} | {said}"


def of_permission(permission: policy.Permission) -> str:
    """A line: which roles have it."""
    return f"{permission} | {' '.join(sorted(role for role in policy.ROLES if policy.may(role, permission)))}"


def of_role(role: str) -> str:
    """A line: what accounts of the role see, as their transactions are told."""
    scope = policy.scope_of("x", UUID(int=0), role)
    names = ("territory", "blind", "reads_only")
    return (
        f"{role} sees | {' '.join(name for name in names if getattr(scope, name)) or 'own'} | {scope.fields}"
    )


def of_needs(kind: AgencyKind, stage: Stage) -> str:
    """A line: which private classes an agency of the kind needs that has a part in a dossier in this stage."""
    return f"{kind} in {stage} needs | {' '.join(sorted(masking.NEEDS[kind].get(stage, ()))) or 'nothing'}"


def table() -> Iterator[str]:
    """Every line."""
    yield from map(of_role, sorted(policy.ROLES))
    yield from map(of_permission, sorted(policy.PERMISSIONS))
    yield from (of_needs(kind, stage) for kind in AgencyKind for stage in Stage)
    for book in codes():
        yield from (of_action(book, action) for action in load_book(book).actions)


if __name__ == "__main__":
    FILE.write_text("\n".join(table()) + "\n", encoding="utf-8")
