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
    "administrator": N_("Quản trị"),
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
