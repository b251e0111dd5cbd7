"""What codes are called on the board, as messages to be said in the reader's language."""

from collections.abc import Mapping

from api.board.language import N_

STAGES: Mapping[str, str] = {
    "police_collection": N_("Công an lập hồ sơ"),
    "health_determination": N_("Xác định tình trạng nghiện"),
    "justice_review": N_("Kiểm tra tính pháp lý"),
    "court_decision": N_("Tòa án xem xét"),
    "execution": N_("Thi hành"),
    "after_care": N_("Quản lý sau cai"),
    "closed": N_("Đã kết thúc"),
}
ROLES: Mapping[str, str] = {
    "officer": N_("Cán bộ"),
    "head": N_("Người đứng đầu"),
    "supervisor": N_("Giám sát"),
    "clerk": N_("Thư ký Tòa án"),
    "judge": N_("Thẩm phán"),
    "auditor": N_("Kiểm tra"),
    "administrator": N_("Người quản trị"),
    "system": N_("Hệ thống"),
}
LIMIT_KINDS: Mapping[str, str] = {
    "duty": N_("Phải làm"),
    "window": N_("Quyền của người bị đề nghị"),
    "bar": N_("Thời hiệu"),
    "term": N_("Thời hạn áp dụng"),
}
UNITS: Mapping[str, str] = {
    "working_day": N_("ngày làm việc"),
    "day": N_("ngày"),
    "hour": N_("giờ"),
    "month": N_("tháng"),
    "year": N_("năm"),
}
DOCUMENT_STATES: Mapping[str, str] = {
    "issued": N_("Còn hiệu lực"),
    "superseded": N_("Đã thay thế"),
    "void": N_("Đã hủy"),
}
SEXES: Mapping[str, str] = {"male": N_("Nam"), "female": N_("Nữ")}
IDENTITIES: Mapping[str, str] = {
    "personal_number": N_("Số định danh cá nhân"),
    "old_identity_card": N_("Chứng minh nhân dân"),
    "passport": N_("Hộ chiếu"),
    "none": N_("Không có giấy tờ"),
}
MASKS: Mapping[str, str] = {
    "health": N_("sức khỏe, tình trạng nghiện"),
    "family": N_("gia đình"),
    "minor": N_("danh tính người dưới 18 tuổi"),
}
AGENCY_KINDS: Mapping[str, str] = {
    "commune_police": N_("Công an cấp xã"),
    "district_police": N_("Công an cấp huyện"),
    "provincial_police": N_("Công an cấp tỉnh"),
    "ministry_police": N_("Bộ Công an"),
    "health_facility": N_("Cơ sở y tế"),
    "justice_office": N_("Phòng Tư pháp"),
    "labour_office": N_("Phòng Lao động – Thương binh và Xã hội"),
    "court": N_("Tòa án"),
    "provincial_court": N_("Tòa án cấp tỉnh"),
    "procuracy": N_("Viện kiểm sát"),
    "rehab_centre": N_("Cơ sở cai nghiện"),
    "peoples_committee": N_("Ủy ban nhân dân"),
}
SCOPES: Mapping[str, str] = {
    "dossiers:read": N_("Đọc hồ sơ"),
    "dossiers:act": N_("Thực hiện thao tác"),
    "papers:write": N_("Nộp tài liệu"),
    "documents:read": N_("Đọc văn bản"),
    "supervision:read": N_("Xem số liệu giám sát"),
    "notices": N_("Nhận thông báo"),
    "webhooks": N_("Quản lý webhook"),
    "bulk": N_("Làm hàng loạt và nhập dữ liệu"),
}
JOB_STATES: Mapping[str, str] = {
    "parked": N_("Đã dừng"),
    "waiting": N_("Đang chờ"),
    "leased": N_("Đang chạy"),
}
DELIVERY_STATES: Mapping[str, str] = {
    "waiting": N_("Đang chờ"),
    "sending": N_("Đang gửi"),
    "sent": N_("Đã gửi"),
    "parked": N_("Không gửi được"),
}
WEBHOOK_ENDS: Mapping[str, str] = {
    "by_hand": N_("Đã tắt"),
    "gone": N_("Đã tắt: bên nhận báo không còn nhận"),
    "failing": N_("Đã tắt: gửi không được suốt 3 ngày"),
}
DAY_KINDS: Mapping[str, str] = {"off": N_("Ngày nghỉ"), "working": N_("Ngày làm việc")}
WEEK: tuple[str, ...] = (
    N_("T2"), N_("T3"), N_("T4"), N_("T5"), N_("T6"), N_("T7"), N_("CN"),
)  # fmt: skip
DIFFERENCES: Mapping[str, str] = {"new": N_("Mới"), "gone": N_("Bỏ"), "changed": N_("Đổi")}
OUTCOMES: Mapping[str, str] = {
    "ok": N_("Đã làm xong"),
    "2": N_("Đã làm xong"),
    "3": N_("Đã chuyển trang"),
    "401": N_("Chưa đăng nhập"),
    "403": N_("Không được phép"),
    "404": N_("Không có, hoặc không được xem"),
    "409": N_("Chưa thực hiện được"),
    "412": N_("Đã thay đổi trong lúc này"),
    "413": N_("Tệp quá lớn"),
    "422": N_("Dữ liệu không hợp lệ"),
    "429": N_("Quá nhiều yêu cầu"),
    "4": N_("Bị từ chối"),
    "5": N_("Lỗi hệ thống"),
    "password": N_("Bằng mật khẩu"),
    "oidc": N_("Bằng OpenID"),
    "service": N_("Phần mềm"),
    "invalid_credentials": N_("Sai tên đăng nhập hoặc mật khẩu"),
    "otp_required": N_("Chưa nhập mã xác thực"),
    "invalid_otp": N_("Sai mã xác thực"),
    "second_factor_required": N_("Chưa xác thực hai lớp"),
    "ended": N_("Phiên đã kết thúc"),
}
"""What became of what the audit log tells of, by its code or the code's first digit."""
SIGNED: Mapping[str, str] = {
    "auth.signed_in": N_("Đăng nhập"),
    "auth.sign_in_failed": N_("Đăng nhập không được"),
    "auth.locked_out": N_("Tạm khóa vì sai nhiều lần"),
    "auth.signed_out": N_("Đăng xuất"),
    "auth.token_reused": N_("Dùng lại mã phiên cũ"),
    "auth.token_refused": N_("Từ chối mã phiên"),
    "auth.session_ended": N_("Kết thúc phiên"),
    "auth.password_changed": N_("Đổi mật khẩu"),
    "auth.password_reset": N_("Cấp lại mật khẩu"),
    "auth.second_factor_begun": N_("Bắt đầu cài xác thực hai lớp"),
    "auth.second_factor_confirmed": N_("Bật xác thực hai lớp"),
    "auth.second_factor_reset": N_("Bỏ xác thực hai lớp"),
    "auth.recovery_code_used": N_("Dùng mã khôi phục"),
    "auth.user_created": N_("Tạo tài khoản"),
    "auth.user_changed": N_("Sửa tài khoản"),
    "auth.user_disabled": N_("Khóa tài khoản"),
    "auth.user_enabled": N_("Mở khóa tài khoản"),
    "auth.user_linked": N_("Liên kết OpenID"),
    "auth.secret_made": N_("Tạo khóa của phần mềm"),
    "auth.secret_ended": N_("Kết thúc khóa của phần mềm"),
}
"""What the audit log tells of signing in and of accounts."""
BREAKS: Mapping[str, str] = {
    "gap": N_("thiếu dòng"),
    "link": N_("dòng trước là dòng khác"),
    "entry": N_("dòng bị sửa"),
    "cut": N_("phần cuối bị cắt"),
    "rewritten": N_("phần cuối bị cắt rồi ghi lại"),
}
LAW_PARTS: Mapping[str, str] = {
    "rules": N_("Thời hạn"),
    "papers": N_("Tài liệu"),
    "forms": N_("Biểu mẫu"),
    "provisions": N_("Quy định khác"),
    "more": N_("Cách gọi, chuyển tiếp"),
}
LAW_TABLES: Mapping[str, str] = {
    "rules": N_("Thời hạn"),
    "actions": N_("Thao tác"),
    "papers": N_("Tài liệu"),
    "provisions": N_("Quy định khác"),
    "exclusions": N_("Trường hợp không áp dụng"),
    "wording": N_("Cách gọi"),
    "drawn": N_("Biểu mẫu lập riêng"),
    "period": N_("Thời kỳ"),
}
LAW_FIELDS: Mapping[str, str] = {
    "about": N_("Về"), "actor": N_("Tư cách"), "after": N_("Sau khi"), "amount": N_("Thời hạn"), "any_of": N_("Giấy tờ thay thế"),
    "by": N_("Ai làm"), "citation": N_("Căn cứ"), "confirmed": N_("Đã đối chiếu văn bản"), "counted_from": N_("Dữ kiện tính từ"),
    "credits": N_("Trừ ngày"), "ends": N_("Kết thúc thời hạn"), "extends": N_("Gia hạn"), "facts": N_("Dữ kiện"), "form": N_("Biểu mẫu"),
    "forms": N_("Biểu mẫu"), "from": N_("Tính từ"), "guards": N_("Điều kiện"), "hand_to": N_("Giao cho"), "next": N_("Tiếp theo"),
    "not_after": N_("Không sau khi"), "repeat": N_("Được làm nhiều lần"), "restarts": N_("Tính lại"), "resumes": N_("Tiếp tục"),
    "role": N_("Người ký"), "stages": N_("Giai đoạn"), "starts": N_("Bắt đầu thời hạn"), "suspends": N_("Tạm dừng"),
    "text": N_("Câu chữ"), "title": N_("Tên gọi"), "undoes": N_("Phải làm lại"), "when": N_("Khi"), "who": N_("Ai"),
}  # fmt: skip
LAW_COLUMNS = (
    N_("Ai"), N_("Ai làm"), N_("Ban hành khi"), N_("Biểu mẫu"), N_("Biểu mẫu hoặc giấy tờ thay thế"), N_("Chuyển đến"), N_("Câu chữ"),
    N_("Căn cứ"), N_("Cũ"), N_("Cần"), N_("Dữ kiện"), N_("Ghi chú"), N_("Giai đoạn"), N_("Khi"), N_("Loại"), N_("Mã"), N_("Mới"), N_("Mục"),
    N_("Nguồn"), N_("Người ban hành"), N_("Quy tắc"), N_("Quy định"), N_("Thao tác"), N_("Thao tác dẫn đến"), N_("Thời hạn"), N_("Tiếp theo"),
    N_("Trường hợp"), N_("Tài liệu"), N_("Tính từ"), N_("Về"), N_("Đang ở"),
)  # fmt: skip
"""The columns of the tables that a book is shown in."""
SEVERITIES: Mapping[str, str] = {
    "critical": N_("Nghiêm trọng"),
    "high": N_("Cao"),
    "medium": N_("Vừa"),
    "low": N_("Thấp"),
}
COUNTED: Mapping[str, str] = {
    "opened": N_("Hồ sơ đã mở"),
    "decided": N_("Quyết định của Tòa án"),
    "closed": N_("Hồ sơ đã kết thúc"),
    "returned": N_("Lần trả hồ sơ"),
    "supplemented": N_("Lần bổ sung hồ sơ"),
    "passed_on": N_("Hồ sơ đã chuyển khỏi giai đoạn"),
    "on_time": N_("Thời hạn hoàn thành đúng hạn"),
    "late": N_("Thời hạn hoàn thành muộn"),
    "overdue": N_("Thời hạn quá vào cuối tháng"),
}


def outcome_of(code: str) -> str:
    """What an outcome in the audit log says; nothing for one that has no words."""
    return OUTCOMES.get(code) or OUTCOMES.get(code[:1], "")
