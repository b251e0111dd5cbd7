"""A driver for tests: a dossier of book 2026 that walks the main road by named steps, each of which can be changed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, insert

from flows.books import book_of_day, payload
from flows.engine import Act, act
from flows.opening import open_dossier
from flows.possibilities import Possibility, possibilities
from flows.refusals import Flaw, Invalid, Need, Refused
from flows.writing import Done
from models import clock
from models.event import digest_of_event
from models.law.calendar import Calendar, baseline
from models.law.limits import TIMEZONE
from models.person import Identity, PersonData
from models.store import unit_of_work
from models.tables import table
from tests.flows.road_agencies import EVERYTHING, actor, rows

MONDAY = date(2026, 9, 7)
NOW = datetime(2027, 6, 1, 12, tzinfo=TIMEZONE)
FREE = ("place_pending", "deliver_pending")
"""Left out where the person stays free while the file is made."""
OFFICIAL = {"name": "Trần Văn B", "position": "Cán bộ"}
PERSON = PersonData(
    name="Nguyễn Văn A",
    sex="male",
    birth_date="1990-01-01",
    present_residence="phường Mai Dịch",
    identity=Identity(type="personal_number", number="001090000001"),
)
RECEIVER = {
    "name": "Nguyễn Văn A",
    "sex": "male",
    "birth_date": "01/01/1990",
    "identity": "001090000001",
    "relation": "chính người được thông báo",
}
WITNESS = {"name": "Lê Thị C", "occupation": "nông dân", "residence": "phường Mai Dịch"}
CRITERIA = {
    "craving": True, "loss_of_control": True, "tolerance": True, "neglect_of_interests": False,
    "persistence_despite_harm": False, "withdrawal": False, "one_month_or_repeated": True,
}  # fmt: skip
BACKGROUND = {
    "convictions": "không", "prior_sanctions": "không", "substances": "heroin", "manner": "hít", "first_use": "2020",
    "voluntary_rehab": "chưa", "aftercare_decision": "không", "compulsory_rehab": "không", "substitution": "không",
}  # fmt: skip
CASE_OF_RESIDENCE = {
    "stable": {"residence_case": "registered"},
    "none": {"residence_case": "present_under_30_days", "present_since": "day -7"},
}
"""Which case of residence a dossier is, unless a test says otherwise."""
SESSION = [{"name": "Nguyễn Văn A", "capacity": "người bị đề nghị"}]


@dataclass(frozen=True)
class Step:
    """Who does an act by default, when ("3 10:00": ten o'clock on the fourth day), and what it records."""

    by: str
    when: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


STEPS: dict[str, Step] = {
    "open": Step("ca", "0 08:00", {
        "entry": "again", "found_at": "0 07:00", "found_where": "đường làng", "incident": "bị bắt gặp", "remote": False,
        "use_account": "hít heroin", "earlier_rehab": "không", "test_result_at": "0 07:30", "tester": OFFICIAL,
        "test_method": "Thử nước tiểu. Bước một.", "substance": "heroin",
    }),
    "verify_residence": Step("ca", "0 10:00", {
        "residence": "stable", "residence_basis": "thường trú", "residence_confirmed_by": "Công an phường",
        "residence_verified_at": "0 09:30", "competent_here": True,
    }),
    "request_determination": Step("ca", "0 11:00", {
        "determination_case": "c", "criminal_check": "not_criminal", "criminal_check_basis": "xác minh", "facility": "yt",
        "examination_place": "Trung tâm Y tế", "in_custody": False, "examined_away": False, "cooperative": True,
        "request_received_at": "0 13:00", "use_history": "từ 2020", "measures_applied": "quản lý", "compiled_by": OFFICIAL,
        "family_opinion": "đồng ý", "authority_remarks": "không",
    }),
    "admit": Step("yt", "0 14:00", {"reached_at": "0 14:00"}),
    "issue_result": Step("yt", "2 14:00", {
        "criteria": CRITERIA, "result": "addicted", "result_at": "2 14:00", "doctor": OFFICIAL,
    }),
    "notify_result": Step("ca", "2 16:00", {
        "result_told_at": "2 16:00", "result_told_to": RECEIVER, "server": OFFICIAL,
    }),
    "record_ground": Step("ca", "4 08:00", {
        "ground": "a_not_registered", "violation": "Không đăng ký cai nghiện tự nguyện", "ground_found_at": "4 08:00",
        "last_act_on": "day 3", "witnesses": [WITNESS, WITNESS], "statement": "không có ý kiến", "exclusions": [],
        "criminal_check": "not_criminal", "criminal_check_basis": "xác minh", "compiled_by": OFFICIAL,
    }),
    "place_pending": Step("ca", "4 09:00", {
        "centre": "cs", "pending_reason": "đang lập hồ sơ", "proposing_unit": "Tổ", "exclusions": [],
        "background": BACKGROUND,
    }),
    "deliver_pending": Step("ca", "4 11:00", {
        "hand_over_by": OFFICIAL, "hand_over_to": OFFICIAL, "condition": "tốt", "file_papers": ["quyết định"],
        "belongings": ["không"], "server": OFFICIAL,
    }),
    "compile": Step("ca", "4 15:00", {
        "proposal_reason": "không đăng ký", "court": "ta", "sheet_count": 12, "exclusions": [], "background": BACKGROUND,
    }),
    "notify_person": Step("ca", "4 15:30", {
        "notice_receiver": RECEIVER, "notice_received_at": "4 16:00", "server": OFFICIAL,
    }),
    "send_to_court": Step("ca", "10 09:00", {"court": "ta", "sheet_count": 12, "exclusions": []}),
    "register_file": Step("ta", "10 14:00", {"file_received_at": "10 14:00"}),
    "accept": Step("ta", "11 09:00", {"case_number": "01/2026/TLST", "judge": "Phạm Thị D", "clerk": "Võ Văn E"}),
    "notify_acceptance": Step("ta", "14 09:00", {"procuracy": "Viện kiểm sát nhân dân khu vực 1"}),
    "open_session": Step("ta", "15 10:00", {
        "session_at": "22 08:30", "session_place": "trụ sở Tòa án", "prosecutor": "Đỗ Văn G", "participants": SESSION,
    }),
    "hold_session": Step("ta", "22 08:30", {
        "session_ended_at": "22 10:00", "participants": SESSION, "proceedings": "các bên trình bày",
        "prosecutor_opinion": "đồng ý", "session_decision": "áp dụng 24 tháng",
    }),
    "decide": Step("ta", "22 10:00", {
        "outcome": "apply", "times": "first", "times_source": "cơ sở dữ liệu", "reasons": "đủ căn cứ", "exclusions": [],
        "announced_at": "22 10:00", "person_present": True, "complaint_from": "22 10:00",
    }),
    "send_decision": Step("ta", "23 09:00", {"deliveries": [{"to": "Nguyễn Văn A", "received_at": "23 10:00"}]}),
    "take_effect": Step("ta", "30 08:30", {"effective_on": "day 30"}),
    "receive_decision": Step("ca", "31 09:00", {"effective_decision_received_at": "31 09:00"}),
    "request_centre": Step("ca", "31 15:00", {"provincial_police": "ca-tinh"}),
    "receive_request": Step("ca-tinh", "32 08:30", {"request_letter_received_at": "32 08:30"}),
    "assign_centre": Step("ca-tinh", "32 16:00", {"centre": "cs"}),
    "send_assignment": Step("ca-tinh", "33 09:00"),
    "receive_assignment": Step("ca", "33 14:00", {"assignment_received_at": "33 14:00"}),
    "deliver": Step("ca", "34 10:00", {
        "delivered_at": "34 10:00", "hand_over_by": OFFICIAL, "hand_over_to": OFFICIAL, "health_check": "tốt",
        "condition": "tốt", "file_papers": ["quyết định"], "belongings": ["không"], "term_from": "day 34",
        "credited_days": 30, "exclusions": [],
    }),
    "give_end_notice": Step("cs", "700 09:00", {
        "end_notice_sent_to": ["Tòa án", "Công an phường", "gia đình"], "end_notice_received_at": "700 10:00",
    }),
    "propose_aftercare": Step("ca", "701 09:00", {
        "committee": "ub", "aftercare_proposal_received_at": "701 10:00",
    }),
    "decide_aftercare": Step("ub", "703 09:00", {
        "aftercare_helpers": ["Nguyễn Thị H"], "aftercare_received_at": "703 14:00", "monitoring_case": "after_care",
    }),
    "order_monitoring": Step("ca", "703 16:00", {
        "monitoring_case": "after_care", "monitoring_effective_at": "735 06:00",
    }),
    "fit_device": Step("cs", "735 08:00", {"fitted_at": "735 08:00"}),
    "certify": Step("cs", "735 09:00", {"completed_on": "day 735"}),
    "open_aftercare": Step("ca", "736 09:00", {"aftercare_team": ["Công an phường", "Trạm Y tế"]}),
    "end_aftercare": Step("ub", "1463 09:00"),
    "transfer": Step("ca", facts={"compiler": "ca-khac", "substance": "heroin"}),
    "manage_user": Step("ca"),
    "record_substitution": Step("ca", facts={
        "provider": "Trạm Y tế", "substitution_ended_on": "day 0", "substitution_reason": "bỏ điều trị",
    }),
    "observe": Step("yt"),
    "return_unexamined": Step("yt", facts={"unexamined_reason": "vắng mặt"}),
    "record_voluntary": Step("ca", facts={"voluntary_place": "tại nhà"}),
    "decide_voluntary": Step("ca", facts={
        "voluntary_place": "tại nhà", "voluntary_form": "home", "monitoring_case": "home",
    }),
    "divert": Step("ca", facts={
        "diversion": "voluntary", "provider": "tại nhà", "begun_on": "day 3", "service_event_at": "3 15:00",
        "provider_notice_at": "4 08:00",
    }),
    "request_voluntary_centre": Step("ca", facts={"provincial_police": "ca-tinh"}),
    "assign_voluntary_centre": Step("ca-tinh", facts={"centre": "cs"}),
    "ask_ministry_voluntary": Step("ca-tinh", facts={"ministry_police": "cuc"}),
    "ministry_assigns_voluntary": Step("cuc", facts={"centre": "cs-khac"}),
    "record_mending": Step("ca"),
    "record_adulthood": Step("ca", facts={"track_after_18": "adult", "track_reason": "trốn tránh đến khi đủ 18 tuổi"}),
    "record_force_majeure": Step("ca", facts={"force_majeure_reason": "bão lũ"}),
    "record_evasion": Step("ca", facts={"evasion_facts": "bỏ trốn khỏi nơi cư trú"}),
    "end_evasion": Step("ca"),
    "escape": Step("cs"),
    "notify_escape": Step("cs"),
    "capture": Step("cs"),
    "end_pending": Step("ca", facts={"release_reason": "không áp dụng biện pháp"}),
    "record_reading": Step("ca", facts={"reading_remarks": "không"}),
    "supplement": Step("ca", facts={"papers_added": ["Bản tường trình"]}),
    "return_incomplete": Step("ta", facts={"gaps": ["Thiếu bản tường trình"]}),
    "query": Step("ta", facts={"question": "làm rõ nơi cư trú"}),
    "reply_query": Step("ca", facts={"answer": "thường trú"}),
    "extend_term": Step("ta", facts={"extended_days": 30, "extension_reason": "phức tạp"}),
    "suspend": Step("ta", facts={"suspension_ground": "người bị đề nghị ốm nặng"}),
    "resume": Step("ta"),
    "postpone_session": Step("ta", facts={"postponement_reason": "Kiểm sát viên vắng mặt"}),
    "ask_ministry": Step("ca-tinh", facts={"ministry_police": "cuc"}),
    "ministry_assigns": Step("cuc", facts={"centre": "cs-khac"}),
    "enforce": Step("ca", facts={"enforcement": "áp giải"}),
    "terminate": Step("ta", facts={"termination_ground": "hết thời hiệu"}),
    "file_appeal": Step("ta", facts={"appeal_kind": "complaint", "appeal_by": "Nguyễn Văn A"}),
    "forward_appeal": Step("ta", facts={"provincial_court": "ta-tinh"}),
    "decide_appeal": Step("ta-tinh", facts={"appeal_outcome": "upheld", "outcome": "apply", "reasons": "đúng"}),
    "start_in_place": Step("cs", facts={
        "result_told_to": RECEIVER, "server": OFFICIAL, "credited_days": 30, "exclusions": [],
    }),
    "postpone": Step("ta", facts={"postponement_ground": "ốm nặng", "proof": "giấy của bệnh viện"}),
    "end_postponement": Step("ca", facts={"proof": "giấy ra viện"}),
    "exempt": Step("ta", facts={"postponement_ground": "bệnh hiểm nghèo", "proof": "giấy của bệnh viện"}),
    "revoke": Step("ta", facts={"reasons": "có căn cứ cho rằng đã bỏ trốn"}),
    "suspend_serving": Step("ta", facts={"suspension_ground": "ốm nặng, điều trị tại gia đình", "proof": "bệnh án"}),
    "release_remaining": Step("ta", facts={"reasons": "bệnh hiểm nghèo", "proof": "bệnh án"}),
    "interrupt_for_prison": Step("cs", facts={"prison_judgment": "Bản án số 01/2027/HS-ST"}),
    "resume_serving": Step("cs", facts={"condition": "tốt"}),
    "leave_for_proceedings": Step("cs", facts={"leave_reason": "văn bản của cơ quan điều tra"}),
    "leave_for_funeral": Step("cs", facts={"leave_reason": "mẹ chết, có giấy chứng tử"}),
    "return_from_leave": Step("cs", facts={"condition": "tốt, âm tính"}),
    "transfer_centre": Step("ca-tinh", facts={"centre": "cs-khac", "transfer_ground": "other"}),
    "record_death": Step("cs", facts={"death_told": ["cơ quan điều tra", "Viện kiểm sát", "y tế"], "has_family": True}),
    "refer_to_shelter": Step("cs", facts={"proof": "không xác định được nơi cư trú"}),
    "record_absence": Step("ca"),
    "end_absence": Step("ca"),
    "move": Step("ca", facts={"compiler": "ca-khac"}),
    "record_relapse": Step("ca", facts={
        "criminal_check": "not_criminal", "criminal_check_basis": "xác minh", "relapse_result": "addicted",
        "new_dossier": "2026-000999",
    }),
    "close": Step("ca", facts={"closing_ground": "death", "proof": "giấy chứng tử"}),
}  # fmt: skip


@dataclass
class Road:
    """One dossier on its way; `version` is what the driver saw last."""

    store: Engine
    start: date = MONDAY
    now: datetime = NOW
    person: PersonData = PERSON
    id: UUID = field(default_factory=uuid4)
    version: int = 0
    done: list[str] = field(default_factory=list)
    calendar: Calendar = field(default_factory=baseline)

    steps: ClassVar[Mapping[str, Step]] = STEPS
    main: ClassVar[tuple[str, ...]] = tuple(code for code, step in STEPS.items() if step.when)

    def at(self, when: str) -> datetime:
        """The instant of "3 10:00": ten o'clock three days after the start."""
        days, clock_time = when.split()
        return datetime.combine(
            self.start + timedelta(int(days)), time.fromisoformat(clock_time), tzinfo=TIMEZONE
        )

    def dated(self, value: Any) -> Any:
        """Facts with their offsets ("3 10:00", "day 3") turned into instants and days."""
        if isinstance(value, Mapping):
            return {name: self.dated(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.dated(one) for one in value]
        if isinstance(value, str) and re.fullmatch(r"-?\d+ \d\d:\d\d", value):
            return self.at(value).isoformat()
        if isinstance(value, str) and re.fullmatch(r"day -?\d+", value):
            return (self.start + timedelta(int(value.split()[1]))).isoformat()
        return value

    def facts(self, action: str, changed: Mapping[str, Any]) -> dict[str, Any]:
        """What a step records: its defaults with changes; None leaves a fact out."""
        merged = {**self.steps[action].facts, **changed}
        book = book_of_day(self.start)
        if (
            action == "verify_residence"
            and book
            and "residence_case" in payload(book.code, action).model_fields
        ):
            merged = CASE_OF_RESIDENCE[merged["residence"]] | merged
        return {name: self.dated(value) for name, value in merged.items() if value is not None}

    def asked(
        self,
        action: str,
        when: str | None = None,
        *,
        by: str | None = None,
        role: str = "head",
        late_reason: str | None = None,
        version: int | None = -1,
        particulars: Mapping[str, Mapping[str, Any]] | None = None,
        **facts: Any,
    ) -> Act:
        """The act a step asks for; `version` -1 stands for the version seen last."""
        step = self.steps[action]
        moment = when or step.when
        assert moment, f"{action} has no time of its own"
        return Act(
            self.id,
            action,
            self.facts(action, facts),
            self.at(moment),
            actor(by or step.by, role),
            self.version if version == -1 else version,
            late_reason,
            particulars or {},
        )

    def do(self, action: str, when: str | None = None, *, dry_run: bool = False, **given: Any) -> Done:
        """Does one step (`open` too); keyword arguments as for `asked`, the rest are facts."""
        with clock.at(self.now):
            if action == "open":
                return self._open(when, dry_run=dry_run, **given)
            answer = act(self.store, self.asked(action, when, **given), self.calendar, dry_run=dry_run)
        if not dry_run:
            self.version = answer.state.version
            self.done.append(action)
        return answer

    def _open(
        self,
        when: str | None,
        *,
        dry_run: bool,
        by: str | None = None,
        role: str = "head",
        late_reason: str | None = None,
        **facts: Any,
    ) -> Done:
        step = self.steps["open"]
        who = actor(by or step.by, role)
        moment = self.at(when or step.when or "")
        answer = open_dossier(
            self.store, who, self.person, self.facts("open", facts), moment, self.calendar,
            late_reason=late_reason, dry_run=dry_run,
        )  # fmt: skip
        if not dry_run:
            self.id, self.version = answer.state.id, answer.state.version
            self.done.append("open")
        return answer

    def to(self, action: str, *, skip: tuple[str, ...] = (), **changed: Mapping[str, Any]) -> "Road":
        """Walks the main road up to and including an act; changed facts by action, what is done already stands."""
        for code in self.main[: self.main.index(action) + 1]:
            if code not in self.done and code not in skip:
                self.do(code, **changed.get(code, {}))
        return self

    def refused(self, action: str, when: str | None = None, **given: Any) -> dict[str, Need]:
        """The unmet needs, by code, for which a step is refused."""
        with pytest.raises(Refused) as raised:
            self.do(action, when, **given)
        assert all(not need.met and need.message and need.message_en for need in raised.value.needs)
        return {need.code: need for need in raised.value.needs}

    def invalid(self, action: str, when: str | None = None, **given: Any) -> dict[str, Flaw]:
        """The flaws, by code, for which a step is not taken."""
        with pytest.raises(Invalid) as raised:
            self.do(action, when, **given)
        return {flaw.code: flaw for flaw in raised.value.flaws}

    def possible(self, when: str, by: str | None = None, role: str = "head") -> dict[str, Possibility]:
        """What can be done at a moment, by action."""
        with clock.at(self.at(when)):
            found = possibilities(self.store, self.id, actor(by or self.steps["open"].by, role))
        return {one.action.code: one for one in found}

    def rows(self, name: str, order: str = "id") -> list[dict[str, Any]]:
        """Rows of a table that belong to the dossier."""
        key = "id" if name == "dossier" else "dossier"
        return rows(self.store, f'SELECT * FROM {name} WHERE {key} = :id ORDER BY "{order}"', id=self.id)  # noqa: S608 - names from the tests

    def limits(self, rule: str) -> list[dict[str, Any]]:
        """The limits of a rule, in the order they were started."""
        return rows(
            self.store,
            "SELECT l.* FROM time_limit l JOIN event e ON e.id = l.started_by"
            " WHERE l.dossier = :id AND l.rule = :rule ORDER BY e.seq",
            id=self.id,
            rule=rule,
        )

    def limit(self, rule: str) -> dict[str, Any]:
        """The youngest limit of a rule."""
        return self.limits(rule)[-1]

    def last_day(self, rule: str) -> str:
        """The last day of the youngest limit of a rule, as "day 3"."""
        return f"day {(self.limit(rule)['last_day'] - self.start).days}"

    def verify_chain(self) -> None:
        """Every event's digest follows from its row, read from the database, and leads to the dossier's head."""
        previous = ""
        for row in self.rows("event", "seq"):
            assert row["previous"] == previous
            assert row["digest"] == digest_of_event(row), row["action"]
            previous = row["digest"]
        [dossier] = self.rows("dossier")
        assert dossier["head"] == previous


def add_paper(road: Road, kind: str, sheet: int = 1) -> None:
    """A received paper of the file."""
    paper = {
        "id": uuid4(), "dossier": road.id, "kind": kind, "title": kind, "received_on": road.start, "first_sheet": sheet,
        "sheets": 1, "file_name": "giay.pdf", "content_type": "application/pdf", "sha256": "0" * 64, "agency": "ca",
        "account": actor("ca").account, "recorded_at": road.now,
    }  # fmt: skip
    with unit_of_work(road.store, EVERYTHING) as connection:
        connection.execute(insert(table("paper")), paper)
