"""Two automations of Prefect's, as code: an agency that misses many limits is pressed, and a sweep that stops is noticed.

They are also examples of what an office can hang on our events itself; both act through deployments that tell through our
own rows, so that an automation which fires twice tells once.
"""

from datetime import timedelta
from uuid import UUID

from prefect.automations import AutomationCore
from prefect.client.orchestration import PrefectClient
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

from flows.pressing import MANY, SILENCE, WITHIN
from flows.running import Line, Workplace
from flows.schedules import SCHEDULES
from flows.signals import LIMIT_MISSED

PRESSING = "hoso: đôn đốc cơ quan để trễ nhiều thời hạn"
WATCHING = "hoso: canh việc quét thời hạn"


def pressing(deployment: UUID, *, many: int = MANY, within: timedelta = WITHIN) -> AutomationCore:
    """So many missed limits of one agency in so long a time: its head and its supervisors are told."""
    return AutomationCore(
        name=PRESSING,
        description=f"Từ {many} thời hạn bị trễ của một cơ quan trong {within}: báo người đứng đầu và giám sát · many limits missed",
        trigger=EventTrigger(
            posture=Posture.Reactive, expect={LIMIT_MISSED}, for_each={"hoso.agency"}, threshold=many, within=within
        ),
        actions=[
            RunDeployment(
                deployment_id=deployment,
                parameters={
                    "agency": {"__prefect_kind": "jinja", "template": "{{ event.resource['hoso.agency'] }}"}
                },
            )
        ],
    )  # fmt: skip


def watching(sweep: UUID, watch: UUID, *, silence: timedelta = SILENCE) -> AutomationCore:
    """No sweep came to its end for so long: administrators are told, and a sweep is made."""
    return AutomationCore(
        name=WATCHING,
        description=f"Trong {silence} không có lượt quét nào xong: báo quản trị và quét ngay · no sweep for too long",
        trigger=EventTrigger(
            posture=Posture.Proactive, expect={"prefect.flow-run.Completed"}, threshold=1, within=silence,
            match_related={
                "prefect.resource.role": "deployment", "prefect.resource.id": f"prefect.deployment.{sweep}",
            },
        ),
        actions=[RunDeployment(deployment_id=watch)],
    )  # fmt: skip


async def install(client: PrefectClient) -> None:
    """Makes the automations, or leads them to the present deployments; one that was paused stays paused.

    Raises:
        ObjectNotFound: the deployments they run have not been made yet.
    """
    names = {one.name: f"{one.flow.name}/{one.name}" for one in SCHEDULES}
    ids = {
        name: (await client.read_deployment_by_name(names[name])).id for name in ("press", "watch", "sweep")
    }
    for wanted in (pressing(ids["press"]), watching(ids["sweep"], ids["watch"])):
        present = await client.read_automations_by_name(wanted.name)
        if not present:
            await client.create_automation(wanted)
        elif (present[0].trigger, present[0].actions) != (wanted.trigger, wanted.actions):
            wanted.enabled = present[0].enabled
            await client.update_automation(present[0].id, wanted)


class _Installing:
    """Installs them once a process."""

    def __init__(self) -> None:
        self._done = False

    async def serve(self, _place: Workplace, client: PrefectClient) -> bool:
        """Waits for the deployments, which other lines make; never has anything more to do."""
        if not self._done:
            try:
                await install(client)
                self._done = True
            except ObjectNotFound:
                pass
        return False


LINE = Line(_Installing().serve)
