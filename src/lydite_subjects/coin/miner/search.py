"""The search for a nonce: one worker in this process, or several in processes of their own.

A search goes in rounds of about a tenth of a second. Between two of them a worker looks whether it is still wanted, so
a block that nobody needs any more costs no more than a round. All nonces of a header are shared out in ranges, one
for each worker.
"""

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Final, NamedTuple, Protocol

from lydite_subjects.coin.spec.blocks import NONCE_MAX, Header
from lydite_subjects.coin.spec.errors import CoinError
from lydite_subjects.coin.spec.mining import solve

ROUND_S: Final = 0.1
FIRST_ROUND: Final = 4_096
"""How many hashes the first round of a search has; it doubles until a round is long enough."""
WORKERS_MAX: Final = 1_024
_END_S: Final = 2.0


class WorkerLost(CoinError):
    """A process that should search has ended."""


class Search(Protocol):
    """Who looks for nonces."""

    hashes: int
    """How many hashes were tried so far, in all searches."""

    def find(self, header: Header, *, timeout_s: float, wanted: Callable[[], bool]) -> int | None:
        """A nonce that makes the hash small enough; None if time or nonces ran out, or it is not wanted any more."""
        ...

    def close(self) -> None:
        """Let the workers go."""
        ...


class Round(NamedTuple):
    """What a worker has done in one round, or its last word on a job."""

    job: int
    hashes: int
    nonce: int | None
    ended: bool
    """Nothing more will be heard of this job."""


class Job(NamedTuple):
    """A range of nonces to try."""

    number: int
    header: Header
    first: int
    beyond: int


def searcher(workers: int) -> Search:
    """As many workers as are asked for; one needs no process of its own."""
    if not 1 <= workers <= WORKERS_MAX:
        raise CoinError(f"workers: expected 1 to {WORKERS_MAX:,}, found {workers:,}")
    return Alone() if workers == 1 else Crew(workers)


class Alone:
    """One worker, in this process."""

    def __init__(self) -> None:
        self.hashes = 0

    def find(self, header: Header, *, timeout_s: float, wanted: Callable[[], bool]) -> int | None:
        """See `Search`."""
        until = time.monotonic() + timeout_s
        for each in rounds(Job(0, header, *ranges(1)[0])):
            self.hashes += each.hashes
            if each.nonce is not None:
                return each.nonce
            if time.monotonic() >= until or not wanted():
                return None
        return None

    def close(self) -> None:
        """See `Search`."""


class Crew:
    """Several workers, each a process that lives as long as the crew."""

    def __init__(self, workers: int) -> None:
        self.hashes = 0
        self._job = 0
        context = multiprocessing.get_context("spawn")
        self._lines: list[Connection] = []
        self._processes = []
        for _ in range(workers):
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._lines.append(ours)
            self._processes.append(process)

    def find(self, header: Header, *, timeout_s: float, wanted: Callable[[], bool]) -> int | None:
        """See `Search`."""
        until = time.monotonic() + timeout_s
        self._job += 1
        for line, (first, beyond) in zip(self._lines, ranges(len(self._lines)), strict=True):
            self._tell(line, Job(self._job, header, first, beyond))
        nonce, busy = None, len(self._lines)
        while nonce is None and busy:
            for each in self._heard(max(0.0, min(ROUND_S, until - time.monotonic()))):
                if each.job == self._job:
                    busy -= each.ended
                    nonce = nonce if each.nonce is None else each.nonce
            if nonce is None and (time.monotonic() >= until or not wanted()):
                break
        self._rest(busy)
        return nonce

    def close(self) -> None:
        """See `Search`."""
        for line in self._lines:
            line.close()  # To a worker it is the end of its work.
        for process in self._processes:
            process.join(_END_S)
            if process.is_alive():
                process.kill()
                process.join()
            process.close()
        self._lines, self._processes = [], []

    def _rest(self, busy: int) -> None:
        """Stop the work on this job; its last rounds count as well."""
        if busy:
            for line in self._lines:
                self._tell(line, None)
        until = time.monotonic() + _END_S
        while busy and time.monotonic() < until:
            busy -= sum(each.ended for each in self._heard(ROUND_S) if each.job == self._job)

    def _heard(self, timeout_s: float) -> Iterator[Round]:
        for line in wait(self._lines, timeout_s):
            assert isinstance(line, Connection)
            try:
                found = line.recv()
            except (EOFError, OSError) as error:
                raise self._lost(line) from error
            assert isinstance(found, Round)
            self.hashes += found.hashes
            yield found

    def _tell(self, line: Connection, job: Job | None) -> None:
        try:
            line.send(job)
        except OSError as error:
            raise self._lost(line) from error

    def _lost(self, line: Connection) -> WorkerLost:
        process = self._processes[self._lines.index(line)]
        process.join(_END_S)
        return WorkerLost(
            f"a worker: expected it to search, found that it ended with exit code {process.exitcode}"
        )


def ranges(workers: int) -> list[tuple[int, int]]:
    """The nonces from 1 on, shared out."""
    share = NONCE_MAX // workers
    return [(1 + index * share, 1 + (index + 1) * share) for index in range(workers)]


def rounds(job: Job) -> Iterator[Round]:
    """Work on a job, a round at a time."""
    at, size = job.first, FIRST_ROUND
    while at < job.beyond:
        size = min(size, job.beyond - at)
        began = time.perf_counter()
        nonce = solve(job.header, at, size)
        took_s = time.perf_counter() - began
        if nonce is not None:
            yield Round(job.number, nonce - at + 1, nonce, ended=True)
            return
        at += size
        yield Round(job.number, size, None, ended=at >= job.beyond)
        if took_s < ROUND_S / 2:
            size *= 2


def work(line: Connection) -> None:
    """The life of a worker: jobs come in, and what was done goes out, until nobody is at the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The miner is told, and lets its workers go.
    try:
        job = line.recv()
        while True:
            job = _worked(line, job) if job is not None else line.recv()
    except (EOFError, OSError):
        return


def _worked(line: Connection, job: Job) -> Job | None:
    """Work on a job until it is done or the next word comes, which is returned."""
    for each in rounds(job):
        line.send(each)
        if each.ended:
            break
        if line.poll():
            line.send(Round(job.number, 0, None, ended=True))
            break
    word: Job | None = line.recv()
    return word
