"""Under which names workers hold their work: no two that run at the same time share one."""

from contextlib import ExitStack
from pathlib import Path

from flows.worker import _name


def test_name_is_free_again_only_when_its_worker_has_ended(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, second = (stack.enter_context(_name(tmp_path / "workers")) for _ in range(2))
        assert first != second
    with _name(tmp_path / "workers") as again:
        assert again == first


def test_same_folder_on_another_machine_and_another_folder_here_give_other_names(tmp_path: Path) -> None:
    with _name(tmp_path / "one" / "workers") as one, _name(tmp_path / "other" / "workers") as other:
        assert one != other
