"""`/metrics` for Prometheus: what this process has counted, and how full the queues are."""

import hmac
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import REGISTRY, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from api.access import sign_in_again
from api.dependencies import PartsDep

router = APIRouter(tags=["health"])


_bearer = HTTPBearer(
    scheme_name="metrics", auto_error=False, description="HOSO_METRICS_TOKEN, khi có đặt · where it is set"
)


@router.get("/metrics", summary="Số đo cho Prometheus · Metrics for Prometheus", response_class=Response)
def scrape(
    request: Request, parts: PartsDep, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Response:
    """Không có dữ liệu cá nhân; đóng lại bằng HOSO_METRICS_TOKEN · no personal data; HOSO_METRICS_TOKEN closes it.

    Raises:
        Problem: 401 when a token is asked for and the caller has another.
    """
    wanted, token = parts.settings.metrics_token, given.credentials if given else ""
    if wanted and not hmac.compare_digest(token.encode("latin-1"), wanted.encode()):
        raise sign_in_again()
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(_All(REGISTRY, parts.queues)), headers={"Content-Type": content_type})


class _All(Collector):
    """Several collectors as one."""

    def __init__(self, *parts: Collector) -> None:
        self._parts = parts

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        for part in self._parts:
            yield from part.collect()
