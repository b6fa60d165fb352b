"""All that the doctor looks at, group by group."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from lydite.doctor import libraries, machine, powers, programs
from lydite.doctor.ports import PORTS, Port, port
from lydite.doctor.probe import Probe


def probes(data_dir: Path, ports: Sequence[Port] = PORTS) -> tuple[Probe, ...]:
    """Every probe, with the folder in which everything is kept, and the ports that are wanted."""
    return (*_python(), *_machine(), *_files(data_dir), *_tools(), *_powers(), *_ports(ports))


def _python() -> Iterator[Probe]:
    needed = partial(Probe, group="Python", required=True)
    yield needed(name="python", enables="everything", look=machine.python)
    yield needed(name="modules", enables="databases and TLS in trials", look=machine.modules)
    yield needed(name="libraries", enables="everything", look=libraries.core)
    for name, enables in libraries.EXTRAS.items():
        yield Probe(
            name=f"extra {name}", group="Python", enables=enables, look=partial(libraries.extra, name)
        )


def _machine() -> Iterator[Probe]:
    needed = partial(Probe, group="machine", required=True)
    useful = partial(Probe, group="machine")
    yield needed(name="system", enables="a fresh process for each run", look=machine.system)
    yield useful(name="cores", enables="sweeps that run several seeds at a time", look=machine.cores)
    yield needed(name="memory", enables="a run at all", look=machine.memory_at_all)
    yield useful(
        name="free memory", enables="a process for each core, and real networks", look=machine.memory
    )
    yield needed(name="clock", enables="time-outs, and results that are in order", look=machine.clock)
    yield useful(
        name="clock kept", enables="results of several machines in one order", look=machine.clock_kept
    )
    yield useful(name="load", enables="figures of speed that mean something", look=machine.load)
    yield useful(name="open files", enables="networks of many nodes", look=machine.open_files)
    yield useful(name="encoding", enables="names and messages in every script", look=machine.encoding)


def _files(folder: Path) -> Iterator[Probe]:
    needed = partial(Probe, group="files", required=True)
    yield needed(
        name="data folder",
        enables="failure files, history and reports",
        look=partial(machine.data_dir, folder),
    )
    yield needed(name="disk", enables="results at all", look=partial(machine.disk_at_all, folder))
    yield Probe(
        name="free disk",
        group="files",
        enables="real nodes with chains of their own, and a long history",
        look=partial(machine.disk, folder),
    )


def _tools() -> Iterator[Probe]:
    for each in programs.TOOLS:
        yield Probe(name=each.name, group="tools", enables=each.enables, look=partial(programs.tool, each))
    yield Probe(
        name="PostgreSQL",
        group="tools",
        enables="ledgers and histories on PostgreSQL, in tests with a server of their own",
        look=programs.postgres,
    )


def _powers() -> Iterator[Probe]:
    useful = partial(Probe, group="privileges")
    yield useful(
        name="namespaces", enables="real networks that are cut off from others", look=powers.namespaces
    )
    yield useful(name="netem", enables="delay, loss and damage on real networks", look=powers.netem)
    yield useful(name="cgroups", enables="limits of memory and processor for real nodes", look=powers.cgroups)


def _ports(ports: Sequence[Port]) -> Iterator[Probe]:
    for each in ports:
        yield Probe(
            name=f"port {each.number}", group="ports", enables=each.service, look=partial(port, each.number)
        )
