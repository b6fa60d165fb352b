"""The settings of a verb: what its flags say over the variables, those over the file, and that over the preset."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lydite.config import Flag, Loaded, Settings


def settled(
    *,
    config: Path | None = None,
    preset: str = "",
    given: Sequence[str] | None = None,
    target: str | None = None,
    seeds: int | None = None,
    workers: int | None = None,
    timeout: float | None = None,
) -> "Loaded":
    """The settings of this moment, with these flags; None is a flag that was not given."""
    from lydite.config import Flag, load

    flags = flags_of(preset, given)
    said: tuple[tuple[str, str, Any], ...] = (
        ("campaign.target", "TARGET", target),
        ("sweep.seeds", "--seeds", seeds),
        ("sweep.timeout_s", "--timeout", timeout),
        ("lydite.jobs", "--workers", workers),
        # Who asks for so many gets them.
        ("lydite.parallel", "--workers", None if workers is None else True),
    )
    flags |= {key: Flag(option=option, value=value) for key, option, value in said if value is not None}
    return load(config, flags=flags)


def flags_of(preset: str, given: Sequence[str] | None) -> "dict[str, Flag]":
    """What the options for any key say, by key."""
    from lydite.config import Flag
    from lydite.model import InputError

    flags = {"lydite.preset": Flag(option="--preset", value=preset)} if preset else {}
    for each in given or ():
        key, equals, value = (part.strip() for part in each.partition("="))
        # What is no key is not repeated: somebody may have typed a URL with a password.
        if not equals or not re.fullmatch(r"[\w.-]+", key):
            raise InputError(
                "expected KEY=VALUE, found something else", where="--set", remedy="as sweep.seeds=50"
            )
        flags[key] = Flag(option=f"--set {key}", value=value)
    return flags


def failures_in(settings: "Settings", out: Path | None = None) -> Path:
    """Where failure files go: where an option says, or below the folder of data."""
    return out or Path(settings.lydite.data_dir) / "failures"
