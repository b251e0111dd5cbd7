"""Schema migrations: run as the owner, by `hoso migrate` and at start-up."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine


def _config(url: URL) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = url
    return config


def migrate(url: URL) -> str:
    """Brings the database to the newest revision.

    Args:
        url: the owner's URL (`hoso_owner`).

    Returns:
        The revision it stands at.
    """
    command.upgrade(_config(url), "head")
    return newest()


def newest() -> str:
    """The newest revision on file."""
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head() or ""


def revisions() -> frozenset[str]:
    """Every revision on file."""
    scripts = ScriptDirectory(str(Path(__file__).parent))
    return frozenset(script.revision for script in scripts.walk_revisions())


def current(url: URL) -> str | None:
    """The revision the database stands at; None for an empty one."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
