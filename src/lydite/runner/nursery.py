"""A nursery: a warm interpreter that holds the simulated world and a target, and forks a child for each run.

It is started by the runner's engine with an environment in which nothing is left to chance, and talks over
its standard input and output in length-prefixed JSON. What the target prints while it is imported goes to
standard error. The nursery itself runs no world of the target (only a `rehearsal` of its own): each run has a
process of its own, forked from this one and gone after it, so that the garbage of a dead world never acts on a
living one.
"""

import faulthandler
import gc
import os
import select
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from lydite import sim
from lydite.faults import Storm
from lydite.harness import Mutant, Planter, Trial, plant
from lydite.model import Draws, Facts, InputError, LyditeError, Schedule, digest_of
from lydite.runner import bare, fitting, provenance, targets
from lydite.runner.children import Announce, Child, Children, new_stack
from lydite.runner.documents import error_as_plain
from lydite.runner.one import perform, schedule_of
from lydite.runner.orders import Description, Listed, Opening, Order, Planted
from lydite.runner.rehearsal import REHEARSAL
from lydite.runner.talking import spoken
from lydite.runner.targets import Aim, Loaded
from lydite.runner.warmth import compile_libraries_once, warm_libraries
from lydite.runner.wire import Message, encode, receive, send

HEAP = "LYDITE_HEAP"
"""The environment variable with which the determinism gate shifts everything in memory."""

_ballast: list[bytearray] = []


class Nursery:
    """What one nursery holds: the trials of one target, and where they came from."""

    def __init__(self) -> None:
        self.trials: dict[str, Trial] = {}
        self.code_files: Facts = {}
        self.code_digest = ""
        self.planter: Planter | None = None

    def open(self, opening: Opening, go_on: Callable[[Description], None]) -> None:
        """Import the target, bent as the opening says, make everything warm and still, and go on with that."""
        sim.install()
        compile_libraries_once()
        aimed = targets.aim(opening.target, Path(opening.home))
        if opening.mutant:
            self.planter = plant([_mutant(aimed.mutants, opening)])
        if not opening.bare and fitting.is_fitted(aimed):
            fitting.collected(aimed, lambda found: go_on(self._settled(aimed, opening, found)))
        else:
            found = bare.load_or_wrap(aimed, opening.bare) if opening.bare else targets.load(aimed)
            go_on(self._settled(aimed, opening, found))

    def _settled(self, aimed: Aim, opening: Opening, found: tuple[Loaded, ...]) -> Description:
        if opening.calm:
            found = tuple(replace(each, trial=replace(each.trial, storm=None)) for each in found)
        provenance.scout()
        warm_libraries()
        mutants = _mutants(aimed.mutants)
        sim.sweep()
        self.code_files = provenance.code_files()
        self.code_digest = provenance.code_digest(self.code_files)
        sys.dont_write_bytecode = True  # A run leaves nothing on the disk of this machine.
        _rehearse()
        labels = {f"{aimed.scope}.{each.name}": each for each in found}
        self.trials = {label: each.trial for label, each in labels.items()}
        return Description(
            trials=tuple(
                Listed(
                    label=label,
                    target=aimed.spelling.format(each.name),
                    name=each.trial.name,
                    story=each.trial.story,
                    storm=each.trial.storm is not None,
                    twistable=isinstance(each.trial.storm, Storm),
                    configuration=digest_of(each.trial.configuration()),
                )
                for label, each in labels.items()
            ),
            mutants=tuple(
                Planted(name=each.name, module=each.module, caught_by=each.caught_by, story=each.story)
                for each in mutants
            ),
            code_digest=self.code_digest,
            code_files=self.code_files,
            platform_digest=provenance.platform_digest(),
        )

    def talk(self, order: Order, requests: int, answers: int, _announce: Announce) -> Message:
        """One session, in this process: called in the child only."""
        try:
            trial = spoken(
                self.trials[order.label],
                lambda: receive(requests),
                lambda message: send(answers, encode(message)),
            )
            schedule = schedule_of(trial, order)
            run = perform(trial, order, schedule, code_digest=self.code_digest, code_files=self.code_files)
        except LyditeError as error:
            return {"refused": error_as_plain(error)}
        return {"ran": run.as_plain()}

    def perform(self, order: Order, announce: Announce) -> Message:
        """One run, in this process: called in the child only."""
        shift_heap()
        trial = self.trials[order.label]
        try:
            schedule = schedule_of(trial, order)
            announce({"schedule": schedule.as_plain()})
            with fitting.fitted(trial):
                run = perform(
                    trial, order, schedule, code_digest=self.code_digest, code_files=self.code_files
                )
        except LyditeError as error:
            return {"refused": error_as_plain(error)}
        if self.planter is not None:
            # Only now: programs import late, and each process for itself.
            run = replace(run, in_force=self.planter.in_force)
        return {"ran": run.as_plain()}


def _rehearse() -> None:
    """Go through the motions of a run once, so that no child does anything for the first time."""
    order = Order(number=0, label=REHEARSAL.name, seed=0)
    encode(perform(REHEARSAL, order, Schedule(), code_digest="", code_files={}).as_plain())


def _mutant(module: str, opening: Opening) -> Mutant:
    known = _mutants(module)
    for mutant in known:
        if mutant.name == opening.mutant:
            return mutant
    names = ", ".join(mutant.name for mutant in known)
    raise InputError(
        f"{opening.target} has no mutant {opening.mutant!r}",
        where=module,
        remedy=f"there are: {names}" if names else f"list them in MUTANTS of {module}",
    )


def _mutants(module: str) -> Sequence[Mutant]:
    """The planted bugs that are kept beside the trials; none where there is no such module."""
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return ()
    listed = getattr(targets.import_own(module, module), "MUTANTS", ())
    if all(isinstance(each, Mutant) for each in listed):
        return tuple(listed)
    raise InputError("MUTANTS holds something that is not a Mutant", where=module, remedy="list mutants only")


def shift_heap() -> None:
    """For the determinism gate: allocate and drop, so that no object lies where it lay before."""
    amount = int(os.environ.get(HEAP, "0"))
    if not amount:
        return
    draws = Draws(amount, "heap", str(len(_ballast)))
    _ballast.extend(bytearray(draws.between(16, 4096)) for _ in range(2000))
    _ballast[:] = [block for block in _ballast if draws.chance(0.5)]
    gc.collect()


def serve() -> None:
    """Answer messages until the other side hangs up."""
    requests, answers = _take_pipes()
    warnings.filterwarnings("ignore", message=".*multi-threaded.*fork")
    shift_heap()
    nursery = Nursery()
    with new_stack() as stack:
        faulthandler.enable(file=stack)
        children = Children(stack, not_theirs=(requests, answers), clear=fitting.clear)
        with suppress(BrokenPipeError):
            Desk(nursery, children, requests, answers).listen()


class Desk:
    """Where requests come in and answers go out; it waits for all children at once, and for none in particular."""

    def __init__(self, nursery: Nursery, children: Children, requests: int, answers: int) -> None:
        self._nursery = nursery
        self._children = children
        self._requests = requests
        self._answers = answers
        self._due = bytearray()
        """What has been answered and not been sent. To wait for room is to wait for a runner that may wait as well."""

    def listen(self) -> None:
        """Serve until the other side hangs up; nobody waits then for those who are still at work."""
        try:
            while self._has_served():
                continue
        finally:
            self._children.end()

    def _has_served(self) -> bool:
        """One step; False: the other side has hung up."""
        children = self._children
        reading: list[int | Child] = [self._requests, *children.alive]
        writing = [self._answers] if self._due else []
        ready, room, _ = select.select(reading, writing, [], children.patience_s)
        if room:
            del self._due[: os.write(self._answers, self._due[: select.PIPE_BUF])]
        for ticket, answer in children.listen(ready):
            self._due += encode({"of": ticket}) + answer
        if self._requests in ready:
            message = receive(self._requests)
            if message is None:
                return False
            self._serve(message)
        return True

    def _serve(self, message: Message) -> None:
        match message["do"]:
            case "run":
                order = Order.from_plain(message["order"])
                work = partial(self._nursery.perform, order)
                self._children.start(message["ticket"], work, timeout_s=message["timeout_s"])
            case "drop":
                self._children.end()
                self._due += encode({"dropped": True})
            case "dependencies":
                self._due += encode({"dependencies": provenance.dependencies()})
            case "talk":
                order = Order.from_plain(message["order"])
                talk = partial(self._nursery.talk, order, self._requests, self._answers)
                self._children.lend(talk, self._answers)
            case "open":
                self._open(Opening.from_plain(message["opening"]))

    def _open(self, opening: Opening) -> None:
        """Open the target and listen on from in there: what holds it open may end with the call that has opened it."""

        def opened(description: Description) -> None:
            gc.collect()
            gc.freeze()
            gc.enable()
            send(self._answers, encode({"opened": description.as_plain()}))
            self.listen()

        try:
            self._nursery.open(opening, opened)
        except LyditeError as error:
            send(self._answers, encode({"refused": error_as_plain(error)}))


def _take_pipes() -> tuple[int, int]:
    """Keep the two pipes for the protocol, out of the way of whatever the target reads or prints."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return requests, answers
