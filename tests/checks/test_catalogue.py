"""What every check of the catalogue keeps to, whatever it is about."""

import inspect
import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lydite.checks import CATALOGUE, Check, Factory, check, entry_of
from lydite.model import Event, Facts, Kind, Plain, Verdict, plain
from tests.checks.stories import Story

ASSUMED: dict[str, Callable[[Factory], Check]] = {"validity": lambda factory: factory(lambda facts: "")}
"""How to call a factory that cannot do without an argument."""


def made(factory: Factory) -> Check:
    return ASSUMED[factory.__name__](factory) if factory.__name__ in ASSUMED else factory()


def words(factory: Factory) -> list[str]:
    """The names of notes and fields that a factory has by default, and what else its docstring quotes."""
    defaults = [each.default for each in inspect.signature(factory).parameters.values()]
    quoted = re.findall(r"`([\w-]+)`", factory.__doc__ or "")
    return sorted({each for each in defaults if isinstance(each, str) and each} | set(quoted))


each_check = pytest.mark.parametrize("factory", CATALOGUE, ids=lambda factory: factory.__name__)


@each_check
def test_an_empty_story_proves_nothing(factory: Factory) -> None:
    assert made(factory).judge([]).verdict is Verdict.UNKNOWN


@each_check
def test_a_story_about_other_things_proves_nothing(factory: Factory) -> None:
    story = Story().start("a").note("weather", sky="blue").fault("process.crash", hosts="a").crash("a")
    story.claim("always", "sum").fault("process.revive", hosts="a").start("a").at(1000).note("end")

    assert made(factory).judge(story).verdict is Verdict.UNKNOWN


@each_check
def test_a_check_is_called_as_its_factory_and_may_be_called_otherwise(factory: Factory) -> None:
    own = made(factory)

    assert own.name == factory.__name__.replace("_", "-")
    assert own.story
    assert inspect.signature(factory).parameters["name"].default == own.name


@each_check
def test_a_factory_says_what_it_proves_what_it_needs_and_what_it_does_not_check(factory: Factory) -> None:
    entry = entry_of(factory)
    quoted = set(re.findall(r"`([\w-]+)`", f"{entry.needs} {' '.join(entry.more)} {entry.proves}"))
    parameters = inspect.signature(factory).parameters
    words = {
        each.default for each in parameters.values() if isinstance(each.default, str) and each.name != "name"
    }

    assert entry.proves
    assert entry.omits
    assert words - {""} <= quoted, f"the docstring of {factory.__name__} does not say what these are"
    assert all(each.kind is inspect.Parameter.KEYWORD_ONLY for each in list(parameters.values())[1:]), (
        "arguments have names"
    )


def garbage(factory: Factory) -> st.SearchStrategy[list[Event]]:
    """Events that speak the words of a check and mean nothing."""
    known = words(factory)
    scalars = st.none() | st.booleans() | st.integers(-2, 5) | st.floats() | st.sampled_from(known)
    values = (
        scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.sampled_from(known), scalars, max_size=2)
    )
    facts = st.dictionaries(st.sampled_from(known), values, max_size=6)
    phases = st.sampled_from(["invoke", "ok", "fail", "info", "begin", "end"])
    phased = st.tuples(facts, phases).map(lambda both: {**both[0], "phase": both[1]})
    told = st.builds(
        lambda name, told: (Kind.NOTE, {"name": name, "facts": told}),
        st.sampled_from(known),
        facts | phased | values,
    )
    faults = st.builds(
        lambda verb, told: (Kind.FAULT, {"verb": verb, "args": told}),
        st.sampled_from(["network.cut", "network.heal", "clock.step", "process.crash", "process.revive"]),
        st.dictionaries(st.sampled_from(["hosts", "left", "right"]), values, max_size=3) | values,
    )
    others = st.sampled_from([Kind.START, Kind.CRASH, Kind.SCHEDULED, Kind.CHECK]).map(
        lambda kind: (kind, dict[str, Plain]())
    )
    return st.lists(told | faults | others, max_size=8).map(_numbered)


def _numbered(told: Sequence[tuple[Kind, Facts]]) -> list[Event]:
    return [
        Event(number=number, at_ns=number * 10**9, host="a", kind=kind, fields=fields)
        for number, (kind, fields) in enumerate(told)
    ]


@each_check
def test_garbage_is_never_an_exception_and_what_is_said_of_it_is_plain(factory: Factory) -> None:
    own = made(factory)

    @settings(max_examples=50)
    @given(garbage(factory))
    def survives(story: list[Event]) -> None:
        finding = own.judge(story)

        assert finding.message
        assert plain(dict(finding.facts)) == finding.facts or finding.facts
        assert list(finding.evidence) == sorted(finding.evidence)
        if finding.verdict is Verdict.VIOLATED:
            assert finding.evidence

    survives()


def test_the_catalogue_names_each_check_once() -> None:
    names = [factory.__name__ for factory in CATALOGUE]

    assert len(names) == len(set(names))
    assert check not in CATALOGUE
