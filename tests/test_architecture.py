"""The shape of the project: which package may import which, and what must stay out of the engine and the doors."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = {"models": 0, "documents": 1, "flows": 2, "api": 3}
PURE = {
    "pydantic",
    "pydantic_core",
    "holidays",
    "models",
}  # pydantic_core is pydantic's own, and documents its errors


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
    return found


def _modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", ORDER)
def test_imports_run_one_way(package: str) -> None:
    upward = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _modules(package)
        for name in _imports(path)
        if ORDER.get(name.partition(".")[0], -1) > ORDER[package]
    ]
    assert not upward


def test_the_law_imports_nothing_but_the_standard_library_pydantic_and_the_calendar_library() -> None:
    others = [
        f"{path.name} imports {name}"
        for path in _modules("models/law")
        for name in _imports(path)
        if (top := name.partition(".")[0]) not in PURE | set(sys.stdlib_module_names)
        or (top == "models" and not name.startswith("models.law"))
    ]
    assert not others


@pytest.mark.parametrize(
    "module", ["flows.engine", "flows.possibilities", "api.app", "api.command_line", "api.up"]
)
def test_engine_and_doors_do_not_import_prefect(module: str) -> None:
    code = f"import sys, {module}; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0  # noqa: S603 - our own code


def test_the_calculator_needs_neither_database_nor_forms() -> None:
    code = "import sys, models.law.limits; sys.exit(any(m in sys.modules for m in ('sqlalchemy', 'docx', 'holidays')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0  # noqa: S603 - our own code
