"""Guards of the minors' track: a person who turns 18 on the way."""

from flows.refusals import Need
from flows.view import View
from models.person import age_on


def _is_adult(view: View) -> bool:
    return age_on(view.state.person.birth_date, view.at.date()) >= 18


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


def adulthood_is_reached(view: View, _: str) -> Need:
    """The track is decided anew only for who was a minor and is 18 now; who evaded until then is an adult (Luật 120/2025 Đ.36.3)."""
    evaded = "end_evasion" in view.state.acts or view.facts.get("evasion_ended_at") is not None
    bound = view.given and evaded and view.facts.get("track_after_18") != "adult"
    met = _is_adult(view) and not bound
    return Need(
        "adulthood",
        met,
        "Người trốn tránh, cản trở đến khi đủ 18 tuổi thì áp dụng biện pháp đối với người từ đủ 18 tuổi"
        if bound
        else "Người bị đề nghị chưa đủ 18 tuổi",
        "Who evaded until 18 is under the adults' measure" if bound else "The person is not 18 yet",
        view.action.citation,
        "track_after_18",
    )
