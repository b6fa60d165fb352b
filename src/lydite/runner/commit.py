"""The commit that a run was made of, for people: what `git describe` says of the folder."""

import re
import subprocess
from pathlib import Path


def commit_of(folder: Path) -> str:
    """The commit that is checked out there, `-dirty` behind it if files were changed; empty without git."""
    if not any((above / ".git").exists() for above in (folder, *folder.parents)):
        return ""
    return _asked(folder, "describe", "--always", "--dirty", "--exclude", "*", "--abbrev=12")


def whole_commit(folder: Path, short: str) -> str:
    """The whole name of a commit; empty where git does not know it, or files were changed since."""
    if not re.fullmatch(r"[0-9a-f]{7,64}", short):
        return ""
    return _asked(folder, "rev-parse", "--verify", "--quiet", f"{short}^{{commit}}")


def _asked(folder: Path, *words: str) -> str:
    """What git says; nothing, where it cannot."""
    try:
        asked = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""
