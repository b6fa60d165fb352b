"""The migrations, oldest first. A migration is never changed once it is released: a new one is written."""

__all__: list[str] = []
