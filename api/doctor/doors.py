"""Checks of who passes: whether second factors are asked for, and whether everyone who needs one has it."""

from __future__ import annotations

from sqlalchemy import text

from api.doctor.finding import Finding, failed, ok, warning
from api.doctor.store import connected
from models.doors import SECOND_FACTOR_ROLES
from models.settings import Settings

_WITHOUT = text("""
    SELECT count(*) FROM account WHERE role = ANY (:roles) AND NOT disabled AND NOT service AND oidc_subject IS NULL
        AND NOT EXISTS (
            SELECT FROM second_factor WHERE second_factor.account = account.id AND confirmed_at IS NOT NULL
        )
""")
_ADMINISTRATORS = text(
    "SELECT count(*) FROM account WHERE role = 'administrator' AND NOT disabled AND NOT service"
)


def doors(settings: Settings) -> Finding:
    """Whether whoever signs, decides, watches over others or lets them in needs more than a password."""
    with connected(settings) as connection:
        without = connection.execute(_WITHOUT, {"roles": sorted(SECOND_FACTOR_ROLES)}).scalar_one()
        administrators = connection.execute(_ADMINISTRATORS).scalar_one()
    if not administrators:
        return failed(
            "Không có người quản trị nào đăng nhập được", "there is no administrator who can sign in",
            "hoso users create TÊN --name … --agency …", "hoso users create NAME --name … --agency …",
        )  # fmt: skip
    if not settings.doors.second_factor:
        return warning(
            "Không yêu cầu xác thực hai lớp: mật khẩu là đủ cho người ký, giám sát và quản trị",
            "second factors are not asked for: a password is enough for who signs, supervises and administers",
            "Đặt HOSO_SECOND_FACTOR=required", "Set HOSO_SECOND_FACTOR=required",
        )  # fmt: skip
    if without:
        return warning(
            f"{without} tài khoản phải có mà chưa cài xác thực hai lớp; chưa làm được gì khác",
            f"{without} accounts must have a second factor and have none yet; they can do nothing else",
            "Những người đó đăng nhập và cài đặt (POST /v1/auth/totp)", "They sign in and set it up (POST /v1/auth/totp)",
        )  # fmt: skip
    return ok("Xác thực hai lớp được yêu cầu và đã cài", "second factors are asked for and set up")
