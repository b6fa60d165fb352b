"""The law of the coin: pure functions over values, and nothing of the platform."""

__all__: list[str] = []
