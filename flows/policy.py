"""Who may do what: the one place that answers every question of right, by role and agency, rulebook and table.

Acts on a dossier are the rulebook's: which kinds of agency take an action (`by`), in which part (`actor`), in which
stages, and who signs it (`role`, and `court_role` where a court does). Everything else stands in `PERMISSIONS`. What an
account sees of dossiers at all stands in `SIGHT`; which fields of them, in `flows.masking`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from models.law.schema import Action, AgencyKind
from models.store import Scope

Role = Literal["officer", "head", "supervisor", "clerk", "judge", "auditor", "administrator", "system"]
ROLES: frozenset[str] = frozenset(get_args(Role))

COURTS: frozenset[str] = frozenset({AgencyKind.court, AgencyKind.provincial_court})
COURT_ROLES: frozenset[str] = frozenset({"clerk", "judge"})
"""Roles that exist in courts only."""

SIGNERS: Mapping[str, frozenset[str]] = {
    "officer": frozenset({"officer", "head"}),
    "head": frozenset({"head"}),
    "clerk": frozenset({"officer", "clerk", "judge", "head"}),
    "judge": frozenset({"judge", "head"}),
}
"""Who takes an act for which the rulebook asks an officer, a head, a court's clerk or a judge.

The head of a court (Chánh án) is a judge of it; what is for the head, such as assigning the judge, is no judge's. An
account of a court that says only `officer` works as a clerk.
"""

Permission = Literal[
    "agencies.manage", "agency.mailbox", "audit.read", "audit.verify", "calendar.change", "deliveries.watch",
    "documents.reissue", "documents.void", "dossiers.act", "dossiers.assign", "dossiers.correct", "dossiers.keep_book",
    "dossiers.migrate", "dossiers.remind", "dossiers.void_last", "jobs.watch",
    "persons.export", "reports.of_territory", "retention.run", "supervision.read", "users.manage", "users.read", "webhooks.keep",
    "webhooks.keep_all",
]  # fmt: skip
_WORKING = frozenset({"officer", "head", "clerk", "judge"})

PERMISSIONS: Mapping[Permission, frozenset[str]] = {
    "agencies.manage": frozenset({"administrator"}),
    "agency.mailbox": frozenset({"head"}),
    "audit.read": frozenset({"auditor", "administrator", "head", "supervisor"}),
    "audit.verify": frozenset({"auditor", "administrator", "supervisor"}),
    "calendar.change": frozenset({"supervisor", "administrator"}),
    "deliveries.watch": frozenset({"supervisor", "administrator"}),
    "documents.reissue": frozenset({"head"}),
    "documents.void": frozenset({"head", "supervisor"}),
    "dossiers.act": _WORKING,
    "dossiers.assign": frozenset({"head"}),
    "dossiers.correct": _WORKING,
    "dossiers.keep_book": frozenset({"supervisor"}),
    "dossiers.migrate": frozenset({"head", "supervisor"}),
    "dossiers.remind": frozenset({"head", "supervisor"}),
    "dossiers.void_last": frozenset({"supervisor"}),
    "jobs.watch": frozenset({"supervisor", "administrator"}),
    "persons.export": frozenset({"head", "auditor"}),
    "reports.of_territory": frozenset({"supervisor", "auditor", "administrator"}),
    "retention.run": frozenset({"administrator"}),
    "supervision.read": frozenset({"head", "supervisor", "auditor"}),
    "users.manage": frozenset({"administrator"}),
    "users.read": frozenset({"administrator", "head"}),
    "webhooks.keep": frozenset({"head", "administrator"}),
    "webhooks.keep_all": frozenset({"administrator"}),
}
"""Which roles may do what outside the rulebook; of which dossiers and agencies, sight and territory decide."""


@dataclass(frozen=True)
class Sight:
    """What accounts of a role see of dossiers: those of their agency at least, unless they are blind to them."""

    territory: bool = False
    """Those in which an agency of their agency's territory takes part as well."""
    fields: Literal["needed", "all", "none"] = "needed"
    """Of what is private in them: what the agency's work needs, everything, or nothing."""
    blind: bool = False
    reads_only: bool = False
    """The database takes no change from them but of their own account."""


SIGHT: Mapping[str, Sight] = {
    "officer": Sight(),
    "head": Sight(),
    "clerk": Sight(),
    "judge": Sight(),
    "supervisor": Sight(territory=True, fields="none"),
    "auditor": Sight(territory=True, fields="all", reads_only=True),
    "administrator": Sight(blind=True, fields="none"),
    "system": Sight(blind=True, fields="none", reads_only=True),
}
_NONE = Sight(blind=True, fields="none", reads_only=True)


def may(role: str, permission: Permission) -> bool:
    """Whether accounts of this role may do this."""
    return role in PERMISSIONS[permission]


def scope_of(agency: str, account: UUID, role: str) -> Scope:
    """What the transactions of such an account may see and change; an unknown role sees nothing."""
    sight = SIGHT.get(role, _NONE)
    return Scope(agency, account, sight.territory, sight.blind, sight.fields, sight.reads_only)


def signer(action: Action, kind: str) -> str:
    """Who takes the action in an agency of this kind: an officer, the head, a clerk or a judge."""
    if kind not in COURTS:
        return action.role
    return action.court_role or ("head" if action.role == "head" else "clerk")


def signs(action: Action, kind: str, role: str) -> bool:
    """Whether someone of this role takes the action in an agency of this kind, of which it may be at all."""
    return role in SIGNERS[signer(action, kind)] and (kind in COURTS or role not in COURT_ROLES)


def takes(action: Action, kind: str) -> bool:
    """Whether agencies of this kind take the action."""
    return kind in action.by
