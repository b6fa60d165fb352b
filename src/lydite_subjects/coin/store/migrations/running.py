"""Running the migrations: an older ledger is brought up to date in one transaction, a newer one is refused."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, StaticPool, create_engine

from lydite_subjects.coin.spec.params import Params
from lydite_subjects.coin.store.database import Database
from lydite_subjects.coin.store.errors import Damaged, Newer
from lydite_subjects.coin.store.tables import REVISION

CONNECTION: Final = "connection"
"""Under this name `env` finds the connection that it is to use."""


def config() -> Config:
    """Alembic's settings; there is no file of them."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    found.set_main_option("path_separator", "os")
    return found


@contextmanager
def core(database: Database) -> Iterator[Connection]:
    """One transaction of a database, as Alembic knows it: over the same connection, which stays open afterwards."""
    engine = create_engine(
        database.url,
        creator=lambda: database.connection,
        poolclass=StaticPool,
        isolation_level="AUTOCOMMIT",
    )
    with engine.begin() as connection, database.writing():
        yield connection


def upgrade(database: Database, found: Sequence[str], params: Params) -> None:
    """From the revision that was found to the newest one."""
    settings = config()
    known = {script.revision for script in ScriptDirectory.from_config(settings).walk_revisions()}
    strange = [each for each in found if each not in known]
    if strange:
        raise Newer(
            f"{database.where}: expected revision {REVISION} or an earlier one, found {', '.join(strange)}: "
            "it was made by a later version of this program"
        )
    if len(found) > 1:
        raise Damaged(f"{database.where}: expected one revision, found {', '.join(found)}")
    with core(database) as connection:
        settings.attributes[CONNECTION] = connection
        command.upgrade(settings, "head")
        if not database.ask(database.say.networks):
            database.do(database.say.first, (1, params.name, None, -1))
