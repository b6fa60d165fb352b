"""Running the migrations: an older history is brought up to date in one transaction."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

CONNECTION: Final = "connection"
"""Under this name `env` finds the connection that it is to use."""


def config() -> Config:
    """Alembic's settings; there is no file of them."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    found.set_main_option("path_separator", "os")
    return found


def known() -> frozenset[str]:
    """The revisions that this program can read, or bring up to date."""
    return frozenset(each.revision for each in ScriptDirectory.from_config(config()).walk_revisions())


def upgrade(connection: Connection) -> None:
    """To the newest revision, in the transaction of this connection."""
    settings = config()
    settings.attributes[CONNECTION] = connection
    command.upgrade(settings, "head")
