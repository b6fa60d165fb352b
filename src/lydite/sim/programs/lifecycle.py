"""The lives of processes: started, ended by themselves, killed, revived.

A program that ends by itself is wound down as `asyncio.run` does it: its tasks are cancelled, its
`finally` blocks run, then the kernel closes what is left open. One that is killed gets none of
that. Both leave the same thing behind: a disk.
"""

import asyncio
import errno
import os
import signal
import traceback
from typing import TYPE_CHECKING, Any, Final

from lydite.model import SECOND, ProgramEnded, TargetNotFound
from lydite.sim.context import current_process
from lydite.sim.hosts.process import KILLED, SimProcess
from lydite.sim.patches import flush_output, real, run_exit_handlers
from lydite.sim.patches.environ import hand_down
from lydite.sim.programs.asgi import serve
from lydite.world import Asgi, Program, Runnable, Unsynced

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost
    from lydite.sim.world import SimWorld

FIRST_PID: Final = 1_000
PIDS_OF_A_HOST: Final = 60
READY_WITHIN_NS: Final = 60_000_000_000
READY_POLL_NS: Final = 5_000_000
HARMLESS: Final = frozenset(
    {
        *(signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH),
        *(signal.SIGPIPE, signal.SIGXFSZ),
        *(signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU),
    }
)
"""Signals that end no process by themselves: the kernel ignores them, Python does, or they only stop it.

Stopping is the tester's lever, so those do nothing. Every other signal ends a process that has no handler.
"""
FELLING: Final = ("crash", "power")
"""What kills a process from outside: faults, after whose end it is started again."""


class Vanished(BaseException):
    """Unwinds the frames of a process that has ended itself in the middle of a call."""


def refuse_the_dead() -> None:
    """What a process has left to do in its `finally` blocks when it ended in the middle of a call never happens."""
    process = current_process()
    if process is not None and not process.alive:
        raise Vanished


class Lifecycle:
    """Starts and ends the processes of one world."""

    def __init__(self, world: "SimWorld") -> None:
        self._world = world

    def launch(self, host: "SimHost", runnable: Runnable | None) -> SimProcess:
        """A new process on a host; its program begins to run in this instant."""
        world = self._world
        host.incarnations += 1
        finished = world.loop.create_future()
        process = SimProcess(host, runnable, pid=_pid(host), seed=world.seed, finished=finished)
        process.argv = runnable.argv if isinstance(runnable, Program) else ()
        if runnable is not None:
            hand_down(world.tester, process)
        host.processes.append(process)
        if runnable is not None:
            world.trace.start(process)
            process.main_task = world.loop.create_task(
                self._live(process, runnable), name="main", context=process.context
            )
            _tell_who_awaits(process)
        return process

    async def _live(self, process: SimProcess, runnable: Runnable) -> None:
        code = 0
        try:
            await self._main_of(process, runnable)
        except SystemExit as leaving:
            code = exit_code_of(leaving)
        except asyncio.CancelledError:
            code = 1
        except Exception:
            self._print(process, traceback.format_exc())
            code = 1
        if process.alive:
            await self._wind_down(process)
            self.ended(process, code)

    async def _main_of(self, process: SimProcess, runnable: Runnable) -> None:
        entry: Any = runnable.entry
        if isinstance(entry, str):
            from lydite.sim.programs.modules import load_entry

            try:
                entry = load_entry(process, entry)
            except TargetNotFound as error:
                # There is no such program: the trial is wrong, not the program.
                self._world.fail(error)
                raise
        if isinstance(runnable, Asgi):
            await serve(entry, runnable.port)
        else:
            await entry(list(runnable.argv))

    async def _wind_down(self, process: SimProcess) -> None:
        """What `asyncio.run` does after `main` has returned."""
        me = asyncio.current_task()
        for _ in range(3):
            left = [task for task in self._tasks_of(process) if task is not me]
            if not left:
                return
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=10)

    def _tasks_of(self, process: SimProcess) -> list[Any]:
        tasks = [
            task
            for task in real.all_tasks(self._world.loop)
            if getattr(task, "process", None) is process and not task.done()
        ]
        return sorted(tasks, key=hash)

    def _print(self, process: SimProcess, text: str) -> None:
        for line in text.rstrip().splitlines():
            self._world.trace.log(process, "stderr", line)

    # -- the end

    def ended(self, process: SimProcess, code: int) -> None:
        """A process ended by itself: exit handlers run, files are flushed, and its kernel closes the rest."""
        try:
            run_exit_handlers(process)
        except Exception:
            self._print(process, traceback.format_exc())
        if process.descriptors is not None:
            process.descriptors.finish()
        flush_output(process)
        self._world.trace.exit(process, code)
        if code == 0 and not process.stopping:
            process.host.done.append(process.program)
        self._release(process, code)

    def kill(self, process: SimProcess, cause: str, code: int = KILLED) -> None:
        """A process is gone in this instant. Nothing of it runs again."""
        if not process.alive:
            return
        self._world.trace.crash(process, cause)
        for task in self._tasks_of(process):
            task._log_destroy_pending = False
            process.graveyard.append(task)
        self._release(process, code, felled=cause in FELLING)

    def _release(self, process: SimProcess, code: int, *, felled: bool = False) -> None:
        loop = self._world.loop
        loop.gated = True
        loop.graveyard.append(process)
        process.alive = False
        process.exit_code = code
        closers, process.closers = process.closers, {}
        for close in closers.values():
            close()
        process.host.processes.remove(process)
        if process.program is not None and (felled or process.stopping):
            process.successor = self._next_start(process.host, process.program)
        if not process.finished.done():
            process.finished.set_result(code)

    def signal(self, host: "SimHost", pid: int, number: int) -> None:
        """`kill(2)`: let a process of this host have a signal."""
        if not 0 <= number < signal.NSIG:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        process = next((each for each in host.processes if each.pid == pid), None)
        if process is None:
            raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
        handler = process.signals.get(number)
        if number == 0:
            return
        if handler is not None and number != signal.SIGKILL:
            self._world.loop.call_soon(handler, context=process.context)
        elif number == signal.SIGINT and process.main_task is not None:
            process.main_task.cancel()
        elif number not in HARMLESS and process is self._world.tester:
            self._world.refuse(f"{_name_of(number)} would end the trial", "return from the trial instead")
        elif number not in HARMLESS:
            self.kill(process, _name_of(number), -number)

    def cut_power(self, host: "SimHost", unsynced: Unsynced = "any") -> None:
        """Everything on the host stops at once, and the disk keeps only what it has."""
        if not host.powered:
            return
        for process in list(host.processes):
            self._world.network_model.lose_power(process)
            self.kill(process, "power")
        host.powered = False
        host.disk.power_loss(unsynced)

    def revive(self, host: "SimHost") -> None:
        """Power, if it was cut; and every program that was started here and does not run."""
        if not host.powered:
            host.powered = True
            self._world.network_model.power_is_back(host)
        host.done.clear()
        self.restart(host)

    def restart(self, host: "SimHost") -> None:
        """Start again what ended, unless it was done by itself and well."""
        present = [*host.done, *(process.program for process in host.processes)]
        for runnable in host.programs:
            if runnable in present:
                present.remove(runnable)
            else:
                self.launch(host, runnable)
        for process in host.processes:
            if process.stopping:
                # It was asked to end and has not done so yet: it is started again when it has.
                context = self._world.tester.context
                process.finished.add_done_callback(lambda _: self._start_again(host), context=context)

    def _start_again(self, host: "SimHost") -> None:
        if host.powered and not host.down:
            self.revive(host)

    # -- waiting for programs

    async def until_started(self, host: "SimHost", runnable: Runnable) -> SimProcess:
        """Wait until a host that is down is revived, and with it the program."""
        return await self._started(host, runnable, self._next_start(host, runnable))

    async def until_listening(self, process: SimProcess, port: int) -> SimProcess:
        """Wait until the program takes connections on a port; the process that does so in the end.

        A fault that fells it meanwhile is waited out: when its host is revived the program is started again.
        A program that ends by itself is an error, told with its last words.
        """
        world, host = self._world, process.host
        give_up_ns = world.now_ns + READY_WITHIN_NS
        while not world.network_model.listens(host, port):
            if not process.running:
                if process.program is None or process.successor is None:
                    raise _not_ready(process, port, f"ended with exit code {process.exit_code}")
                process = await self._started(host, process.program, process.successor)
                give_up_ns = world.now_ns + READY_WITHIN_NS
                continue
            if host.paused:
                give_up_ns = world.now_ns + READY_WITHIN_NS
            elif world.now_ns > give_up_ns:
                raise _not_ready(process, port, "did not listen within 60 virtual seconds")
            await world.sleep(READY_POLL_NS)
        return process

    def _next_start(self, host: "SimHost", runnable: Runnable) -> "asyncio.Future[SimProcess]":
        started: asyncio.Future[SimProcess] = self._world.loop.create_future()
        host.awaited.append((runnable, started))
        return started

    async def _started(
        self, host: "SimHost", runnable: Runnable, started: "asyncio.Future[SimProcess]"
    ) -> SimProcess:
        patience_ns = self._world.limits.virtual_ns // 2
        await asyncio.wait([started], timeout=patience_ns / SECOND)
        if not started.done():
            raise ProgramEnded(
                f"the trial waits for {runnable} on {host.name}, which a fault has taken down and nobody has "
                f"revived within {patience_ns / SECOND:g} virtual seconds",
                remedy="let that fault end (`lasting_ns`), or call world.process.revive(...) meanwhile",
            )
        return started.result()


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIGRTMIN+{number - signal.SIGRTMIN}"


def _not_ready(process: SimProcess, port: int, problem: str) -> ProgramEnded:
    words = process.host.last_words
    last = words[-1][2] if words else ""
    return ProgramEnded(
        f"{process.program} on {process.host.name} {problem}, and the trial waits for port {port}",
        where=f"last words: {last}" if last else "",
        remedy="look at the program's output with --verbose, or at the port that it binds",
    )


def _tell_who_awaits(process: SimProcess) -> None:
    awaited = process.host.awaited
    for index, (runnable, started) in enumerate(awaited):
        if runnable == process.program:
            del awaited[index]
            started.set_result(process)
            return


def _pid(host: "SimHost") -> int:
    """The number of a host's next process: a matter of that host alone, whatever is started elsewhere."""
    return FIRST_PID + PIDS_OF_A_HOST * (host.index & 0xFFFF) + host.incarnations


def exit_code_of(leaving: SystemExit) -> int:
    """What the shell would see of `sys.exit(...)`."""
    if leaving.code is None:
        return 0
    return leaving.code if isinstance(leaving.code, int) else 1
