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
