"""The driver: sends a script's acts over HTTP, each by a signed-in head of the agency that acts, at the moment it was typed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from api.access import ACCESS
from api.demo.scans import pdf_page
from models import clock
from models.event import digest_of_event
from models.law.facts import Payload  # noqa: F401
from models.law.limits import TIMEZONE
from models.law.loader import catalogue
from models.person import age_on
from tests.api.whole_way.script import Do, Line, Main, Paper, Refused, Script, Seen
from tests.flows.road_2014 import Road2014
from tests.flows.road_2022 import Road2022
from tests.flows.road_2022_minor import MinorRoad2022
from tests.flows.road_2025 import MinorRoad202507, Road202503, Road202507
from tests.flows.road_2026 import Road, Step

PASSWORD = "mật khẩu thử nghiệm"
