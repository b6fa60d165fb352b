"""The result of one run: the verdict, the digest that proves it, and the findings behind it."""

from dataclasses import dataclass, field

from lydite.model.canonical import Facts
from lydite.model.verdict import Finding, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended when not by its own last line: the error's class, its words, the culprit's place."""

    error: str
    message: str
    where: str = ""
    remedy: str = ""
    traceback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one run says. `digest` is the hash of its trace: whoever doubts it runs the seed again."""

    trial: str
    seed: int
    verdict: Verdict
    digest: str
    records: int
    findings: tuple[Finding, ...] = ()
    ending: Ending | None = None
    """Set when the run itself failed (a refused thread, a deadlock): then the verdict is UNKNOWN at best."""
    virtual_ns: int = 0
    events: int = 0
    cpu_ns: int = 0
    """Processor time of the run; a measurement, so never part of the digest."""
    measurements: Facts = field(default_factory=dict)

    @property
    def broke_ns(self) -> int:
        """When it broke: the moment of the finding that decided, or the end of the run, where none tells of one."""
        finding = self.finding
        return finding.at_ns if finding is not None and finding.at_ns else self.virtual_ns

    @property
    def finding(self) -> Finding | None:
        """The finding that decided: the first VIOLATED one."""
        return next((found for found in self.findings if found.verdict is Verdict.VIOLATED), None)
