"""Programs in a world: their modules, their lives, and who is to blame when one does the impossible."""

__all__: list[str] = []
