"""A test that takes more than a world: what else it takes is made by pytest, anew for each run.

`test_bank.py::test_pays[3-fast]` is a case of a parametrized test, `TestBank::test_pays` is a method, and
`test_pays(world, bank)` wants a fixture. What these are, pytest alone knows. So it collects the test in the nursery,
and each run is set up as a test of its own, in the process that was forked for it: fixtures of every scope are made
there before the world begins, and taken down after it has ended. No run sees what another one has made.

The options of a pytest that is running elsewhere are not known here, so that a replay is the same run.
"""

import inspect
import io
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import (
    AbstractContextManager,
    contextmanager,
    nullcontext,
    redirect_stderr,
    redirect_stdout,
    suppress,
)
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from lydite.checks import described, place_of
from lydite.harness import MARKER, WORLD, Run, Trial, marked, marks_of, takes_more
from lydite.model import InputError, LyditeError, Skipped, TargetNotFound
from lydite.runner.targets import Aim, Loaded, import_target
from lydite.world import World

if TYPE_CHECKING:
    import pytest

GoOn = Callable[[tuple[Loaded, ...]], None]
"""What is done with the trials that were found, for as long as they are wanted."""

# What a project says for its tests is often not for one of them: spread over processes, measured, left out.
ARGUMENTS: Final = ("-o", "addopts=", "-o", "strict_config=false", "-s", "-p", "no:warnings")
# The plugin of Lydite, once, whether or not it is announced; and what it does with trials elsewhere is not done here.
PLUGIN: Final = (
    *("-p", "no:lydite", "-p", "lydite_pytest"),
    *("-p", "no:lydite-trials", "-p", "no:lydite-leaks"),
)
# In a world /tmp is a host's own. What a fixture writes for a trial is to be read there, so it lies elsewhere.
FOLDER: Final = Path("/var/tmp")  # noqa: S108 - the folder of a run in it is made for its user alone
OF_ANOTHER: Final = ("PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST")
"""Variables that speak of the pytest that has started this process."""


def is_fitted(aimed: Aim) -> bool:
    """Does a target name a test for which pytest makes something? Its module is imported to see."""
    if not aimed.file or not aimed.name:
        return False
    if "[" in aimed.name or "::" in aimed.name:
        return True
    module = import_target(aimed)
    function: Callable[..., object] | None = getattr(module, aimed.name, None)
    if function is None or not inspect.iscoroutinefunction(function):
        return False
    return bool(marks_of(function, module)) and takes_more(function, module)


def collected(aimed: Aim, go_on: GoOn) -> None:
    """Let pytest collect the tests of a target and go on with them: what it makes is there until then."""
    import pytest

    # First as any module of a target, so that it is known where it came from and which programs it names.
    import_target(aimed)
    for name in OF_ANOTHER:
        os.environ.pop(name, None)
    host = _Host(aimed, go_on)
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        pytest.main([*ARGUMENTS, *PLUGIN, f"{aimed.file}::{aimed.name}"], plugins=[host])
    if host.refused is not None:
        raise host.refused
    lines = [line for line in said.getvalue().splitlines() if line.strip()]
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    raise TargetNotFound(
        f"pytest finds no test {aimed.name!r}",
        where=aimed.file,
        remedy=f"see what `pytest --collect-only -q {aimed.target.partition('::')[0]}` says",
    )


def fitted(trial: Trial) -> AbstractContextManager[None]:
    """What is made for one run of a trial; of most of them, nothing."""
    return trial.run.set_up() if isinstance(trial.run, Fitted) else nullcontext()


class Fitted:
    """A test with what pytest makes for it."""

    def __init__(self, item: "pytest.Function") -> None:
        self._item = item
        # A trial is made of an async function, and this stands for one.
        self.__wrapped__ = item.function
        self.__name__ = name_of(item)
        self.__doc__ = item.function.__doc__

    async def __call__(self, world: World) -> None:
        """Run it in a world."""
        test: Callable[..., Awaitable[object]] = self._item.obj
        takes = inspect.signature(test).parameters
        made: dict[str, Any] = {name: self._item.funcargs[name] for name in takes if name != WORLD}
        await test(**made, **{WORLD: world})

    @contextmanager
    def set_up(self) -> Iterator[None]:
        """Make what it takes; take it down in the end."""
        item = self._item
        _put_files_into(_folder(os.getpid()), item.config)
        try:
            self._done("setup", lambda: item.ihook.pytest_runtest_setup(item=item))
            yield
        finally:
            self._done("teardown", lambda: item.ihook.pytest_runtest_teardown(item=item, nextitem=None))

    def _done(self, step: Literal["setup", "teardown"], work: Callable[[], object]) -> None:
        """One step as pytest does it: what a fixture raises is the user's to read."""
        import pytest

        call = pytest.CallInfo.from_call(work, when=step, reraise=(KeyboardInterrupt, pytest.exit.Exception))
        # Fixtures such as `tmp_path` ask how the step before went.
        self._item.ihook.pytest_runtest_makereport(item=self._item, call=call)
        try:
            if call.excinfo is not None:
                raise call.excinfo.value
        except pytest.skip.Exception as skipped:
            raise Skipped(str(skipped.msg), where=self.__name__) from skipped
        except pytest.FixtureLookupError as error:
            raise InputError(
                f"{self.__name__} takes {error.argname!r}, and there is no such fixture",
                where=str(self._item.path),
                remedy="see which there are with `pytest --fixtures`; here, plugins named by -p are not loaded",
            ) from error
        except (Exception, pytest.fail.Exception) as error:
            raise InputError(
                f"{self.__name__} is broken by a fixture in its {step}: {described(error)}",
                where=str(place_of(error)),
            ) from error


def name_of(item: "pytest.Item") -> str:
    """What names a test in its file: `TestBank::test_pays[3-fast]`."""
    return item.nodeid.partition("::")[2]


def clear(process: int) -> None:
    """Take away the files of a run that is over, however it ended: it did so without a word to pytest."""
    shutil.rmtree(_folder(process), ignore_errors=True)


def _folder(process: int) -> Path:
    """Where the fixtures of a run have their files: several may be under way, each of them a process."""
    return FOLDER / f"lydite-{os.getuid()}-{process}"


def _put_files_into(folder: Path, config: "pytest.Config") -> None:
    """Let `tmp_path` and its kin begin there: their plugin was set up for the session that has collected the test."""
    config.option.basetemp = str(folder)
    files: Any = config.pluginmanager.getplugin("tmpdir")
    files.pytest_configure(config)


class _Host:
    """The plugin by which the nursery lives inside of the session of pytest that has collected its tests."""

    def __init__(self, aimed: Aim, go_on: GoOn) -> None:
        self._aimed = aimed
        self._go_on = go_on
        self._out, self._err = sys.stdout, sys.stderr
        self.refused: LyditeError | None = None

    def pytest_runtestloop(self, session: "pytest.Session") -> bool | None:
        """Instead of running the tests."""
        if session.testsfailed or not session.items:
            return None
        with redirect_stdout(self._out), redirect_stderr(self._err):
            try:
                with suppress(BrokenPipeError):
                    self._go_on(tuple(self._loaded(item) for item in session.items))
            except LyditeError as error:
                self.refused = error
                return True
        # The session ends with its process: nothing was set up in it, and its plugins have nothing to report.
        sys.stderr.flush()
        os._exit(0)

    def _loaded(self, item: "pytest.Item") -> Loaded:
        name = name_of(item)
        marks = tuple(item.iter_markers(MARKER))
        function = getattr(item, "function", None)
        if not marks or not inspect.iscoroutinefunction(function):
            raise TargetNotFound(
                f"{name} is not a trial",
                where=self._aimed.file,
                remedy="mark it with @pytest.mark.lydite and make it an async function of a world",
            )
        run: Run = Fitted(item)  # type: ignore[arg-type]
        return Loaded(name=name, trial=marked(run, marks, name=name))
