"""How histories of earlier versions of this program become histories of this one; see `running`."""

__all__: list[str] = []
