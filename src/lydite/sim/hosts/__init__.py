"""The machines of a world: clocks, hosts, and the processes that live and die on them."""

__all__: list[str] = []
