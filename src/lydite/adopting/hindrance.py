"""What stands between a script and a test, and what makes a test say less than it seems to."""

from collections.abc import Iterator
from typing import Final

from lydite.adopting.facts import Collected, Facts

TOLD_MAX: Final = 5
"""Of one kind so many are told by name."""


def hindrances(facts: Facts) -> Iterator[str]:
    """Of a script without tests: what pytest would need."""
    yield "it has no function called test_...: pytest finds nothing in it"
    if facts.acts_line:
        yield f"line {facts.acts_line}: it acts on import, which is when pytest collects; a function should hold that"
    if facts.asserts:
        where = "behind its main guard" if facts.main_line else "outside of any test"
        yield f"its {_counted(facts.asserts, 'assertion')} stand {where}: a function test_... around them would do"
    else:
        prints = sum(each.name == "print" for each in facts.calls)
        if prints:
            yield f"it prints what it sees ({_counted(prints, 'print')}) and asserts nothing: it cannot fail"
        else:
            yield "it asserts nothing: it cannot fail"
    yield from _asks(facts)


def weaknesses(facts: Facts) -> Iterator[str]:
    """Of a file with tests: what of it does not test, or will not run."""
    called = {each.name for each in facts.calls if each.arguments}
    orphans = [test for test in facts.tests if test.name in called and _lacks(test, facts)]
    for test in orphans[:TOLD_MAX]:
        lacking = ", ".join(_lacks(test, facts))
        yield f"line {test.line}: {test.name} takes {lacking} from its caller; pytest finds no such fixture here"
    silent = [test for test in facts.tests if not test.asserts]
    returning = [test for test in silent if test.returns]
    for test in returning[:TOLD_MAX]:
        yield f"line {test.line}: {test.name} returns what it found and asserts nothing: pytest passes it in any case"
    mute = [test for test in silent if not test.returns]
    for test in mute[:TOLD_MAX]:
        yield f"line {test.line}: {test.name} asserts nothing: it fails by an exception only"
    for name, line in facts.uncollected:
        yield f"line {line}: {name} has a constructor, so pytest does not collect it"
    if facts.acts_line:
        yield f"line {facts.acts_line}: it acts on import, which is when pytest collects it"


def _lacks(test: Collected, facts: Facts) -> list[str]:
    return [name for name in test.parameters if name not in facts.fixtures]


def _asks(facts: Facts) -> Iterator[str]:
    """What a script wants from outside, which a test does not get."""
    by_name = {each.name: each.line for each in reversed(facts.calls)}
    if "input" in by_name:
        yield f"line {by_name['input']}: it asks at the terminal (input), where pytest has none"
    if "sys.exit" in by_name:
        yield f"line {by_name['sys.exit']}: it tells by its exit status (sys.exit); a test tells by an assertion"
    if "argparse.ArgumentParser" in by_name:
        line = by_name["argparse.ArgumentParser"]
        yield f"line {line}: it takes options from its command line; a test takes fixtures and parameters"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
