"""Accounts as they are asked for and shown: people and programs of agencies, without anything they sign in with."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.answers import Instant
from api.pages import Page
from api.scopes import Scope
from models.mail_server import checked_address

Role = Literal["officer", "head", "supervisor", "clerk", "judge", "auditor", "administrator"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Email = Annotated[str, Field(max_length=254), AfterValidator(checked_address)]
Scopes = Annotated[
    list[Scope], Field(max_length=20, description="Quyền của phần mềm · what a program may do")
]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class UserIn(_In):
    """Tài khoản mới · a new account."""

    username: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{1,63}$")] = Field(
        description="Tên đăng nhập, không đổi được · cannot be changed later", examples=["ca.cau-giay.2"]
    )
    full_name: Name = Field(examples=["Nguyễn Văn A"])
    position: Name = Field(examples=["Cán bộ"])
    role: Role
    agency: Annotated[str, Field(max_length=100)] = Field(
        description="Mã cơ quan · the agency's code", examples=["ca.cau-giay"]
    )
    email: Email | None = None
    service: bool = Field(
        default=False, strict=True, description="Tài khoản của phần mềm · an account of a program"
    )
    scopes: Scopes = Field(default_factory=list)


class UserChange(_In):
    """Những gì thay đổi; trường không nêu thì giữ nguyên · what changes; what is left out stays."""

    full_name: Name | None = None
    position: Name | None = None
    role: Role | None = None
    agency: Annotated[str, Field(max_length=100)] | None = None
    email: Email | None = None
    scopes: Scopes | None = None


class LinkIn(_In):
    """Danh tính tại nhà cung cấp OpenID; null để bỏ liên kết · who this is to the OpenID provider; null for nobody."""

    subject: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = Field(
        description="Giá trị `sub` · the provider's `sub`"
    )


class UserOut(BaseModel):
    """Tài khoản · an account."""

    id: UUID
    username: str
    full_name: str
    position: str
    role: str
    agency: str
    email: str | None
    service: bool
    scopes: list[str]
    disabled: bool
    second_factor: bool = Field(description="Đã có xác thực hai lớp · has a second factor")
    one_time_until: Instant | None = Field(
        description="Mật khẩu dùng một lần còn hạn đến; null: đã tự đặt mật khẩu · until when the one-time password "
        "counts; null once the user has chosen one"
    )
    oidc_issuer: str | None
    oidc_subject: str | None


class UserMadeOut(UserOut):
    """Tài khoản kèm mật khẩu dùng một lần, chỉ hiện lần này · with its one-time password, shown this once."""

    one_time_password: str | None = Field(
        description="Phải đổi ở lần đăng nhập đầu; null với tài khoản phần mềm · must be changed at the first sign-in; "
        "null for a service account"
    )


class UserPage(BaseModel):
    """Một trang của danh sách · one page of a list."""

    items: list[UserOut]
    next_cursor: str | None


class UserFilters(Page):
    """What the list is narrowed to."""

    agency: str | None = Field(default=None, max_length=100, description="Mã cơ quan · the agency's code")
    role: Role | None = None
    disabled: bool | None = None
    service: bool | None = None


class SecretOut(BaseModel):
    """Khóa của tài khoản phần mềm · a service account's secret, without itself."""

    id: UUID
    created_at: Instant
    created_by: UUID | None = Field(
        description="Tài khoản; null nếu từ dòng lệnh · null for the command line"
    )
    ended_at: Instant | None


class SecretMadeOut(SecretOut):
    """Khóa mới, chỉ hiện lần này · a new secret, shown this once."""

    secret: str


class SecretPage(BaseModel):
    """Các khóa · secrets."""

    items: list[SecretOut]
    next_cursor: str | None
