"""What this user may do to the machine: namespaces, bent networks, groups of processes."""

import os
import shutil
from pathlib import Path
from typing import Final

from lydite.doctor.probe import Answer, fine, lacking
from lydite.doctor.programs import spoken

CGROUPS: Final = Path("/sys/fs/cgroup")

USERS_REMEDY: Final = (
    "run as root, or allow namespaces to users: kernel.unprivileged_userns_clone=1 (Debian), "
    "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu); a container wants --privileged or CAP_SYS_ADMIN"
)


def namespaces() -> Answer:
    """May we make a network of our own?"""
    if shutil.which("unshare") is None:
        return lacking("no unshare on the PATH", "install util-linux")
    said = spoken([*_unshared(), "true"])
    if said.status == 0:
        return fine("as root" if os.geteuid() == 0 else "in a user namespace")
    return lacking(_last_words(said.text, "refused"), USERS_REMEDY)


def netem() -> Answer:
    """May we delay packets in a network of our own? It is tried there, where nobody else's packets are."""
    missing = [name for name in ("unshare", "tc") if shutil.which(name) is None]
    if missing:
        return lacking(f"no {' and no '.join(missing)} on the PATH", "install iproute2 and util-linux")
    said = spoken([*_unshared(), "tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"])
    if said.status == 0:
        return fine("packets can be delayed")
    return lacking(
        _last_words(said.text, "refused"),
        f"load the kernel module sch_netem (modprobe sch_netem); {USERS_REMEDY}",
    )


def cgroups(root: Path = CGROUPS, own: Path = Path("/proc/self/cgroup")) -> Answer:
    """May we make a group of processes, with limits of its own?"""
    if not (root / "cgroup.controllers").exists():
        return lacking("no cgroups of version 2", "boot with systemd.unified_cgroup_hierarchy=1")
    lines = own.read_text().splitlines()
    path = next((line.partition("::")[2] for line in lines if line.startswith("0::")), "/")
    tried = root / path.lstrip("/") / f"lydite-doctor-{os.getpid()}"
    try:
        tried.mkdir()
    except OSError as error:
        return lacking(
            f"no group can be made: {(error.strerror or '').lower()}",
            "run as root, or in `systemd-run --user --scope -p Delegate=yes`",
        )
    tried.rmdir()
    return fine("a group can be made")


def _unshared() -> list[str]:
    users = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *users, "--net"]


def _last_words(text: str, otherwise: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:120] if lines else otherwise
