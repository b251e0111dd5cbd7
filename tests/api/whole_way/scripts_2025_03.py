"""Book 2025-03, adults and minors: the commune police compile and send, without clocks of the book's own."""

from typing import Any

from tests.api.whole_way.script import Script, do, main, ran, refused, seen, tried
from tests.flows.road_2025 import FIFTEEN, MONDAY_2025_03

STRAIGHT = (
    "police_collection", "health_determination", "police_collection", "court_decision", "execution", "after_care", "closed",
)  # fmt: skip
RETURNED = (*STRAIGHT[:4], "police_collection", "court_decision")
FORMS = ("109-02", "109-03", "109-05", "TA-05", "TA-06")
REFUSED: dict[str, Any] = {"outcome": "refuse", "term_months": None}

# ---------------------------------------------------------------- 2025-03, adults
ADULT_STRAIGHT = Script(
    name="adult straight",
    about="an adult begins under 2025-03, serves under 2025-07 and ends the after-care under 2026",
    book="2025-03",
    start=MONDAY_2025_03,
    lines=(
        main("deliver"),
        seen("2025-06-30 23:59", law_changed=False),
        seen("2025-07-01 08:00", law_changed=True),
        refused("leave_for_proceedings", "2025-07-01 08:00", "book_has_ended", by="cs", leave_reason="làm chứng",
                leave_until="2025-07-02 17:00"),
        seen("2025-07-01 08:00", "/migration", by="cs", to="2025-07", stage="execution", allowed=True, needs=True),
        refused("migrate", "2025-07-01 08:30", "not_in_charge", by="ta"),
        tried("migrate", "2025-07-01 09:00", by="cs"),
        do("migrate", "2025-07-01 09:00", by="cs"),
        seen("2025-07-01 09:01", law_changed=False, rulebook="2025-07", holder="cs"),
        do("give_end_notice", "2026-02-20 09:00"),
        do("certify", "2026-03-21 09:00", completed_on="2026-03-20"),
        do("report_home", "2026-03-23 09:00", by="ca", home_on="2026-03-21", reported_at="2026-03-23 09:00"),
        do("propose_aftercare", "2026-03-24 09:00", aftercare_proposal_received_at="2026-03-24 10:00"),
        do("decide_aftercare", "2026-03-25 09:00"),
        refused("end_aftercare", "2026-07-01 08:00", "book_has_ended", "window_not_over"),
        do("migrate", "2026-07-01 09:00", by="ub", compiler="ca"),
        do("order_monitoring", "2026-07-02 09:00", monitoring_effective_at="2026-07-02 09:00"),
        do("fit_device", "2026-07-02 15:00", by="ca", fitted_at="2026-07-02 15:00"),
        refused("end_aftercare", "2028-03-15 23:59", "too_early"),
        do("end_aftercare", "2028-03-16 08:00"),
    ),
    stages=STRAIGHT,
    holders=("ca", "yt", "ca", "ta", "ca", "cs", "ca", "ub", "ca"),
    ran=(
        ran("resid-verify", "2025-03-13", "done", "Phát hiện thứ Hai 10/03: 11, 12, 13/03."),
        ran("reg-voluntary", "2025-03-19", "run_out", "Kết quả thứ Tư 12/03: 13, 14, 17, 18, 19/03."),
        ran("elig-limit-A", "2025-06-09", "done", "Ba tháng từ 10/03, ngày đầu được tính: hết 09/06."),
        ran("read-A", "2025-03-28", "run_out", "Nhận thông báo thứ Ba 25/03: 26, 27, 28/03."),
        ran("c3-term", "2025-04-16", "done", "Thụ lý 01/04: 15 ngày."),
        ran("c3-session", "2025-04-15", "done", "Quyết định mở phiên họp 03/04: 04, 08-11, 14, 15/04 (07/04 Giỗ Tổ)."),
        ran("c3-complaint", "2025-04-17", "run_out", "Công bố thứ Năm 10/04: 11, 14-17/04."),
        ran("exec-send-A", "2025-04-21", "done", "Có hiệu lực 18/04: ba ngày là thứ Hai 21/04."),
        ran("exec-take", "2025-04-26", "done", "Nhận 21/04: năm ngày là thứ Bảy 26/04, ngày làm bù."),
        ran("exec-limit-A", "2026-04-17", "done", "Một năm từ 18/04/2025, ngày đầu được tính."),
        ran("term-A", "2026-03-20", "done", "12 tháng từ 23/04/2025 trừ 34 ngày ở cơ sở (20/03-23/04)."),
        ran("exec-end-notice", "2026-03-05", "done", "15 ngày trước 20/03/2026, giữ nguyên qua 01/07/2025."),
        ran("post-file", "2026-03-26", "done", "Trình diện thứ Hai 23/03: 24, 25, 26/03."),
        ran("p4-es-fit", "2026-07-03 09:00", "done", "24 giờ từ khi quyết định giám sát có hiệu lực."),
        ran("p4-es-term", "2028-03-20", "done", "Hai năm từ 02/07/2026, nhưng không quá thời gian quản lý sau cai."),
        ran("post-term-A", "2028-03-20", "done", "Hai năm từ 20/03/2026, giữ nguyên qua 01/07/2026."),
        ran("p4-post-end", "2028-03-20", "done", "Ba ngày làm việc cuối: thứ Năm 16, 17, thứ Hai 20/03/2028."),
    ),
    forms=FORMS,
    cancelled=frozenset({"c3-petition"}),
)  # fmt: skip

ADULT_DISPUTED = Script(
    name="adult disputed",
    about="the court sends the file back, asks, and terminates the case of a person who had fled from the centre",
    book="2025-03",
    start=MONDAY_2025_03,
    lines=(
        main("register_file"),
        do("return_incomplete", "2025-04-01 09:00"),
        refused("accept", "2025-04-01 10:00", "wrong_stage", "not_in_charge", "act_missing"),
        do("supplement", "2025-04-02 09:00"),
        do("send_to_court", "2025-04-03 09:00"),
        do("register_file", "2025-04-03 14:00"),
        do("accept", "2025-04-04 09:00"),
        do("notify_acceptance", "2025-04-04 10:00"),
        do("query", "2025-04-08 09:00", query_received_at="2025-04-08 10:00"),
        do("reply_query", "2025-04-09 09:00"),
        do("escape", "2025-04-09 22:00", by="cs", escaped_at="2025-04-09 20:00"),
        do("capture", "2025-04-14 09:00", captured_at="2025-04-14 08:00", evasion_ended_at="2025-04-14 08:00", by="ca"),
        seen("2025-04-16 08:59", alarm=False),
        do(
            "terminate", "2025-04-16 09:00", by="ta", termination_ground="không thuộc đối tượng áp dụng",
            announced_at="2025-04-16 09:00", complaint_from="2025-04-16 09:00",
        ),
        seen("2025-04-16 12:00", alarm=True),
        refused("decide", "2025-04-16 14:00", "act_missing"),
        do("send_decision", "2025-04-17 09:00"),
        refused("take_effect", "2025-04-24 08:30", "person_is_held", effective_on="2025-04-24"),
        seen("2025-04-24 08:44", alarm=True),
        do("end_pending", "2025-04-24 08:45", left_at="2025-04-24 08:40", release_reason="Tòa án đình chỉ"),
        seen("2025-04-24 08:46", alarm=False),
        do("take_effect", "2025-04-24 09:00", effective_on="2025-04-24"),
    ),
    stages=(*RETURNED, "closed"),
    holders=("ca", "yt", "ca", "ta", "ca", "ta"),
    ran=(
        ran("c3-return", "2025-04-02", "done", "Nhận thứ Hai 31/03: 01, 02/04."),
        ran("c3-return", "2025-04-08", "done", "Nhận lại thứ Năm 03/04: 04, 08/04 (07/04 Giỗ Tổ)."),
        ran("c3-accept", "2025-04-01", "done", "Nhận thứ Hai 31/03: thứ Ba 01/04."),
        ran("c3-accept", "2025-04-04", "done", "Nhận lại thứ Năm 03/04: thứ Sáu 04/04."),
        ran("c3-term", "2025-04-21", "done", "Thụ lý 04/04: 15 ngày hết thứ Bảy 19/04, sang thứ Hai 21/04."),
        ran("elig-limit-A", "2025-07-13", "cancelled", "Hết trốn tránh 14/04: ba tháng mới, ngày đầu được tính."),
        ran("c3-complaint", "2025-04-23", "run_out", "Công bố thứ Tư 16/04: 17, 18, 21, 22, 23/04."),
    ),
    forms=FORMS[:3],
    cancelled=frozenset({"c3-petition", "elig-limit-A"}),
)  # fmt: skip

# ---------------------------------------------------------------- 2025-03, minors
MINOR_STRAIGHT = Script(
    name="minor straight",
    about="a minor begins under 2025-03, serves under 2025-07 and ends the after-care under 2026",
    book="2025-03",
    start=MONDAY_2025_03,
    person=FIFTEEN,
    lines=(
        main("deliver"),
        do("migrate", "2025-07-01 09:00", by="cs"),
        do("give_end_notice", "2025-09-03 09:00"),
        do("certify", "2025-09-20 09:00", completed_on="2025-09-19"),
        do("report_home", "2025-09-22 09:00", by="ca", home_on="2025-09-20", reported_at="2025-09-22 09:00"),
        do("propose_aftercare", "2025-09-23 09:00", aftercare_proposal_received_at="2025-09-23 10:00"),
        do("decide_aftercare", "2025-09-24 09:00"),
        do("migrate", "2026-07-01 09:00", by="ub", compiler="ca"),
        refused("end_aftercare", "2026-09-15 23:59", "too_early"),
        do("end_aftercare", "2026-09-16 09:00"),
    ),
    stages=STRAIGHT,
    holders=("ca", "yt", "ca", "ta", "ca", "cs", "ca", "ub", "ca"),
    ran=(
        ran("read-M", "2025-03-31", "run_out", "Mẹ nhận sau, thứ Tư 26/03: 27, 28, 31/03."),
        ran("cm-check", "2025-04-08", "done", "Thụ lý thứ Tư 02/04: 03, 04, 08/04 (07/04 Giỗ Tổ)."),
        ran("cm-term", "2025-04-17", "done", "Thụ lý 02/04: 15 ngày."),
        ran("cm-complaint", "2025-04-17", "run_out", "Công bố thứ Năm 10/04: 11, 14-17/04."),
        ran("term-M", "2025-09-19", "done", "Sáu tháng từ 23/04 là 23/10, trừ 34 ngày ở cơ sở."),
        ran("exec-end-notice-M", "2025-09-04", "done", "15 ngày trước 19/09, giữ nguyên qua 01/07/2025."),
        ran("post-term-M", "2026-09-19", "done", "Một năm từ 19/09/2025, giữ nguyên qua 01/07/2026."),
        ran("p4-post-end", "2026-09-19", "done", "Hết thứ Bảy 19/09: ba ngày làm việc cuối là 16, 17, 18/09."),
    ),
    forms=FORMS,
)  # fmt: skip

MINOR_DISPUTED = Script(
    name="minor disputed",
    about="the parents will not take the notice, the court takes longer, refuses, and the province upholds it against a protest",
    book="2025-03",
    start=MONDAY_2025_03,
    person=FIFTEEN,
    lines=(
        main("accept", notify_person={"parents_refused_reason": "không đồng ý với hồ sơ"}),
        do("notify_acceptance", "2025-04-03 09:00"),
        do("query", "2025-04-03 10:00", query_received_at="2025-04-03 11:00"),
        do("reply_query", "2025-04-04 10:00"),
        do("extend_term", "2025-04-04 14:00"),
        do("suspend", "2025-04-08 09:00"),
        refused("hold_session", "2025-04-10 08:30", "no_longer_possible", "act_missing"),
        do("resume", "2025-04-15 09:00"),
        do("open_session", "2025-04-15 10:00", session_at="2025-04-22 08:30"),
        do("hold_session", "2025-04-22 08:30", session_ended_at="2025-04-22 10:00"),
        do("decide", "2025-04-22 10:00", **REFUSED),
        seen("2025-04-22 14:59", alarm=True),
        do("end_pending", "2025-04-22 15:00", left_at="2025-04-22 14:00", release_reason="Tòa án không áp dụng"),
        seen("2025-04-22 15:01", alarm=False),
        do("send_decision", "2025-04-23 09:00"),
        do(
            "file_appeal", "2025-04-24 09:00", appeal_kind="protest", appeal_by="Viện kiểm sát nhân dân huyện",
            appeal_received_at="2025-04-24 09:00",
        ),
        do("forward_appeal", "2025-04-25 09:00", appeal_file_received_at="2025-04-25 15:00"),
        do("decide_appeal", "2025-05-09 09:00", outcome="refuse"),
        do("take_effect", "2025-05-12 09:00", effective_on="2025-05-09"),
    ),
    stages=(*STRAIGHT[:4], "closed"),
    holders=("ca", "yt", "ca", "ta", "ta-tinh", "ta"),
    ran=(
        ran("cm-term", "2025-05-09", "done", "Thụ lý 02/04; 30 ngày hết 02/05; tạm đình chỉ bảy ngày (08-15/04)."),
        ran("cm-complaint", "2025-04-28", "run_out", "Công bố thứ Ba 22/04: 23, 24, 25, thứ Bảy 26 (làm bù), 28/04."),
    ),
    forms=FORMS,
)  # fmt: skip

SCRIPTS = (ADULT_STRAIGHT, ADULT_DISPUTED, MINOR_STRAIGHT, MINOR_DISPUTED)
