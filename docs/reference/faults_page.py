"""Makes docs/reference/faults.md from the catalogue of troubles: see `generate.py`."""

import dataclasses
import inspect
import json
from collections.abc import Iterator, Mapping
from typing import Any

HEAD = """<!-- Written by `make docs` from the docstrings of `lydite.faults`. Change them there. -->

# Faults

Every way to misbehave that a schedule may name. A *trouble* is what happens; a *fault* is a trouble with a time: its
kind, its arguments, the moment at which it begins (`at_ns`), and how long it lasts (`lasting_ns`). A schedule is a list
of faults. It is plain data, so it can be drawn from a seed, stored in a failure file, shortened, or written by hand:

```python
import json

from lydite.faults import trouble_of, validate
from lydite.model import Schedule

schedule = Schedule.from_plain(
    json.loads(
        '''
%s
'''
    )
)
validate(schedule, hosts=("node-1", "node-2", "node-3"))
assert [trouble_of(fault).kind for fault in schedule.faults] == %s
```

In a trial a trouble is a scope, which heals when it is left:

```python
from lydite.faults import CATALOGUE, Hands


async def trial(world):
    flap = CATALOGUE["network.flap"](left="node-1", right="*", cut_ns=300_000_000, whole_ns=200_000_000)
    with flap.pull(Hands(world)):
        await world.sleep(10_000_000_000)
```

* Hosts are one name, a list of names, `"*"` for all but the tester, or a role: `"@leader"` is whoever leads when the
  fault begins. A fault that meets nobody is told as *missed* in the trace, and is not performed: nobody has the role,
  or there is nothing for what happens at once (no program to end and nothing that a power loss could take, no stored
  bit to flip, no connection to reset). A run under a given schedule of which nothing happened is UNKNOWN, and a sweep
  tells of each kind that never happened in it.
* A fault that can be healed and whose `lasting_ns` is 0 lasts until a fault [that heals](#what-heals) ends it, or
  `world.heal()`. One that happens once has nothing to last for: any other `lasting_ns` is refused.
* A fault that heals and that falls into the time of one with an end of its own, at one of its hosts or roads, is
  refused: that one would end twice.
* What is wrong with a schedule is told before anything runs, all of it at once.

*Harm* is what a [budget](../../src/lydite/faults/budget.py) counts: hosts that are `down` do not run or cannot be
reached, `data` that a host has promised to keep may be gone, a `clock` cannot be believed, and whoever is `byzantine`
may do anything.
"""

EXAMPLE = [
    {
        "at_ns": 2_000_000_000,
        "kind": "process.crash",
        "args": {"hosts": "node-2"},
        "lasting_ns": 1_000_000_000,
    },
    {
        "at_ns": 5_000_000_000,
        "kind": "network.partition",
        "args": {"groups": [["node-1"], ["node-2", "node-3"]]},
        "lasting_ns": 3_000_000_000,
    },
    {
        "at_ns": 9_000_000_000,
        "kind": "clock.drift",
        "args": {"hosts": "@leader", "rate": 1.5},
        "lasting_ns": 0,
    },
    {"at_ns": 12_000_000_000, "kind": "clock.steady", "args": {"hosts": "*"}, "lasting_ns": 0},
]

GUIDE = {
    "Network partitions": (
        "network.partition",
        "network.bridge",
        "network.ring",
        "network.isolate",
        "network.cut",
    ),
    "Latency injection": ("network.delay", "network.slow", "network.reorder"),
    "Message corruption": ("network.corrupt", "byzantine.garble"),
    "Peer disconnections": ("network.disconnect", "network.reset", "network.flap"),
    "Network congestion": ("network.congest", "network.throttle", "network.lose", "network.burst"),
    "Memory pressure": ("memory.limit",),
    "CPU stress": ("cpu.burden", "process.pause"),
    "Disk I/O failures": ("disk.fail", "disk.fill", "disk.slow"),
    "File system corruption": ("disk.rot", "disk.tear", "disk.lose_unsynced", "disk.lie", "disk.swap"),
    "Double signing": ("byzantine.double_sign",),
    "Vote flipping": ("byzantine.flip_vote",),
    "Message withholding": ("byzantine.withhold",),
    "Fake proposals, invalid signatures": ("byzantine.fake_proposal", "byzantine.spoil_signature"),
    "Consensus delay": ("byzantine.delay",),
    "Consensus attacks": (
        "byzantine.nothing_at_stake",
        "byzantine.long_range",
        "byzantine.stall_finality",
        "byzantine.cartel",
    ),
    "Sybil attacks": ("byzantine.sybil", "byzantine.replay"),
    "Data corruption": ("network.corrupt", "disk.rot", "byzantine.garble"),
}
"""The seventeen chaos events of the guide, and the kinds that they became."""

FAMILIES = {
    "network": "The network",
    "process": "Processes",
    "cpu": "Processors",
    "memory": "Memory",
    "disk": "Disks",
    "clock": "Clocks",
    "byzantine": "Traitors",
}


def faults_page() -> str:
    """The page of the faults, as it should be."""
    from lydite.faults import CATALOGUE

    breaking = {kind: each for kind, each in CATALOGUE.items() if not each.heals}
    healing = {kind: each for kind, each in CATALOGUE.items() if each.heals}
    kinds = "".join(f'    "{each["kind"]}",\n' for each in EXAMPLE)
    lines = [HEAD % (json.dumps(EXAMPLE, indent=2), f"[\n{kinds}]")]
    lines += [f"There are {len(breaking)} kinds that break something and {len(healing)} that heal.", ""]
    lines += _guide(breaking)
    for family, title in FAMILIES.items():
        lines += ["", f"## {title}", ""]
        for kind, each in breaking.items():
            if kind.partition(".")[0] == family:
                lines += _section(kind, each)
    lines += [
        "",
        "## What heals",
        "",
        "Each happens once.",
        "",
        "| kind | fields | what | heals |",
        "|---|---|---|---|",
    ]
    for kind, each in healing.items():
        fields = ", ".join(f"`{one.name}`" for one in dataclasses.fields(each))
        heals = ", ".join(f"`{verb}`" for verb in each.heals)
        lines.append(f"| `{kind}` | {fields} | {each.story()} | {heals} |")
    return "\n".join(lines).rstrip().replace("\n\n\n#", "\n\n#").replace("'''", '"""') + "\n"


def _guide(breaking: Mapping[str, Any]) -> Iterator[str]:
    yield "The guide that this platform grew out of names seventeen chaos events. What they became:"
    yield from ("", "| event | kinds |", "|---|---|")
    for event, kinds in GUIDE.items():
        missing = [kind for kind in kinds if kind not in breaking]
        assert not missing, missing
        yield f"| {event} | {', '.join(f'[`{kind}`](#{_anchor(kind)})' for kind in kinds)} |"


def _anchor(kind: str) -> str:
    return kind.replace(".", "")


def _section(kind: str, each: Any) -> Iterator[str]:
    from lydite.faults.shapes import shape_of

    yield from (f"### `{kind}`", "", inspect.cleandoc(each.__doc__ or ""), "")
    healed = f"Healed by `{each.opposite}`" if each.opposite else "Happens once"
    pulls = ", ".join(f"`{verb}`" for verb in each.verbs)
    yield f"{healed}. Harm: {each.harm.value}.{f' Pulls {pulls}.' if pulls else ''}"
    yield from ("", "| field | expected | unless given |", "|---|---|---|")
    for one in dataclasses.fields(each):
        default = "" if one.default is dataclasses.MISSING else f"`{json.dumps(one.default)}`"
        yield f"| `{one.name}` | {shape_of(one).words} | {default} |"
    yield ""
