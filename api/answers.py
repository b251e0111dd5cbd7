"""What the API says about dossiers: its models, and how they are made from the engine's states and rows."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, SkipValidation
from pydantic_core import PydanticCustomError

from api.errors import Language
from documents.rendering import MARKS
from flows.alarms import release_alarm
from flows.books import title_of
from flows.clocks import rule_of
from flows.masking import Masks, masks_of, minor_of
from flows.migration import law_changed
from flows.refusals import Need
from flows.state import LimitState, State
from flows.writing import Done
from models.clock import now
from models.law.facts import in_bounds
from models.law.limits import TIMEZONE
from models.law.remaining import Remaining
from models.person import PersonData

Instant = Annotated[datetime, AfterValidator(lambda instant: instant.astimezone(TIMEZONE))]
"""An instant, shown in Vietnam's time with its offset."""


def _instant_only(value: object) -> object:
    """A bare day or number is no instant: for hours the minute decides."""
    if not isinstance(value, str) or "T" not in value.upper():
        raise PydanticCustomError("datetime_parsing", "must be an instant like 2026-08-27T15:00:00+07:00")
    return value


AskedInstant = Annotated[datetime, BeforeValidator(_instant_only), AfterValidator(in_bounds)]
"""An instant as sent; whether it has a time zone is judged, with the rest, by engine and calculator."""


def _with_plus(value: object) -> object:
    """In an address an unescaped plus sign arrives as a space; in an instant it can be nothing else."""
    return value.replace(" ", "+") if isinstance(value, str) else value


InstantInAddress = Annotated[
    AwareDatetime, BeforeValidator(_instant_only), BeforeValidator(_with_plus), AfterValidator(in_bounds)
]
LimitProgress = Literal["waiting", "running", "ended", "no_clock"]


ParticularsIn = Annotated[
    dict[str, dict[str, Any]],
    Field(
        max_length=20,
        description="Nội dung riêng của từng mẫu, theo `particulars_schema` · by form, as its `particulars_schema` says",
    ),
]
"""What a request states for one form only, by form."""


_MASKED = (
    "Những gì được che vì công việc của người xem không cần đến: health (sức khỏe, sử dụng ma túy), family (gia đình), minor "
    "(danh tính người dưới 18 tuổi) · what is masked because the reader's work does not need it"
)


class WarningOut(BaseModel):
    """Điều cần xem lại, không chặn hồ sơ · something odd that does not stop the dossier."""

    code: str
    message: str
    field: str | None = None
    requirement: str | None = None
    citation: str | None = None


class AlarmOut(BaseModel):
    """Người còn bị quản lý không còn căn cứ, đến khi ghi nhận rời nơi quản lý · someone held without ground."""

    since: Instant
    message: str
    citation: str
    agencies: list[str] = Field(description="Các cơ quan liên quan · the agencies concerned")


class LawChangedOut(BaseModel):
    """Hồ sơ bị vướng vì luật đã thay đổi · the dossier is stuck: the law changed and it has not been migrated."""

    since: date = Field(description="Ngày đầu của bộ quy tắc mới · the first day of the new rulebook")
    to: str = Field(description="Bộ quy tắc mới · the new rulebook")
    citation: str
    confirmed: bool
    message: str


class DossierOut(BaseModel):
    """Hồ sơ · a dossier."""

    id: UUID
    number: str = Field(description="Số hồ sơ của hệ thống · the system's number of the dossier")
    rulebook: str = Field(description="Bộ quy tắc của ngày mở hồ sơ · the rulebook of the day it was opened")
    stage: str
    state: Literal["open", "closed"]
    holder: str = Field(
        description="Mã cơ quan đang giữ hồ sơ · code of the agency that holds the dossier now"
    )
    assignee: UUID | None = Field(
        description="Tài khoản phụ trách trong cơ quan đang giữ · the account responsible in the holding agency"
    )
    version: int = Field(description="Phiên bản, cũng là ETag · the version, also the ETag")
    opened_on: date
    overdue: bool = Field(description="Có thời hạn đã quá · a duty is past its end")
    next_due: Instant | None = Field(
        description="Thời hạn đang chạy sắp hết sớm nhất · the earliest end of a running duty"
    )
    alarm: AlarmOut | None = Field(
        description="Người đang bị quản lý phải được rời nơi quản lý ngay · the person held must be released at once"
    )
    law_changed: LawChangedOut | None = Field(
        description="Phải chuyển sang bộ quy tắc mới, hoặc giữ lại có lý do, trước khi làm tiếp · "
        "it must be migrated, or kept with a reason, before anything else is done"
    )
    person: SkipValidation[PersonData] = Field(  # a masked one is no valid person
        description="Người dưới 18 tuổi: danh tính được che với cơ quan không cần biết · a minor's identity is masked for "
        "those whose work does not need it"
    )
    parties: dict[str, str] = Field(
        description="Cơ quan theo vai trong hồ sơ · the agency in each part of the dossier"
    )
    facts: dict[str, Any] = Field(
        description="Dữ kiện đã ghi nhận; null khi được che · everything recorded, the latest of each; null where masked"
    )
    masked: list[str] = Field(description=_MASKED)
    acts: dict[str, Instant] = Field(
        description="Thao tác còn giá trị và thời điểm · the acts that count, and when"
    )
    warnings: list[WarningOut]


class LimitOut(BaseModel):
    """Thời hạn · a time limit."""

    id: UUID
    book: str = Field(description="Bộ quy tắc mà thời hạn theo · the rulebook whose law it keeps")
    rule: str
    stands_for: str | None = Field(
        description="Quy tắc của bộ quy tắc mới mà thời hạn này thay thế · the rule of the dossier's present "
        "rulebook in whose place it runs, after a migration"
    )
    title: str
    title_en: str
    kind: str
    who: str
    state: LimitProgress = Field(
        description="waiting: chưa bắt đầu hoặc đang tạm dừng; running: đang chạy; ended: đã kết thúc hoặc đã hết; "
        "no_clock: văn bản không quy định thời hạn · not begun or suspended, running, ended or run out, without a clock"
    )
    overdue: bool
    starts_at: Instant
    due: Instant | None = Field(description="Lúc hết hạn · the instant at which it has run out")
    last_day: date | None
    warning_due: Instant | None = Field(
        description="Hết mức thứ nhất, nếu có hai mức · the end of the first of two amounts"
    )
    ended_at: Instant | None
    end: str | None
    suspended: bool
    parent: UUID | None = Field(
        description="Thời hạn mà khi hết thì thời hạn này bắt đầu · the limit from whose end it runs"
    )
    citation: str
    confirmed: bool
    explanation: dict[str, Any] | None = Field(
        default=None, description="Cách tính từng ngày · how it was counted"
    )
    remaining: Remaining | None = Field(
        default=None,
        description="Chỉ trong danh sách thời hạn: còn lại bao nhiêu; null khi không tính thời hạn hoặc đã kết thúc · "
        "only in the list of limits: what is left; null without a clock or once it has ended",
    )


class EventOut(BaseModel):
    """Thao tác đã thực hiện · an act that was done; `digest` chains it to the one before."""

    id: UUID
    seq: int
    action: str
    title: str
    book: str = Field(description="Bộ quy tắc được áp dụng · the rulebook it was done under")
    agency: str
    account: UUID
    stage_before: str | None
    stage_after: str
    occurred_at: Instant = Field(description="Thời điểm xảy ra · when it happened in law")
    recorded_at: Instant = Field(description="Thời điểm ghi vào hệ thống · when it was recorded")
    late_days: int | None
    facts: dict[str, Any] | None = Field(
        description="Dữ kiện; null khi đã xóa theo thời hạn lưu trữ · null once retention erased them"
    )
    voids: UUID | None = Field(default=None, description="Thao tác bị hủy · the act it takes back")
    voided_by: UUID | None = Field(
        default=None, description="Thao tác đã hủy thao tác này · the act that took this one back"
    )
    masked: list[str] = Field(description=_MASKED)
    facts_digest: str
    previous: str
    digest: str


class OfficialOut(BaseModel):
    """Bản chính thức: bản đã ký nếu có, nếu không là tệp .docx · the signed copy if there is one, else the .docx."""

    format: Literal["docx", "signed"] = Field(
        description="Tải về bằng `?format=` này; bản `docx` không còn giá trị thì thêm `as_issued=true` · "
        "download it by this `?format=`, with `as_issued=true` for a `docx` that is no longer valid"
    )
    sha256: str | None = Field(description="null khi chưa tạo tệp · null while not rendered")
    size: int | None
    recorded_at: Instant | None


class DocumentOut(BaseModel):
    """Văn bản đã ban hành · an issued document."""

    id: UUID
    dossier: UUID
    event: UUID
    form: str
    title: str
    agency: str
    register_name: str | None = Field(description="Sổ · the register the number was taken from")
    year: int
    number: int | None
    number_text: str | None = Field(description="Số, ký hiệu · number and symbol")
    issued_on: date
    state: Literal["issued", "superseded", "void"]
    ended_at: Instant | None = Field(default=None, description="Lúc bị hủy hoặc thay thế · when it ended")
    ended_because: str | None = Field(default=None, description="Lý do · why it ended")
    replaced_by: UUID | None = Field(default=None, description="Văn bản thay thế · the document in its place")
    mark: str | None = Field(
        description="Dấu in trên mọi trang của bản tải về mặc định; null khi còn giá trị · "
        "what the default download has across every page; null while valid"
    )
    verify_code: str = Field(
        description="Mã kiểm tra tại /verify/{code} · the code to check it by at /verify/{code}"
    )
    verify_url: str | None = Field(
        default=None, description="Địa chỉ trong mã QR trên văn bản · where the QR code on the paper leads"
    )
    sha256: str | None = Field(description="Mã băm của tệp; null khi chưa tạo tệp · null while not rendered")
    size: int | None
    rendered_at: Instant | None
    official: OfficialOut
    masked: list[str] = Field(
        description=_MASKED + "; tệp khi đó không tải được · its files are refused then"
    )


class ActOut(BaseModel):
    """Kết quả của một thao tác · what an act did."""

    dossier: DossierOut
    event: EventOut
    limits: list[LimitOut] = Field(
        description="Thời hạn mà thao tác này làm bắt đầu hoặc thay đổi · limits it started or changed"
    )
    documents: list[DocumentOut]
    warnings: list[WarningOut]


def warning_of(need: Need, language: Language) -> WarningOut:
    """A warning of the engine."""
    message = need.message_en if language == "en" else need.message
    return WarningOut(code=need.code, message=message, requirement=need.requirement, citation=need.citation)


def dossier_of(state: State, language: Language, own: Mapping[str, Any] | None = None) -> DossierOut:
    """A dossier as the engine sees it, but for what its reader does not need; `own` are facts its agency recorded."""
    moment, masks, minor = now(), masks_of(state), minor_of(state)
    person, hidden = masks.person(state.person, minor=minor)
    facts, masked = masks.facts(state.facts, minor=minor, own=own)
    duties = [limit for limit in state.limits if limit.kind == "duty" and limit.ended_at is None]
    dues = [limit.due for limit in duties if limit.due and not limit.suspended]
    return DossierOut(
        id=state.id,
        number=state.number,
        rulebook=state.book,
        stage=state.stage,
        state="closed" if state.stage == "closed" else "open",
        holder=state.holder,
        assignee=state.assignee,
        version=state.version,
        opened_on=state.opened_on,
        overdue=any(limit_of(limit).overdue for limit in duties),
        next_due=min((due for due in dues if due > moment), default=None),
        alarm=_alarm(state, language),
        law_changed=_law_changed(state, language),
        person=person,
        parties=state.parties,
        facts=facts,
        masked=sorted({*hidden, *masked}),
        acts=state.acts,
        warnings=[
            WarningOut(
                code=odd.code,
                field=odd.field,
                message=odd.message_en if language == "en" else odd.message,
            )
            for odd in (() if hidden else state.person.warnings())
        ],
    )


def _alarm(state: State, language: Language) -> AlarmOut | None:
    alarm = release_alarm(state, now())
    if alarm is None:
        return None
    message = alarm.message_en if language == "en" else alarm.message
    return AlarmOut(
        since=alarm.since, message=message, citation=alarm.citation, agencies=list(alarm.agencies)
    )


def _law_changed(state: State, language: Language) -> LawChangedOut | None:
    newer = law_changed(state, now().astimezone(TIMEZONE))
    if newer is None or newer.transition is None:
        return None
    since = f"{newer.valid_from:%d/%m/%Y}"
    said = (
        f"Rulebook {newer.code} applies from {since}: migrate the dossier, or a supervisor keeps it with a reason"
        if language == "en"
        else f"Từ {since} áp dụng bộ quy tắc {newer.code}: phải chuyển hồ sơ, hoặc người giám sát giữ lại và nêu lý do"
    )
    law = newer.transition
    return LawChangedOut(
        since=newer.valid_from, to=newer.code, citation=law.citation, confirmed=law.confirmed, message=said
    )


def limit_of(
    limit: LimitState, explanation: dict[str, Any] | None = None, remaining: Remaining | None = None
) -> LimitOut:
    """A limit with what the clock says of it now; overdue is never stored."""
    rule = rule_of(limit)
    passed = limit.passed(now())
    overdue = rule.kind == "duty" and rule.span == "at_least" and limit.ended_at is None and passed
    state: LimitProgress = "running"
    if limit.ended_at is not None or (passed and rule.kind != "duty"):
        state = "ended"
    elif limit.due is None:
        state = "no_clock"
    elif limit.suspended or limit.starts_at > now():
        state = "waiting"
    return LimitOut(
        id=limit.id,
        book=limit.book,
        rule=limit.rule,
        stands_for=limit.stands_for,
        title=rule.title,
        title_en=rule.title_en,
        kind=limit.kind,
        who=rule.who,
        state=state,
        overdue=overdue,
        starts_at=limit.starts_at,
        due=limit.due,
        last_day=limit.last_day,
        warning_due=limit.warning_due,
        ended_at=limit.ended_at,
        end=limit.end,
        suspended=limit.suspended,
        parent=limit.parent,
        citation=rule.citation,
        confirmed=rule.confirmed,
        explanation=explanation,
        remaining=remaining,
    )


def event_of(row: Mapping[str, Any], facts: dict[str, Any] | None, state: State) -> EventOut:
    """An event's row with its facts, but for what its reader does not need."""
    book, masked = state.book, list[str]()
    if facts is not None:
        facts, masked = masks_of(state).facts(facts, minor=minor_of(state), by=row["agency"])
    said = {"book": row["book"] or book, "title": title_of(row["action"], row["book"] or book)}
    return EventOut.model_validate({**row, "facts": facts, "masked": masked} | said)


def document_of(row: Mapping[str, Any], masks: Masks, *, minor: bool) -> DocumentOut:
    """A document's row, with the columns of its latest signed copy where they were read."""
    masked = masks.of_document(row["form"], minor=minor, by=row["agency"])
    names = ("sha256", "size", "recorded_at")
    official: dict[str, Any] = {"format": "docx", **{name: row.get(name) for name in names}}
    official["recorded_at"] = row["rendered_at"]
    if row.get("signed_sha256"):
        official = {"format": "signed", **{name: row[f"signed_{name}"] for name in names}}
    return DocumentOut.model_validate(
        {**row, "mark": MARKS.get(row["state"]), "official": official, "masked": masked}
    )


def act_of(done: Done, language: Language) -> ActOut:
    """What an act did, or with a dry run would do."""
    rows: Iterable[tuple[UUID, Mapping[str, Any]]] = [
        *((row["id"], row) for row in done.moves.started),
        *done.moves.changed.items(),
        *done.moves.reopened.items(),
    ]
    touched = {limit: row.get("explanation") for limit, row in rows}
    dossier = dossier_of(done.state, language, done.facts)
    return ActOut(
        dossier=dossier,
        event=event_of(done.event, done.facts, done.state),
        limits=[limit_of(limit, touched[limit.id]) for limit in done.state.limits if limit.id in touched],
        documents=[
            document_of(row, masks_of(done.state), minor=minor_of(done.state)) for row in done.documents
        ],
        warnings=[
            *(warning_of(need, language) for need in done.warnings),
            *(dossier.warnings if done.opened else ()),
        ],
    )
