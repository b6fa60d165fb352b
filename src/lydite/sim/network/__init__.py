"""Everything between the hosts: roads, names, streams, datagrams, sockets, TLS, and asyncio's way to them."""

__all__: list[str] = []
