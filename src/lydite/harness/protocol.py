"""The protocol of harnesses: whoever speaks it is a phase of a campaign, whatever it tests and however.

A harness is named as `package.module:Class` and made without arguments, in a process of its own. Then it is asked:

1. `health_check`: can it be carried out here? `False`, or an exception that says why, ends it: it is broken.
2. `initialize`: bring up what is tested.
3. `run_all_tests`: try everything, and tell of each case.
4. `get_metrics`: what was measured; also how it went: series, the bands in which a fault was in force, restarts.
5. `shutdown`: take down what was brought up. It is asked whatever went wrong before, also by a limit of time or Ctrl-C.

A harness whose work are trials has an attribute `laboratory`, and finds one there before it is asked anything. It does
not know what the laboratory runs them on. One that starts processes may have an attribute `meter`, and finds one there
that runs: whom it is told to watch, it watches, and its `series` are for `get_metrics`. One that can be larger or
smaller may have an attribute `scale`, and finds there the `Scale` that the settings of the campaign ask for.

Times of series, bands and restarts are seconds since the harness was made.
"""

from collections.abc import Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from lydite.model import Band, Case, Measurement, Restart, Result, Series

Metric: TypeAlias = Measurement | Series | Band | Restart
"""What a harness may hand back beside its cases."""


@runtime_checkable
class Harness(Protocol):
    """What a campaign asks of a harness."""

    @property
    def name(self) -> str:
        """What it is called: its cases are `name.case`."""
        ...

    async def health_check(self) -> bool:
        """Can it be carried out here?"""
        ...

    async def initialize(self) -> None:
        """Bring up what is tested."""
        ...

    async def run_all_tests(self) -> Sequence[Case]:
        """Try everything. A subject or a suite that is left empty is that of the campaign and the phase."""
        ...

    async def shutdown(self) -> None:
        """Take down what was brought up; harmless where nothing was."""
        ...

    async def get_metrics(self) -> Sequence[Metric]:
        """What was measured, and how it went over time."""
        ...


class Laboratory(Protocol):
    """Where trials are carried out: in the simulated world, or anywhere else that a trial can be handed a world."""

    @property
    def exact(self) -> bool:
        """Are its times counted in the simulated world, and so equal on every machine?"""
        ...

    async def open(self, target: str) -> Sequence[str]:
        """Import a target; the names of its trials."""
        ...

    async def run(self, trial: str, seed: int) -> Result:
        """Carry out one of them with a seed."""
        ...

    def command(self, trial: str, seed: int) -> str:
        """The command that does the same."""
        ...

    async def close(self) -> None:
        """End what is under way; harmless where nothing is."""
        ...


class Meter(Protocol):
    """What watches processes: how much of the processor and of memory each uses over time."""

    def watch(self, name: str, pid: int) -> None:
        """Watch a process under a name from now on, instead of the one that had it.

        What it has started counts for it. What has ended uses nothing.
        """
        ...

    def series(self) -> Sequence[Series]:
        """Of each name `name.cpu` and `name.memory`; none of those that were watched for a moment only."""
        ...
