"""What an act of the province records: its facts by the rulebook, filled from `acts.toml` and from the dossier itself."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from api.demo import FOLDER
from api.demo.courses import Story
from api.demo.people import Invented
from flows.view import holds
from models.law.limits import TIMEZONE
from models.law.loader import catalogue
from models.law.schema import ActionFacts

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "acts.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Recording:
    """One act about to be recorded."""

    book: str
    action: str
    asks: ActionFacts
    at: datetime
    story: Story
    person: Invented
    known: Mapping[str, Any]
    """What the dossier's facts are so far, and what follows from its acts."""
    agencies: Mapping[str, str]
    """Codes by the part they play on the day of the act."""
    names: Mapping[str, str]
    """Names for texts: of the court's judge and clerk, and of the procuracy."""
    own: Mapping[str, Any]
    """Facts that are known already, such as what the course says."""

    def facts(self) -> dict[str, Any]:
        """What is recorded, as JSON carries it: all that must be, and of what may be what is named somewhere."""
        texts = _texts()
        by_book = texts["books"].get(self.book, {}).get(self.action, {})
        by_act = texts["acts"].get(self.action, {})
        named = {**by_act, **by_book, **self.own}
        found: dict[str, Any] = {}
        for asked in self.asks:
            wanted = asked.required or asked.name in named or asked.name in by_act.get("optional", ())
            if asked.name == "parents_receiver":
                wanted = self.known["track"] == "minor"
            if wanted and (not asked.when or holds({**self.known, **found}, asked.when)):
                value = self._value(asked.name, named)
                if value is not None:
                    found[asked.name] = value
        return found

    def _value(self, name: str, named: Mapping[str, Any]) -> Any:  # noqa: ANN401 - facts have the types of the catalogue
        kind, said = catalogue()[name].type, named.get(name, _texts()["facts"].get(name))
        match kind:
            case "agency":
                return self.agencies.get(name) if name not in self.own else self.own[name]
            case "instant":
                return self._instant(said or "0m")
            case "day":
                return self._day(said or "0")
            case "deliveries":
                told = [self.story_name, self.names["compiler"], self.names["procuracy"]]
                return [{"to": to, "received_at": self._instant("+10m")} for to in told]
            case "text":
                return None if said is None else self._text(said)
            case "texts":
                return [self._text(one) for one in said]
        if said is not None:
            return said
        if name in {"parents_receiver", "result_told_to"} and self.known["track"] == "minor":
            return self.person.mother
        return self.person.told().get(kind)

    @property
    def story_name(self) -> str:
        """The person's name."""
        return self.person.data.name

    def _text(self, said: str) -> str:
        person = self.person
        return said.format(
            person=self.story_name, residence=person.data.present_residence, where=person.where,
            substance=person.substance, since=person.since, serial=f"{self.story.serial:02d}", year=self.at.year,
            **self.names,
        )  # fmt: skip

    def _instant(self, said: str) -> str:
        if found := re.fullmatch(r"([+-]?\d+)([mhd])(?: (\d\d:\d\d))?", said):
            moment = self.at + timedelta(**{_UNITS[found[2]]: int(found[1])})
            if found[3]:
                moment = datetime.combine(moment.date(), time.fromisoformat(found[3]), TIMEZONE)
            return moment.isoformat()
        return said

    def _day(self, said: str) -> str:
        if re.fullmatch(r"-?\d+", said):
            return (self.at.date() + timedelta(days=int(said))).isoformat()
        return said
