"""Evidence: from what a gate did not pass by to the place on the page where that is told.

A case that failed has a card, or a line in the table of all cases; a figure has its trend, a phase its row in the grid.
What has no place, such as a figure that is not measured any more, is named without a link.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lydite.model import Dossier, GateOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Words of a sentence, and where they lead; nowhere, where that is empty."""

    words: str
    anchor: str


def places(dossier: Dossier, failures: Mapping[str, str]) -> dict[str, str]:
    """The anchor of everything that gates rest on, by its name; `failures` are those of what did not pass."""
    outcomes = dossier.decision.outcomes if dossier.decision is not None else ()
    wanted = {name for outcome in outcomes for name in outcome.evidence}
    told = {
        **_numbered("phase", [phase.name for phase in dossier.result.phases]),
        **_numbered("figure", [trend.name for trend in dossier.trends]),
        **_numbered("case", [case.name for case in dossier.result.cases]),
        **failures,
    }
    return {name: anchor for name, anchor in told.items() if name in wanted}


def pieces(sentence: str, links: Mapping[str, str]) -> Iterator[Piece]:
    """The sentence, in which every name that has a place leads there."""
    for number, words in enumerate(_split(sentence, links)):
        if words:
            yield Piece(words=words, anchor=links[words] if number % 2 else "")


def is_told(gate: GateOutcome, sentence: str) -> bool:
    """Does the sentence name all that the gate rests on?"""
    return gate.evidence_count <= len({*_split(sentence, gate.evidence)[1::2]})


def _split(sentence: str, names: Iterable[str]) -> list[str]:
    """The sentence in parts: every other one of them is a name."""
    # The longest first: a name may be the beginning of another one.
    there = sorted((name for name in names if name and name in sentence), key=len, reverse=True)
    if not there:
        return [sentence]
    return re.split(rf"(?<!\w)({'|'.join(map(re.escape, there))})(?!\w)", sentence)


def _numbered(kind: str, names: Sequence[str]) -> dict[str, str]:
    return {name: f"{kind}-{number}" for number, name in enumerate(names, 1)}
