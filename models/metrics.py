"""What is counted for Prometheus: by codes and names of the law and of the program, never by person or dossier.

Counters say what was committed: whoever counts inside a unit of work does it by `after_commit`. They live in this
process; what the tables know (queues, deliveries) is read from there when it is asked for.
"""

from prometheus_client import Counter, Gauge, Histogram, start_http_server

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_MINUTES = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)

acts = Counter("hoso_acts", "Acts committed, by action and the stage they were done in", ["action", "stage"])
refusals = Counter("hoso_refusals", "Reasons for which acts and other requests were refused", ["code"])
requests = Counter("hoso_http_requests", "Requests answered", ["method", "route", "status"])
request_seconds = Histogram(
    "hoso_http_request_seconds", "Time until the whole answer was sent", ["method", "route"], buckets=_SECONDS
)
renders = Counter("hoso_renders", "Documents rendered into a file, and tries that failed", ["result"])
pdfs = Counter("hoso_pdf_conversions", "Files converted to PDF, or not", ["result"])
flow_seconds = Histogram(
    "hoso_flow_seconds",
    "Duration of flow runs by flow and how they ended",
    ["flow", "state"],
    buckets=_MINUTES,
)
flow_ended = Gauge(
    "hoso_flow_last_end_timestamp_seconds", "When a run of this flow last ended well", ["flow"]
)
job_failures = Counter(
    "hoso_job_failures", "Failures of jobs that acts left, by the job's state afterwards", ["state"]
)
rungs = Counter("hoso_limit_rungs", "Rungs of limits that sweeps have fired", ["rung"])
deliveries = Counter(
    "hoso_deliveries",
    "Tries of mails and webhooks, by how they ended; `waiting` is tried again",
    ["channel", "outcome"],
)
notices = Counter("hoso_notices", "Notices written, by their kind without the limit's name", ["kind"])


def flow_ran(flow: str, state: str, seconds: float) -> None:
    """Counts a flow run that has ended, or was interrupted because Prefect or the database went away."""
    flow_seconds.labels(flow, state).observe(seconds)
    if state == "completed":
        flow_ended.labels(flow).set_to_current_time()


def serve(port: int, host: str) -> None:
    """Answers Prometheus on this port, from a thread of its own, for as long as the process runs.

    Raises:
        OSError: the port is taken.
    """
    start_http_server(port, host)
