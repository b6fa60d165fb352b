"""Says what to install, before an import fails on it."""

from importlib.util import find_spec

from lydite.model import InputError

for _name in ("sqlalchemy", "alembic"):
    if find_spec(_name) is None:
        raise InputError(
            f"the history needs {_name}, which is not installed", remedy="pip install 'lydite[history]'"
        )
