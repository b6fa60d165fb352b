"""Names of hosts in one trace: a number in its bytes, a name for everybody who reads it."""

import re


class HostNames:
    """Names of hosts by their number, as the HOST records of one trace give them.

    Whoever has no name is `?` and its number. A name that another host has already, or that could
    be taken for such a makeshift, is not used: so a name always leads back to its number.
    """

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def learn(self, number: int, name: str) -> None:
        """Take in one HOST record."""
        if name and not name.startswith("?") and name not in self._numbers and number not in self._names:
            self._names[number] = name
            self._numbers[name] = number

    def name(self, number: int) -> str:
        """What people call it."""
        return self._names.get(number) or f"?{number}"

    def number(self, name: object) -> int:
        """The number behind a name, or a `ValueError` where no HOST record gave it."""
        if isinstance(name, str):
            if name in self._numbers:
                return self._numbers[name]
            number = int(name[1:]) if re.fullmatch(r"\?(0|[1-9][0-9]{0,9})", name, re.ASCII) else -1
            if 0 <= number < 2**32 and self.name(number) == name:
                return number
        raise ValueError(f"a host is one that a HOST record has named before, found {name!r}")
