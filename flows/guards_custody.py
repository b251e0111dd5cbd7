"""Guards of the person held while the file is made: where, until when, and what of it is credited."""

from flows.refusals import Need
from flows.view import View


def person_is_not_held(view: View, _: str) -> Need:
    """Nobody is forgotten in custody: first the release from pending management is recorded."""
    return Need(
        "person_is_held",
        "place_pending" not in view.state.acts,
        "Người bị đề nghị còn đang bị quản lý: phải ghi nhận việc rời nơi quản lý trước",
        "The person is still in pending management: record the release first",
        view.action.citation,
        "end_pending",
    )


def held_person_is_released(view: View, _: str) -> Need:
    """Where the measure is not applied, the release comes before the decision is closed."""
    applied = view.facts.get("outcome") == "apply" and "terminate" not in view.state.acts
    need = person_is_not_held(view, "")
    return Need(
        need.code, need.met or applied, need.message, need.message_en, need.citation, need.requirement
    )


def person_is_held(view: View, _: str) -> Need:
    """Only someone who was handed over can escape, or start the term in place."""
    return Need(
        "person_is_not_held",
        "deliver_pending" in view.state.acts,
        "Người bị đề nghị không đang ở cơ sở",
        "The person is not at the centre",
        view.action.citation,
        "deliver_pending",
    )


def credit_is_right(view: View, _: str) -> Need:
    """Days in pending management are deducted from the term, days of escape are not (Luật 120/2025 Đ.37.2).

    Whether the first day counts is open, so either count is taken. After an escape, a release or under two laws a person
    counts, up to the days since the ground was recorded: nobody was held before.
    """
    acts, days = view.state.acts, view.facts.get("credited_days")
    interrupted = (
        any(view.facts.get(name) is not None for name in ("escaped_at", "left_at")) or "migrate" in acts
    )
    held_from = acts.get("record_ground" if interrupted else "place_pending")
    since = (view.at.date() - held_from.date()).days if held_from else 0
    least, most = 0 if interrupted else since, since + 1 if held_from else 0
    return Need(
        "credit_is_wrong",
        not view.given or least <= (days or 0) <= most,
        f"Số ngày đã quản lý được trừ phải từ {least} đến {most}",
        f"The days credited must be from {least} to {most}",
        "Luật 120/2025/QH15 Đ.37.2; NĐ 163/2026/NĐ-CP Đ.107.4, 109.3",
        "credited_days",
    )


def pending_form_fits(view: View, _: str) -> Need:
    """The family manages who has a home and whose family agrees, a facility the rest, or who fled from the family."""
    home, agrees = view.facts.get("residence") == "stable", view.facts.get("family_agrees")
    fled = view.facts.get("escaped_at") is not None
    fits = {"family": home and agrees is True, "facility": not home or agrees is False or fled}
    return Need(
        "pending_form",
        not view.given or fits.get(str(view.facts.get("pending_form")), False),
        "Giao gia đình chỉ khi có nơi cư trú ổn định và gia đình đồng ý; giao cơ sở khi không có nơi cư trú ổn định,"
        " gia đình không đồng ý hoặc người đó đã bỏ trốn",
        "Family: a stable residence and consent; facility: no residence, no consent, or an escape",
        "Luật Xử lý vi phạm hành chính (sửa đổi, bổ sung 2020) Đ.131; NĐ 116/2021/NĐ-CP Đ.44–46, 48.4",
        "pending_form",
    )


def facility_was_chosen(view: View, _: str) -> Need:
    """Only who is to be managed by a facility is handed over to one (NĐ 116/2021 Đ.47)."""
    return Need(
        "family_manages",
        view.facts.get("pending_form") == "facility",
        "Người bị đề nghị được giao cho gia đình quản lý",
        "The person is managed by the family",
        view.action.citation,
        "place_pending",
    )


def facility_credit_is_right(view: View, _: str) -> Need:
    """Days in the facility are deducted day for day, days with the family and of escape are not (NĐ 116/2021 Đ.44.3).

    Whether the first day counts is open, so either count is taken; from the day the person is held to be taken on, the
    term itself runs. After an escape or a release a person counts, up to the days since the ground was recorded.
    """
    acts, days = view.state.acts, view.facts.get("credited_days") or 0
    interrupted = any(view.facts.get(name) is not None for name in ("escaped_at", "left_at"))
    # Who is handed over is recorded for a facility only, and stays on record when the management ends.
    was_inside = "hand_over_by" in view.state.facts
    inside_from = acts.get("record_ground" if interrupted and was_inside else "deliver_pending")
    until = view.facts.get("held_from") or view.at.date()
    since = max(0, (until - inside_from.date()).days) if inside_from else 0
    least, most = 0 if interrupted else since, since + 1 if inside_from else 0
    return Need(
        "credit_is_wrong",
        not view.given or least <= days <= most,
        f"Số ngày quản lý tại cơ sở được trừ phải từ {least} đến {most}",
        f"The days credited must be from {least} to {most}",
        "Luật Xử lý vi phạm hành chính (sửa đổi, bổ sung 2020) Đ.131.3; NĐ 116/2021/NĐ-CP Đ.44.3",
        "credited_days",
    )
