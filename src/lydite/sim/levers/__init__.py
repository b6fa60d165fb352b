"""The levers of a world, and the schedules that pull them."""

__all__: list[str] = []
