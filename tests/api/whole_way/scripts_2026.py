"""Book 2026, adults and minors: the commune police compile the file and send it straight to the regional court."""

from datetime import date

from tests.api.whole_way.script import Script, do, main, ran, refused

STRAIGHT = (
    "police_collection", "health_determination", "police_collection", "court_decision", "execution", "after_care", "closed",
)  # fmt: skip
FINDING = ("III-01", "III-03", "109-02", "109-03", "109-05", "V-23", "V-34")
PLACING, FILE, HEARING = ("V-33", "V-32", "V-31"), ("V-36", "V-37", "V-23"), ("TA-02", "TA-01", "TA-05", "TA-06")
DELIVERY = ("P-02", "P-03", "V-42")
UNREAD = frozenset({"c3-petition", "c3-session-notice"})
"""Limits whose number was not read: they stand until the end."""

ADULT_STRAIGHT = Script(
    name="adult straight",
    about="an adult does not register, the session waits for Tết, and all goes straight on to the end of after-care",
    book="2026",
    start=date(2027, 1, 18),
    lines=(
        main("open_session", open_session={"session_at": "2027-02-11 08:30"}),
        main(
            "take_effect",
            hold_session={"when": "2027-02-11 08:30"},
            decide={"when": "2027-02-11 10:00"},
            send_decision={"when": "2027-02-12 09:00"},
            take_effect={"when": "2027-02-19 08:30"},
        ),
        main(
            "deliver",
            receive_decision={"when": "2027-02-22 09:00"},
            request_centre={"when": "2027-02-22 15:00"},
            receive_request={"when": "2027-02-23 08:30"},
            assign_centre={"when": "2027-02-23 16:00"},
            send_assignment={"when": "2027-02-24 09:00"},
            receive_assignment={"when": "2027-02-24 14:00"},
            deliver={"when": "2027-02-25 10:00", "credited_days": 34},
        ),
        do("give_end_notice", "2028-12-21 09:00"),
        do("propose_aftercare", "2028-12-22 09:00"),
        do("decide_aftercare", "2028-12-26 09:00"),
        do("order_monitoring", "2028-12-26 16:00", monitoring_effective_at="2029-01-22 06:00"),
        refused("certify", "2029-01-21 23:59", "too_early", "completion_is_wrong", completed_on="2029-01-21"),
        do("fit_device", "2029-01-22 08:00"),
        do("certify", "2029-01-22 09:00"),
        do("open_aftercare", "2029-01-23 09:00"),
        refused("end_aftercare", "2031-01-15 23:59", "too_early"),
        do("end_aftercare", "2031-01-16 08:00"),
    ),
    stages=STRAIGHT,
    holders=("ca", "yt", "ca", "ta", "ca", "ca-tinh", "ca", "cs", "ca"),
    ran=(
        ran("health-result", "2027-01-25", "done", "Tiếp nhận thứ Hai 18/01: năm ngày hết thứ Bảy 23/01, sang thứ Hai 25/01."),
        ran("p4-register", "2027-01-21 16:00", "run_out", "Thông báo kết quả 16 giờ 20/01: 24 giờ."),
        ran("p4-determine-who", "2027-07-20", "cancelled", "Kết quả 20/01/2027: sáu tháng."),
        ran("p4-compile", "2027-01-25", "done", "Phát hiện thứ Sáu 22/01: một ngày làm việc là thứ Hai 25/01."),
        ran("p4-thoihieu", "2027-04-20", "done", "Ba tháng từ 21/01, ngày đầu được tính cho người đó: hết 20/04."),
        ran("p4-read", "2027-01-27", "run_out", "Nhận thông báo thứ Sáu 22/01: 25, 26, 27/01."),
        ran("p4-transfer", "2027-01-28", "done", "Hết thời hạn đọc cuối thứ Tư 27/01: thứ Năm 28/01."),
        ran("c3-return", "2027-02-01", "done", "Nhận thứ Năm 28/01: 29/01, 01/02."),
        ran("c3-accept", "2027-01-29", "done", "Nhận thứ Năm 28/01: một ngày làm việc."),
        ran("c3-notice-accept", "2027-02-02", "done", "Thụ lý thứ Sáu 29/01: 01, 02/02."),
        ran("c3-term", "2027-02-15", "done", "Thụ lý 29/01: 15 ngày hết thứ Bảy 13/02, sang thứ Hai 15/02."),
        ran("c3-session", "2027-02-18", "done", "Quyết định thứ Ba 02/02: 03/02; Tết 04-10/02; 11, 12, 15-18/02."),
        ran("c3-send", "2027-02-15", "done", "Công bố thứ Năm 11/02: 12, 15/02."),
        ran("c3-complaint", "2027-02-18", "run_out", "Công bố thứ Năm 11/02: 12, 15, 16, 17, 18/02."),
        ran("p4-ex1", "2027-02-23 09:00", "done", "Nhận quyết định 09 giờ 22/02: 24 giờ."),
        ran("p4-ex2", "2027-02-24 08:30", "done", "Nhận văn bản 08 giờ 30 ngày 23/02: 24 giờ."),
        ran("p4-ex4", "2027-02-24 16:00", "done", "Ban hành 16 giờ 23/02: 24 giờ."),
        ran("p4-ex5", "2027-02-25 14:00", "done", "Nhận quyết định giao cơ sở 14 giờ 24/02: 24 giờ."),
        ran(
            "p4-term", "2029-01-22", "done",
            "24 tháng từ 25/02/2027 là 25/02/2029, trừ 34 ngày ở cơ sở (22/01-25/02/2027): lùi 25 ngày đến 31/01, thêm 9: 22/01.",
        ),
        ran("p4-endnotice", "2028-12-22", "done", "30 ngày trước 22/01/2029 là thứ Bảy 23/12/2028: lùi về thứ Sáu 22/12."),
        ran("p4-post-file", "2028-12-25", "done", "Nhận thông báo thứ Năm 21/12: 22, 25/12."),
        ran("p4-es-decide", "2028-12-27 02:00", "done", "Nhận quyết định quản lý 14 giờ 26/12: 12 giờ."),
        ran("p4-es-fit", "2029-01-23 06:00", "done", "Có hiệu lực 06 giờ 22/01: 24 giờ."),
        ran("p4-cert", "2029-01-22", "done", "24 giờ cuối của thời hạn là cả ngày thứ Hai 22/01/2029."),
        ran("p4-post-term", "2031-01-22", "done", "Hai năm từ 22/01/2029; không dời dù trong Tết 21-27/01/2031."),
        ran("p4-post-end", "2031-01-22", "done", "Nghỉ Tết từ 21/01: ba ngày làm việc cuối là 16, 17, 20/01/2031."),
    ),
    forms=(*FINDING, *PLACING, *FILE, *HEARING, "TA-07", *DELIVERY),
    cancelled=UNREAD | {"p4-determine-who", "p4-es-term"},
)  # fmt: skip

SCRIPTS = (ADULT_STRAIGHT,)
