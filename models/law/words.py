"""Rules, conditions and references as a reader sees them: in Vietnamese words, in English by their codes."""

from collections.abc import Mapping
from typing import Literal

from models.law.counting import UNITS
from models.law.loader import catalogue
from models.law.schema import AgencyKind, Amount, Anchor, Clock, Condition, Kind, Ref, Rule, Stage, Unit

Language = Literal["vi", "en"]

STAGE_NAMES: Mapping[Stage, str] = {
    Stage.police_collection: "Công an thu thập, lập hồ sơ",
    Stage.health_determination: "xác định tình trạng nghiện",
    Stage.justice_review: "kiểm tra trước khi chuyển Tòa án",
    Stage.court_decision: "Tòa án xem xét",
    Stage.execution: "thi hành",
    Stage.after_care: "quản lý sau cai nghiện",
    Stage.closed: "đã kết thúc",
}
AGENCIES: Mapping[AgencyKind, str] = {
    AgencyKind.commune_police: "Công an cấp xã",
    AgencyKind.district_police: "Công an cấp huyện",
    AgencyKind.provincial_police: "Công an cấp tỉnh",
    AgencyKind.ministry_police: "Bộ Công an",
    AgencyKind.health_facility: "cơ sở y tế",
    AgencyKind.justice_office: "Phòng Tư pháp",
    AgencyKind.labour_office: "Phòng Lao động – Thương binh và Xã hội",
    AgencyKind.court: "Tòa án",
    AgencyKind.provincial_court: "Tòa án cấp tỉnh",
    AgencyKind.procuracy: "Viện kiểm sát",
    AgencyKind.rehab_centre: "cơ sở cai nghiện",
    AgencyKind.peoples_committee: "Ủy ban nhân dân",
}
PARTIES: Mapping[str, str] = {
    "holder": "cơ quan đang giữ hồ sơ",
    "any": "bất kỳ cơ quan nào có hồ sơ",
    "compiler": "cơ quan lập hồ sơ",
    "facility": "cơ sở xác định tình trạng nghiện",
    "court": "Tòa án thụ lý",
    "provincial_court": "Tòa án cấp tỉnh",
    "centre": "cơ sở cai nghiện tiếp nhận",
    "provincial_police": "Công an cấp tỉnh",
    "ministry_police": "Bộ Công an",
    "justice_office": "Phòng Tư pháp",
    "labour_office": "Phòng Lao động – Thương binh và Xã hội",
    "committee": "Ủy ban nhân dân cấp xã",
    "returner": "cơ quan đã trả hồ sơ",
}
KINDS: Mapping[Kind, str] = {
    Kind.duty: "phải làm",
    Kind.window: "quyền của người bị đề nghị",
    Kind.bar: "thời hiệu",
    Kind.term: "thời hạn áp dụng",
}
WORDING: Mapping[str, str] = {
    "measure": "Tên biện pháp",
    "measure_full": "Tên đầy đủ của biện pháp",
    "facility": "Cơ sở cai nghiện",
    "court": "Tòa án",
    "id_label": "Nhãn giấy tờ tùy thân",
    "compiler": "Người đề nghị",
    "legal_bases": "Căn cứ pháp lý",
    "complaint_period": "Thời hạn khiếu nại",
    "unappealable": "Thao tác của Tòa án không bị khiếu nại, kiến nghị, kháng nghị",
    "violations_law": "Luật Xử lý vi phạm hành chính làm căn cứ",
    "local_government": "Luật Tổ chức chính quyền địa phương làm căn cứ",
}
DERIVED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "delivered": ("Đã đưa vào cơ sở", {}),
    "held": ("Đã đưa vào cơ sở trong thời gian làm thủ tục", {}),
    "legality_confirmed": ("Đã xác nhận tính pháp lý của hồ sơ", {}),
    "migrated": ("Đã chuyển sang bộ quy tắc này", {}),
    "monitored": ("Đang bị giám sát điện tử", {}),
    "ordinance": (
        "Pháp lệnh",
        {"2014": "năm 2014", "2022": "năm 2022", "minors": "về người chưa thành niên"},
    ),
    "placed": ("Đã giao quản lý trong thời gian làm thủ tục", {}),
    "stage": ("Giai đoạn", {stage.value: name for stage, name in STAGE_NAMES.items()}),
    "term_in_months": ("Thời hạn do Tòa án ấn định theo tháng", {}),
    "terminated": ("Tòa án đã đình chỉ", {}),
    "track": ("Đối tượng", {"adult": "từ đủ 18 tuổi", "minor": "dưới 18 tuổi"}),
}
"""Facts that follow from the acts done: what each is called, and its values."""


def stated(rule: Rule, language: Language = "vi") -> str:
    """How long a rule gives: "3 ngày làm việc", "3 working_day", "12 hour (warning); 120 hour"."""
    vi = language == "vi"
    match rule.clock:
        case Clock.none:
            return "không có thời hạn" if vi else "no limit"
        case Clock.unread:
            return "chưa đọc" if vi else "unread"
        case Clock.counted:
            pass
    parts = [_amount(amount, language) for amount in rule.amounts]
    parts += [_time(one.amount, one.unit, language) + _if(one.when, language) for one in rule.variants]
    if rule.range:
        parts.append(_time(f"{rule.range.least}–{rule.range.most}", rule.range.unit, language))
    if rule.extension:
        parts.append(f"{'gia hạn đến' if vi else 'extended to'} {rule.extension.most}")
    return "; ".join(parts)


def _amount(amount: Amount, language: Language) -> str:
    warning = " (cảnh báo)" if language == "vi" else " (warning)"
    return _time(amount.value, amount.unit, language) + (warning if amount.past == "warning" else "")


def _time(number: int | str, unit: Unit, language: Language = "vi") -> str:
    return f"{number} {UNITS[unit] if language == 'vi' else unit.value}"


def sources(rule: Rule) -> list[str]:
    """The articles of a rule: its own, those of its amounts, and that of its extension."""
    own = [f"{_time(one.value, one.unit)}: {one.citation}" for one in rule.amounts if one.citation]
    longer = [f"gia hạn: {rule.extension.citation}"] if rule.extension else []
    return [rule.citation, *own, *longer]


def _if(when: Condition, language: Language) -> str:
    return f"{' nếu ' if language == 'vi' else ' if '}{condition(when, language)}" if when else ""


def both(rule: Rule) -> str:
    """How long a rule gives, in both languages where that is short: "3 ngày làm việc / 3 working_day"."""
    short = not rule.variants and not rule.extension and len(rule.amounts) < 2
    return f"{stated(rule)} / {stated(rule, 'en')}" if short else stated(rule)


def anchors(rule: Rule) -> list[Anchor]:
    """What a rule is counted from, in the order of its variants; each anchor once."""
    spoken = [variant.anchor or rule.anchor for variant in rule.variants] or [rule.anchor]
    return [anchor for place, anchor in enumerate(spoken) if anchor not in spoken[:place]]


def condition(when: Condition, language: Language = "vi") -> str:
    """A condition by the names of its facts: "Tình trạng nơi cư trú: Không có nơi cư trú ổn định"; in English by codes."""
    if language == "en":
        return ", ".join(f"{name} = {_code(wanted)}" for name, wanted in when.items())
    said = []
    for name, wanted in when.items():
        title, values = fact_words(name)
        choices = wanted if isinstance(wanted, list) else [wanted]
        said.append(f"{title}: " + " hoặc ".join(_value(choice, values) for choice in choices))
    return "; ".join(said)


def fact_words(name: str) -> tuple[str, Mapping[str, str]]:
    """What a fact is called, and its values."""
    if name in DERIVED:
        return DERIVED[name]
    fact = catalogue().get(name)  # rules that only the calculator counts may name facts that no act records
    return (fact.title, fact.choices) if fact else (name, {})


def _value(choice: bool | str, values: Mapping[str, str]) -> str:
    if isinstance(choice, bool):
        return "có" if choice else "không"
    return values.get(choice, choice)


def _code(wanted: bool | str | list[str]) -> str:
    return " | ".join(wanted) if isinstance(wanted, list) else str(wanted).lower()


def reference(ref: Ref, language: Language = "vi") -> str:
    """A rule, form, stage or guard as an action names it, with the fact it takes and its condition."""
    at = f"{' theo ' if language == 'vi' else ' at '}{ref.at}" if ref.at else ""
    given = (
        (" (khi nêu nội dung riêng)" if language == "vi" else " (with its particulars)") if ref.given else ""
    )
    closed = (" (cả khi hồ sơ đã kết thúc)" if language == "vi" else " (closed too)") if ref.closed else ""
    return ref.id + at + given + closed + _if(ref.when, language)
