"""What is asked and answered of webhooks."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.answers import Instant
from api.pages import Page
from flows.receivers import LONGEST
from flows.webhooks import Reason

Url = Annotated[str, Field(max_length=LONGEST, examples=["https://may-chu.xa.vn/thong-bao"])]
Kinds = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:.-]{1,100}$")]],
    Field(
        max_length=50,
        description="Các loại thông báo muốn nhận, theo phần đầu của tên loại; để trống là mọi loại · "
        "kinds wanted, by how they begin; none named: all",
        examples=[["limit_", "handed_over"]],
    ),
]


class WebhookIn(BaseModel):
    """Nơi nhận mới · a new receiver."""

    model_config = ConfigDict(extra="forbid")

    url: Url
    kinds: Kinds = []
    agency: str | None = Field(
        default=None,
        max_length=100,
        description="Cơ quan; để trống: cơ quan mình. Chỉ người quản trị nêu được cơ quan khác · "
        "one's own when left out; only an administrator may name another",
        examples=[None],
    )


class WebhookChange(BaseModel):
    """Những gì thay đổi; trường không gửi thì giữ nguyên · what changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    url: Url | None = Field(default=None)
    kinds: Kinds | None = Field(default=None)
    enabled: bool | None = Field(default=None, strict=True)

    @model_validator(mode="after")
    def something_changes(self) -> Self:
        """A change that changes nothing is a mistake."""
        if all(value is None for value in (self.url, self.kinds, self.enabled)):
            raise ValueError("cần url, kinds hoặc enabled / url, kinds or enabled is needed")
        return self


class SecretIn(BaseModel):
    """Đổi khóa ký · change the secret."""

    model_config = ConfigDict(extra="forbid")

    end_old: bool = Field(
        default=False,
        strict=True,
        description="Khóa cũ hết giá trị ngay, khi đã lộ; bình thường còn ký thêm 2 ngày · "
        "the old one ends at once, if it leaked; it signs for 2 more days otherwise",
    )


class WebhookOut(BaseModel):
    """Một webhook · a webhook."""

    id: UUID
    agency: str
    url: str
    kinds: list[str]
    enabled: bool
    disabled_reason: Reason | None = Field(
        description="by_hand: do người tắt; gone: bên nhận trả lời 410; failing: hỏng suốt 3 ngày · "
        "by hand, after a 410, after 3 days of failures"
    )
    failing_since: Instant | None = Field(description="Chưa lần nào gửi được kể từ · nothing was taken since")
    old_secret_until: Instant | None = Field(
        description="Khóa cũ còn ký đến · until when the old secret signs too"
    )
    created_by: UUID
    created_at: Instant


class WebhookSecretOut(WebhookOut):
    """Webhook kèm khóa ký, chỉ hiện lần này · with its secret, shown this once."""

    secret: str = Field(
        description="Khóa ký theo Standard Webhooks; hãy cất giữ, không xem lại được · keep it: it is not shown again"
    )


class WebhookPage(BaseModel):
    """Một trang của danh sách · one page of a list."""

    items: list[WebhookOut]
    next_cursor: str | None = Field(
        description="Gửi lại trong `cursor` để lấy trang sau; null ở trang cuối · null on the last page"
    )


class WebhookFilters(Page):
    """Which webhooks."""

    cursor: UUID | None = Field(  # type: ignore[assignment]  # narrower: an id
        default=None, description="`next_cursor` của trang trước · of the page before"
    )
    agency: str | None = Field(default=None, max_length=100, description="Cơ quan · agency")
    enabled: bool | None = Field(default=None, description="Đang bật, hoặc đã tắt · enabled, or disabled")
