"""The fixture `network`: a small simulated network that an ordinary test bends and asks, step by step.

Time is virtual: what takes a minute in there takes none out here.
"""

from pathlib import Path
from types import TracebackType
from typing import Final, Self

from lydite.model import InputError, Plain, near
from lydite.pytest_plugin.hosts import HOSTS
from lydite.pytest_plugin.told import plainly
from lydite.runner import Session, Stage

PATIENCE_S: Final = 10.0


def open_stage() -> Stage:
    """The process from which small networks are forked."""
    return Stage(f"{Path(__file__).with_name('hosts.py')}::Hosts")


class SmallNetwork:
    """Three hosts on one network, `node-1` to `node-3`; each answers a ping."""

    hosts: Final = HOSTS

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._session: Session = stage.open()

    @property
    def now_s(self) -> float:
        """The clock of the network, in seconds since it began."""
        return self._session.now_ns / 1e9

    @plainly
    def reset(self, *, seed: int = 0) -> None:
        """Begin anew, with another seed: other latencies, other losses."""
        self._session = self._stage.open(seed=seed)

    @plainly
    def ping(
        self, source: str, target: str, *, text: str = "ping", within_s: float = PATIENCE_S
    ) -> float | None:
        """Let one host ask another; how long it took in seconds, None where no answer came in time."""
        self._known(source, target)
        answer = self._session.do(
            "ping", source=source, target=target, text=text, within_ns=round(within_s * 1e9)
        )
        if answer is None:
            return None
        assert isinstance(answer, list)
        back, took_ns = answer
        assert back == text, f"{target} has answered {back!r} to {text!r}"
        assert isinstance(took_ns, int)
        return took_ns / 1e9

    @plainly
    def wait(self, duration_s: float) -> None:
        """Let the network run on."""
        self._session.do("wait", duration_ns=round(duration_s * 1e9))

    @plainly
    def cut(self, left: str, right: str) -> int:
        """Lose everything between two hosts; the number that heals it."""
        return self.bend("network.cut", left=left, right=right)

    @plainly
    def delay(self, left: str, right: str, by_s: float) -> int:
        """Let everything between two hosts take longer."""
        return self.bend("network.delay", left=left, right=right, by_ns=round(by_s * 1e9))

    @plainly
    def lose(self, left: str, right: str, rate: float) -> int:
        """Lose a share of what they send."""
        return self.bend("network.lose", left=left, right=right, rate=rate)

    @plainly
    def crash(self, host: str) -> int:
        """Kill what runs on a host; healing starts it again."""
        return self.bend("process.crash", hosts=[host])

    @plainly
    def bend(self, kind: str, **args: Plain) -> int:
        """Begin any trouble of the catalogue (`lydite faults list`); the number that heals it."""
        for value in args.values():
            self._known(*([value] if isinstance(value, str) and value.startswith("node") else []))
        number = self._session.do("bend", kind=kind, args=args)
        assert isinstance(number, int)
        return number

    @plainly
    def heal(self, number: int | None = None) -> None:
        """End one trouble, or all of them."""
        if number is None:
            self._session.do("heal")
        else:
            self._session.do("lift", number=number)

    def close(self) -> None:
        """End it."""
        if self._session.run is None:
            self._session.end()

    def _known(self, *names: str) -> None:
        for name in names:
            if name not in HOSTS:
                raise InputError(f"there is no host {name!r}", where="network", remedy=near(name, HOSTS))

    def __repr__(self) -> str:
        return f"<network of {', '.join(HOSTS)} at {self.now_s:.3f} s>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
