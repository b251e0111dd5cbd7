"""Guards of the minors' track: the sample that is taken, and a person who turns 18 on the way."""

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
