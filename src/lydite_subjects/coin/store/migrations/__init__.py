"""How ledgers of earlier versions of this program become ledgers of this one; see `running`."""

__all__: list[str] = []
