"""What is wrong with settings: every problem with its place and its remedy, all of them at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from lydite.model import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong."""

    where: str
    """As `lydite.toml:4`, `environment LYDITE_SWEEP_SEEDS` or `flag --seeds`."""
    key: str
    """As `sweep.seeds`; empty where it is about all of a file."""
    what: str
    """What is wrong, without place and remedy."""
    expected: str = ""
    found: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        key = f"{self.key if self.key.isprintable() else ascii(self.key)}: " if self.key else ""
        return f"{self.where}: {key}{self.what}" + (f"; {self.remedy}" if self.remedy else "")


class ConfigRefused(InputError):
    """Settings that cannot be used, with all that is wrong with them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        told = "".join(f"\n  {problem}" for problem in self.problems)
        super().__init__(
            f"the settings cannot be used, {count} {'thing is' if count == 1 else 'things are'} wrong:{told}"
        )

    def __reduce__(self) -> tuple[type["ConfigRefused"], tuple[tuple[Problem, ...]]]:  # type: ignore[override]
        return type(self), (self.problems,)
