"""Migrations: they make the tables that the program asks, and can be unmade."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lydite.history.database import Database
from lydite.history.migrations.running import CONNECTION, config
from lydite.history.tables import META, REVISION, VERSION_TABLE
from tests.history.campaigns import campaign
from tests.history.conftest import Place


def test_the_migrations_make_the_tables(place: Place) -> None:
    place.open().close()
    database = Database(place.url)

    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        differences = compare_metadata(context, META)

    assert differences == []
    assert ScriptDirectory.from_config(config()).get_current_head() == REVISION
    database.close()


def test_what_is_unmade_can_be_made_again(place: Place) -> None:
    place.open().close()
    database, settings = Database(place.url), config()

    with database.writing() as connection:
        settings.attributes[CONNECTION] = connection
        command.downgrade(settings, "base")
    database.close()
    kept = place.open()
    kept.add(campaign(1))

    assert kept.last() == "coin-1"
