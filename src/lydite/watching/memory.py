"""What failed last time, kept in a small file, so that the next watch begins with it."""

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

FILE: Final = ".lydite/watch.json"
SIZE_MAX: Final = 1 << 20


def remembered(home: Path) -> frozenset[str]:
    """The names of what failed; none where the file is missing or says nothing that can be understood."""
    try:
        with (home / FILE).open("rb") as file:
            told = json.loads(file.read(SIZE_MAX))
    except (OSError, ValueError, RecursionError):
        return frozenset()
    failed = told.get("failed") if isinstance(told, dict) else None
    return (
        frozenset(each for each in failed if isinstance(each, str))
        if isinstance(failed, list)
        else frozenset()
    )


def remember(home: Path, failed: Iterable[str]) -> None:
    """Keep the names of what failed; where nothing can be written, the next watch just begins without them."""
    path = home / FILE
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(exist_ok=True)
        partial.write_text(json.dumps({"failed": sorted(failed)}, indent=1) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink()
