"""The commit that a run was made of, for people: what `git describe` says of the folder."""

import subprocess
from pathlib import Path


def commit_of(folder: Path) -> str:
    """The commit that is checked out there, `-dirty` behind it if files were changed; empty without git."""
    if not any((above / ".git").exists() for above in (folder, *folder.parents)):
        return ""
    try:
        asked = subprocess.run(
            ["git", "-C", str(folder), "describe", "--always", "--dirty", "--exclude", "*", "--abbrev=12"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""
