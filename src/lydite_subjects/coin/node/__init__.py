"""The node of the coin: its talk with peers, its HTTP interface, and the program.

Import from the modules.
"""

__all__: list[str] = []
