"""A replicated counter over TCP: the smallest honest system, and the first one to read."""

__all__: list[str] = []
