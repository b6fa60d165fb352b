"""What Alembic runs to make migrations happen. The transaction around them is the caller's."""

from alembic import context

from lydite.history.migrations.running import CONNECTION
from lydite.history.tables import META, VERSION_TABLE

context.configure(
    connection=context.config.attributes[CONNECTION], target_metadata=META, version_table=VERSION_TABLE
)
context.run_migrations()
