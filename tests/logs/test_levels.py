"""Levels as people write them, and what they let through."""

import logging

import pytest

from lydite.config import ConfigRefused, load
from lydite.logs import COMPONENTS, LEVELS, Levels, levels_of
from lydite.model import InputError

NOT_LEVELS = [
    ("loud", "expected a level out of debug, info, warning, error, off, found 'loud'"),
    ("inof", "did you mean info?"),
    ("DEBUG", "did you mean debug?"),
    ("engine", "expected a level for engine, found none: engine=debug?"),
    ("engine=", "found ''"),
    ("engine=dbug", "did you mean debug?"),
    ("egnine=debug", "there is no component egnine: did you mean engine?"),
    ("=debug", "expected the name of a component in front of =debug, found ''"),
    ("a b=debug", "found 'a b'"),
    ("info,debug", "expected one level for everything, found several"),
    ("engine=info,engine=debug", "engine has one level, found several"),
    ("", "expected levels such as info,engine=debug, found ''"),
    (" , ", "expected levels such as info,engine=debug"),
    ("info," * 300, "expected levels in at most 1,000 letters"),
]


@pytest.mark.parametrize(
    ("text", "told", "silent"),
    [
        (
            "info",
            [("lydite.engine", "info"), ("httpx", "warning")],
            [("lydite.engine", "debug"), ("httpx", "info")],
        ),
        (
            "engine=debug",
            [("lydite.engine", "debug"), ("lydite.gates", "warning")],
            [("lydite.gates", "info")],
        ),
        ("lydite.engine=debug", [("lydite.engine", "debug")], [("lydite.gates", "info")]),
        ("info,harness=error", [("lydite.harness", "error")], [("lydite.harness.outage", "warning")]),
        ("pytest=debug,pytest.e2e=off", [("lydite.pytest.unit", "debug")], [("lydite.pytest.e2e", "error")]),
        ("error", [("httpx", "error")], [("httpx", "warning")]),
        ("debug,my.harness=debug", [("my.harness.inner", "debug")], [("my.harnessed", "info")]),
        ("off,engine=info", [("lydite.engine", "info")], [("lydite.gates", "error"), ("httpx", "error")]),
        ("info", [], [("lydite_subjects.coin", "info")]),
    ],
)
def test_a_component_is_told_from_its_level_on(
    text: str, told: list[tuple[str, str]], silent: list[tuple[str, str]]
) -> None:
    levels = levels_of(text, where="here")

    assert [each for each in told if not levels.allows(each[0], LEVELS[each[1]])] == []
    assert [each for each in silent if levels.allows(each[0], LEVELS[each[1]])] == []


@pytest.mark.parametrize(("text", "said"), NOT_LEVELS)
def test_what_says_no_level_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        levels_of(text, where="--log")

    assert said in str(caught.value)
    assert caught.value.where == "--log"


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError, match=r"loud.*harnes: did you mean harness"):
        levels_of("loud,harnes=debug", where="--log")


def test_levels_are_written_as_they_are_read() -> None:
    levels = levels_of(" info , engine = debug,httpx=off", where="here")

    assert str(levels) == "info,engine=debug,httpx=off"
    assert levels_of(str(levels), where="here") == levels
    assert str(levels_of("engine=debug", where="here")) == "warning,engine=debug"


@pytest.mark.parametrize(
    ("text", "off"), [("off", True), ("off,engine=off", True), ("off,engine=error", False)]
)
def test_nothing_is_told_only_where_everything_is_off(text: str, off: bool) -> None:
    assert levels_of(text, where="here").are_off is off


def test_two_that_listen_hear_what_either_wants() -> None:
    one, other = (
        levels_of(text, where="here") for text in ("info,engine=off", "error,engine=debug,httpx=info")
    )

    both = one.also(other)

    assert both.least("lydite.engine") == logging.DEBUG
    assert both.least("lydite.gates") == both.least("httpx") == logging.INFO
    assert both.least("aiohttp") == logging.WARNING


@pytest.mark.parametrize("text", ["info", "off", "info,engine=debug", " a.b-c = error , debug"])
def test_the_settings_take_what_says_levels(text: str) -> None:
    loaded = load(environ={}, flags={"log.levels": text})

    assert isinstance(levels_of(loaded.settings.log.levels, where="log.levels"), Levels)


@pytest.mark.parametrize("text", ["loud", "engine=dbug", "=debug", "info;debug", "info,", "engine"])
def test_the_settings_refuse_what_says_none(text: str) -> None:
    with pytest.raises(ConfigRefused, match="expected levels such as info,engine=debug"):
        load(environ={}, flags={"log.levels": text})


def test_every_component_says_what_it_tells() -> None:
    assert all(COMPONENTS.values())
    assert sorted(COMPONENTS) == sorted({*COMPONENTS})
