"""Guards of the minors' track: the sample, the refusals, the parents' notice, and a person who turns 18 on the way."""

from flows.refusals import Need
from flows.view import View
from models.person import age_on


def _is_adult(view: View) -> bool:
    return age_on(view.state.person.birth_date, view.at.date()) >= 18


def _was_minor(view: View) -> bool:
    return age_on(view.state.person.birth_date, view.state.opened_on) < 18


def sampling_is_agreed(view: View, _: str) -> Need:
    """A parent, guardian or representative agrees before a minor is sampled, except for urine (NĐ 105/2021 Đ.46.4)."""
    sample = view.facts.get("sample") if view.given else None
    return Need(
        "sampling_not_agreed",
        sample in {None, "urine"} or bool(view.facts.get("sampling_consent")),
        "Lấy mẫu của người dưới 18 tuổi (trừ nước tiểu) phải có cha, mẹ, người giám hộ hoặc người đại diện đồng ý",
        "Sampling a minor, except for urine, needs the agreement of a parent, guardian or representative",
        "NĐ 105/2021/NĐ-CP Đ.46.4",
        "sampling_consent",
    )


def track_is_settled(view: View, _: str) -> Need:
    """Once the person is 18 someone decides which track goes on; only for evasion does the law say (Luật 120/2025 Đ.36.3)."""
    open_question = (
        view.state.track == "minor" and _is_adult(view) and "record_adulthood" not in view.state.acts
    )
    return Need(
        "track_unsettled",
        not open_question,
        "Người bị đề nghị đã đủ 18 tuổi: phải ghi nhận việc áp dụng trình tự nào và lý do",
        "The person has turned 18: record which track goes on, and why",
        view.book.minors_citation or view.action.citation,
        "record_adulthood",
    )


def adulthood_is_reached(view: View, open_to_evaders: str) -> Need:
    """The track is decided anew only for who was a minor and is 18 now; who evaded until then is an adult (Luật 120/2025 Đ.36.3).

    The argument names the tracks open to who evaded, for a book whose law says nothing of it.
    """
    evaded = "end_evasion" in view.state.acts or view.facts.get("evasion_ended_at") is not None
    choices = open_to_evaders.split("|") if open_to_evaders else ["adult"]
    bound = view.given and evaded and view.facts.get("track_after_18") not in choices
    why, why_en = "Người bị đề nghị chưa đủ 18 tuổi", "The person is not 18 yet"
    if not _was_minor(view):
        why, why_en = (
            "Người bị đề nghị đã đủ 18 tuổi khi mở hồ sơ",
            "The person was 18 when the dossier was opened",
        )
    elif bound:
        why = "Người trốn tránh, cản trở đến khi đủ 18 tuổi thì áp dụng biện pháp đối với người từ đủ 18 tuổi"
        why_en = "Who evaded until 18 is under the adults' measure"
    return Need(
        "adulthood",
        _was_minor(view) and _is_adult(view) and not bound,
        why,
        why_en,
        view.action.citation,
        "track_after_18",
    )


def sampling_is_witnessed(view: View, _: str) -> Need:
    """A parent or representative sees a minor being sampled, except for urine, which needs an officer of the same sex.

    NĐ 163/2026/NĐ-CP Đ.56.5-6.
    """
    sample = view.facts.get("sample") if view.given else None
    asked = {None: None, "urine": "urine_officer"}.get(sample, "sampling_witness")
    return Need(
        "sampling_not_witnessed",
        asked is None or bool(view.facts.get(asked)),
        "Lấy mẫu nước tiểu phải có cán bộ cùng giới giám sát"
        if asked == "urine_officer"
        else "Lấy mẫu của người dưới 18 tuổi phải có cha, mẹ, người giám hộ hoặc người đại diện hợp pháp chứng kiến",
        "A urine sample needs an officer of the same sex"
        if asked == "urine_officer"
        else "Sampling a minor needs a parent, guardian or representative present",
        "NĐ 163/2026/NĐ-CP Đ.56.5–6",
        asked or "sample",
    )


def refusal_has_an_adult_witness(view: View, _: str) -> Need:
    """A minute that stands for the statement or the parents' opinion has an adult witness (NĐ 163/2026 Đ.104.1.e)."""
    refused = {kind for kind, _title, _sheets in view.state.papers} & {"statement_refusal", "opinion_refusal"}
    return Need(
        "no_adult_witness",
        not view.given or not refused or view.facts.get("adult_witness") is not None,
        "Biên bản thay cho bản tường trình, ý kiến (Mẫu 40) phải có người chứng kiến từ đủ 18 tuổi",
        "The minute in place of a statement or opinion (form 40) needs an adult witness",
        "NĐ 163/2026/NĐ-CP Đ.104.1.e",
        "adult_witness",
    )


def parents_are_notified(view: View, _: str) -> Need:
    """A minor's parents get the notice too; if they refuse it, before an adult witness (NĐ 163/2026 Đ.105.1, 105.3)."""
    facts = {name: view.facts.get(name) for name in view.own}
    given = facts.get("parents_receiver") is not None and facts.get("parents_notice_received_at") is not None
    refused = bool(facts.get("parents_refused_reason")) and facts.get("adult_witness") is not None
    return Need(
        "parents_not_notified",
        not view.given or given or refused,
        "Phải thông báo cho cha, mẹ, người giám hộ hoặc người đại diện hợp pháp; họ không nhận thì lập biên bản (Mẫu 41)"
        " có người chứng kiến từ đủ 18 tuổi",
        "The parents or representative must be notified; if they refuse, a minute (form 41) with an adult witness",
        "Luật 120/2025/QH15 Đ.36.2.c; NĐ 163/2026/NĐ-CP Đ.105.1–3",
        "parents_notice_received_at",
    )
