"""The disks of the hosts: what is durable, what can go wrong, files as programs see them, and SQLite on top."""

__all__: list[str] = []
