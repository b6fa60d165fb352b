"""Flaws of a ballot, each a replacement of its source text, and the program with one of them."""

import types
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from tests.faults.byzantine.ballot import program

CERTIFIED = "is_certified(self.names, height, value, votes)"

FLAWS: dict[str, tuple[tuple[str, str], ...]] = {
    "votes_for_all": (
        ("        if self.voted:\n            return\n", ""),
        ("        elif first == value:\n", "        else:\n"),
    ),
    "simple_majority": (("self.quorum = 2 * len(names) // 3 + 1", "self.quorum = len(names) // 2 + 1"),),
    "last_vote_wins": (
        (
            "        elif first == value:\n",
            "        else:\n            for votes in self.box.values():\n                votes.pop(author, None)\n",
        ),
    ),
    "no_detection": (("            self.accused.add(author)\n", "            pass\n"),),
    "waits_for_all": (("self.quorum = 2 * len(names) // 3 + 1", "self.quorum = len(names)"),),
    "believes_proposals": (("        if value not in SIDES:\n            return\n", ""),),
    "any_height": (('        if message["height"] != self.height:\n            return\n', ""),),
    "no_signatures": (("        if not is_signed(message):\n", "        if False:\n"),),
    "unknown_signers": (("        if author not in self.names:\n", "        if False:\n"),),
    "believes_chains": ((f"        if height in self.final or not {CERTIFIED}:\n            return\n", ""),),
}


def ballot(flaw: str = "") -> Callable[[Sequence[str]], Awaitable[None]]:
    """The program, honest or with a flaw."""
    path = Path(str(program.__file__))
    text = path.read_text(encoding="utf-8")
    for honest, planted in FLAWS.get(flaw, ()):
        assert text.count(honest) == 1, f"{flaw} replaces a text that stands there {text.count(honest)} times"
        text = text.replace(honest, planted)
    module = types.ModuleType(f"ballot_{flaw or 'honest'}")
    exec(compile(text, str(path), "exec"), module.__dict__)
    main: Callable[[Sequence[str]], Awaitable[None]] = module.main
    return main
