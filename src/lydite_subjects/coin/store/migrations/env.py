"""What Alembic runs to make migrations happen. The transaction around them is the caller's."""

from alembic import context

from lydite_subjects.coin.store.migrations.running import CONNECTION
from lydite_subjects.coin.store.tables import META

context.configure(connection=context.config.attributes[CONNECTION], target_metadata=META)
context.run_migrations()
