"""The worker's line of deliveries as it really runs: in a process of its own, with Prefect, killed in the middle."""

import email
from collections import Counter

import pytest
from sqlalchemy import Engine

from flows.deliveries import AT_ONCE
from tests.flows.conftest import until
from tests.flows.place import Place, is_done
from tests.flows.post_office import PostOffice
from tests.flows.rows import act, dossier, read
from tests.flows.test_deliveries import address, states, told


@pytest.mark.long
def test_killed_worker_leaves_each_mail_sent_once_or_recorded_as_unknown(
    place: Place, engine: Engine
) -> None:
    address(engine, "good")
    with PostOffice(pause=0.2) as office:
        place.environment |= {
            "HOSO_SMTP_URL": f"smtp://127.0.0.1:{office.port}", "HOSO_MAIL_FROM": "hoso@office.example",
        }  # fmt: skip
        told(engine, *map(str, range(60)))
        worker = place.start()
        until(lambda: len(office.received) >= 20)
        place.kill(worker)
        killed = states(engine)
        assert 0 < killed["sending"] <= AT_ONCE
        assert killed["sent"] >= 20 - AT_ONCE
        done = act(engine, dossier(engine, "HS-2026-000009"))
        worker = place.start()
        until(lambda: states(engine).keys() == {"sent", "unknown"} and is_done(engine, done.job))
        place.stop(worker)
    assert states(engine)["unknown"] == killed["sending"]
    times = Counter(email.message_from_bytes(content)["Message-ID"] for _to, content in office.received)
    assert set(times.values()) == {1}
    sent = {
        f"<{one}@office.example>" for (one,) in read(engine, "SELECT id FROM delivery WHERE state = 'sent'")
    }
    assert sent <= times.keys()
    assert len(times) - len(sent) <= killed["sending"]  # unknown ones may have arrived

    runs = place.prefect("flow_runs/filter", flow_runs={"tags": {"all_": ["deliveries", "mail"]}})
    ended = Counter(run["state_type"] for run in runs if run["name"].endswith("thư điện tử"))
    assert ended["CRASHED"] == 1
    assert ended["COMPLETED"] >= 1
    [artifact, *_] = place.prefect("artifacts/filter", artifacts={"key": {"any_": ["deliveries-mail"]}})
    assert "đã gửi" in artifact["data"]
    assert "@" not in artifact["data"] + place.log.read_text()
