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
GUARDS: Mapping[str, str] = {
    "absence_is_long_enough": "đã vắng mặt đủ lâu",
    "adulthood_is_reached": "người dưới 18 tuổi nay đã đủ 18 tuổi",
    "agency_is_competent": "cơ quan đang giữ hồ sơ có thẩm quyền lập hồ sơ",
    "an_escape_is_to_be_told": "có việc bỏ trốn chưa thông báo",
    "appeal_fits_the_decision": "kết quả giải quyết khớp với quyết định bị khiếu nại, kiến nghị, kháng nghị",
    "appeal_is_in_time": "còn trong thời hạn khiếu nại, kiến nghị, kháng nghị",
    "appeals_are_over": "đã hết thời hạn khiếu nại, kiến nghị, kháng nghị, hoặc đã giải quyết xong",
    "breach_can_be_mended": "còn khắc phục được vi phạm giám sát điện tử",
    "case_is_not_criminal": "đã kết luận không có dấu hiệu tội phạm",
    "closing_ground_fits": "căn cứ kết thúc hồ sơ đã xảy ra",
    "community_education_came_first": "người có nơi cư trú ổn định đã được giáo dục tại xã, phường, thị trấn",
    "completion_is_the_end_of_the_term": "ngày hoàn thành là ngày hết thời hạn chấp hành",
    "compulsory_ground_is_proved": "hồ sơ chứng minh căn cứ áp dụng biện pháp",
    "credit_is_right": "số ngày được trừ tính đúng",
    "determination_case_holds": "hồ sơ có trường hợp phải xác định tình trạng nghiện đã nêu",
    "determination_ground_holds": "hồ sơ có căn cứ xác định tình trạng nghiện đã nêu",
    "enough_of_the_term_is_left": "thời hạn chấp hành còn lại đủ dài",
    "facility_credit_is_right": "số ngày ở cơ sở được trừ tính đúng",
    "facility_was_chosen": "đã chọn giao cơ sở quản lý",
    "file_is_complete": "hồ sơ đủ tài liệu",
    "file_was_found_valid": "hồ sơ đã được kiểm tra hợp lệ",
    "file_was_returned": "hồ sơ đã bị trả lại",
    "ground_is_proved": "hồ sơ chứng minh căn cứ áp dụng biện pháp",
    "held_person_is_released": "đã cho người đang bị quản lý rời nơi quản lý",
    "homeless_rehab_is_public": "người không có nơi cư trú ổn định cai nghiện tại cơ sở công lập",
    "last_days_have_come": "đã đến những ngày cuối của thời hạn",
    "late_registration_is_reasoned": "đăng ký sau thời hạn có nêu lý do",
    "monitoring_case_fits": "thuộc trường hợp giám sát điện tử",
    "move_at_eighteen_is_due": "khi đủ 18 tuổi, thời hạn còn lại đủ dài để chuyển cơ sở",
    "no_determination_is_due": "không thuộc trường hợp phải xác định tình trạng nghiện",
    "parents_are_notified": "đã thông báo cho cha mẹ hoặc người đại diện",
    "pending_form_fits": "hình thức quản lý đúng trường hợp",
    "person_is_addicted": "đã xác định là người nghiện",
    "person_is_held": "người đang bị quản lý hoặc đang chấp hành",
    "person_is_not_excluded": "không thuộc trường hợp không áp dụng biện pháp",
    "person_is_not_held": "người không còn bị quản lý",
    "reduction_list_was_posted": "danh sách đề nghị đã niêm yết đủ thời gian",
    "refusal_has_an_adult_witness": "biên bản thay cho bản tường trình hoặc ý kiến có người thành niên chứng kiến",
    "rehab_is_in_a_public_centre": "cai nghiện tại cơ sở công lập",
    "residence_fits_its_case": "tình trạng nơi cư trú khớp với trường hợp đã nêu",
    "result_follows_the_criteria": "kết luận theo đúng các tiêu chí chẩn đoán",
    "result_is_still_valid": "kết quả xác định còn giá trị sử dụng",
    "return_is_still_due": "sau khi khỏi bệnh còn phải quay lại chấp hành",
    "sampling_is_agreed": "cha mẹ hoặc người đại diện đồng ý việc lấy mẫu",
    "sampling_is_witnessed": "có người chứng kiến việc lấy mẫu",
    "serving_person_is_not_forgotten": "người đang chấp hành đã ra khỏi cơ sở",
    "term_is_decided": "đã quyết định thời hạn áp dụng",
    "term_is_served": "đã chấp hành xong thời hạn",
    "time_bar_has_not_passed": "chưa hết thời hiệu",
    "track_is_settled": "đã quyết định thủ tục áp dụng khi đủ 18 tuổi",
    "window_is_over": "thời hạn thực hiện quyền đã hết hoặc quyền đã được thực hiện",
}
"""What must hold before an act, by the names of guards."""
SUBSTITUTES: Mapping[str, tuple[str, str]] = {
    "no_community_education_paper": (
        "văn bản nêu rõ chưa áp dụng biện pháp giáo dục", "paper saying that community education was never applied",
    ),
    "opinion_refusal": ("biên bản về việc không có ý kiến", "minute that no opinion was given"),
    "statement_refusal": ("biên bản về việc không có bản tường trình", "minute that no statement was given"),
    "substitution_certificate": ("giấy xác nhận điều trị thay thế", "certificate of substitution treatment"),
    "testimony_minute": ("biên bản ghi lời khai", "minute of testimony"),
}  # fmt: skip
"""Papers that are taken in the place of others, in both languages."""
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
    vi = language == "vi"
    at = f"{' theo ' if vi else ' at '}{begun(fact_words(ref.at)[0]) if vi else ref.at}" if ref.at else ""
    given = (" (khi nêu nội dung riêng)" if vi else " (with its particulars)") if ref.given else ""
    closed = (" (cả khi hồ sơ đã kết thúc)" if vi else " (closed too)") if ref.closed else ""
    return (_named(ref.id) if vi else ref.id) + at + given + closed + _if(ref.when, language)


def begun(title: str) -> str:
    """A title in the middle of a sentence."""
    return title[:1].lower() + title[1:]


def _named(code: str) -> str:
    """A guard or a stage in words; of rules and forms their codes, by which people cite them."""
    if code in set(Stage):
        return STAGE_NAMES[Stage(code)]
    guard, colon, argument = code.partition(":")
    return GUARDS.get(guard, guard) + colon.replace(":", ": ") + argument.replace("|", " hoặc ")
