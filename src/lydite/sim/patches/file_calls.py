"""Stand-ins for the functions of `os` and `fcntl` that take a path or a descriptor.

Each asks first whether a process of a world runs, and is the real function when none does. Then the
path rule (`lydite.sim.disk.paths`) says whose the path is. What lies on the host's disk is done there; what
lies on the real machine may be read, and to change it is refused. Descriptors say themselves
whose they are.

A stand-in is a bound method, so that it does not bind again where a class keeps it; it shows the
signature of the real function.
"""

import errno
import inspect
import os
from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any, NoReturn

from lydite.sim.context import current_process
from lydite.sim.disk import calls_by_number as by_number
from lydite.sim.disk import calls_by_path as by_path
from lydite.sim.disk import paths
from lydite.sim.disk.descriptors import FIRST, descriptors_of
from lydite.sim.patches.refusal import refuse

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess

StandIn = Callable[..., Any]

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def stand_in(real: Any, call: Callable[..., Any]) -> StandIn:
    """Bind `call(real, ...)` so that it can stand where the real function stood."""
    try:
        signature = inspect.signature(real)
    except (TypeError, ValueError):
        pass
    else:
        first = inspect.Parameter("real", inspect.Parameter.POSITIONAL_ONLY)
        call.__signature__ = signature.replace(parameters=[first, *signature.parameters.values()])  # type: ignore[attr-defined]
    call.__name__ = call.__qualname__ = real.__name__
    call.__doc__ = real.__doc__
    return MethodType(call, real)


def refuse_write(what: str, path: object) -> NoReturn:
    """Refuse to change a file of the real machine."""
    refuse(
        f"{what} would change {os.fspath(path)!r} on the real machine",  # type: ignore[call-overload]
        "a relative path, and one below /disk or /tmp, is on the host's own disk",
    )


def text_of(path: Any) -> str:
    """A path as text."""
    path = os.fspath(path)
    return path if isinstance(path, str) else os.fsdecode(path)


def place_of(process: "SimProcess", path: Any, folder: int | None = None) -> str | None:
    """Where a path lies on the host's disk, or None; `folder` is the descriptor that it is relative to."""
    text = path if type(path) is str else text_of(path)
    if folder is not None and not text.startswith("/"):
        if folder < FIRST:
            return None
        text = f"{by_number.folder(descriptors_of(process), folder)}/{text}"
    return paths.locate(process, text)


def real_path(process: "SimProcess", path: Any) -> Any:
    """The path for the real function: the same, unless the process stands elsewhere than the interpreter."""
    text = path if type(path) is str else text_of(path)
    place = paths.real(process, text)
    if place == text:
        return path
    return os.fsencode(place) if isinstance(os.fspath(path), bytes) else place


def on_path(
    real: Any,
    simulated: Callable[..., Any],
    *,
    writes: bool = False,
    numbered: Callable[..., Any] | None = None,
) -> StandIn:
    """A function whose first argument is a path, or a descriptor if `numbered` says what to do with one."""

    def call(real: Any, /, path: Any, *arguments: Any, **named: Any) -> Any:
        process = current_process()
        if process is None:
            return real(path, *arguments, **named)
        if path.__class__ is int:
            if path < FIRST or numbered is None:
                return real(path, *arguments, **named)
            return numbered(descriptors_of(process), path, *arguments, **named)
        folder = named.pop("dir_fd", None) if named else None
        place = place_of(process, path, folder)
        if place is None:
            if writes:
                refuse_write(f"os.{real.__name__}", path)
            if folder is not None and folder < FIRST:
                return real(path, *arguments, dir_fd=folder, **named)
            return real(real_path(process, path), *arguments, **named)
        try:
            return simulated(process, place, *arguments, **named)
        except OSError as error:
            error.filename = path
            raise

    return stand_in(real, call)


def on_number(real: Any, simulated: Callable[..., Any]) -> StandIn:
    """A function whose first argument is a descriptor, or an object that has one."""

    def call(real: Any, /, fd: Any, *arguments: Any, **named: Any) -> Any:
        number = fd if fd.__class__ is int else getattr(fd, "fileno", lambda: fd)()
        if number.__class__ is not int or number < FIRST:
            return real(fd, *arguments, **named)
        process = current_process()
        if process is None:
            return real(fd, *arguments, **named)
        return simulated(descriptors_of(process), number, *arguments, **named)

    return stand_in(real, call)


def on_lock(real: Any, simulated: Callable[..., Any]) -> StandIn:
    """A lock that would have to wait cannot: nobody else runs until this process gives way."""

    def call(table: Any, number: int, *arguments: Any, **named: Any) -> None:
        if not simulated(table, number, *arguments, **named):
            refuse(
                f"{real.__name__} would wait for a lock that another process of the host holds, and stop the world",
                "ask with LOCK_NB and try again after asyncio.sleep()",
            )

    return on_number(real, call)


def on_two_paths(real: Any, simulated: str) -> StandIn:
    """A function that takes a source and a target: both on the host's disk, or refused."""

    def call(
        real: Any, /, src: Any, dst: Any, *, src_dir_fd: Any = None, dst_dir_fd: Any = None, **named: Any
    ) -> Any:
        process = current_process()
        if process is None:
            return real(src, dst, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, **named)
        source, target = place_of(process, src, src_dir_fd), place_of(process, dst, dst_dir_fd)
        if source is None or target is None:
            refuse_write(f"os.{real.__name__}", src if source is None else dst)
        try:
            return getattr(process.host.disk, simulated)(source, target)
        except OSError as error:
            error.filename, error.filename2 = src, dst
            raise

    return stand_in(real, call)


def on_listing(real: Any, simulated: Callable[..., Any]) -> StandIn:
    """`os.listdir` and `os.scandir`: in order of name, on the real machine too."""

    def call(real: Any, /, path: Any = None) -> Any:
        process = current_process()
        if process is None:
            return real() if path is None else real(path)
        shown = "." if path is None else path
        if shown.__class__ is int:
            if shown < FIRST:
                return _in_order(real(shown))
            place: str | None = by_number.folder(descriptors_of(process), shown)
            shown = ""
        else:
            place = place_of(process, shown)
        if place is None:
            return _in_order(real(real_path(process, shown)))
        try:
            return simulated(process, place, shown if shown.__class__ in {str, bytes} else os.fspath(shown))
        except OSError as error:
            error.filename = path
            raise

    return stand_in(real, call)


def _in_order(found: Any) -> Any:
    if isinstance(found, list):
        return sorted(found)
    with found:
        return by_path.Scan(sorted(found, key=lambda entry: entry.name))


def listdir(process: "SimProcess", place: str, shown: Any) -> list[Any]:
    """`os.listdir`, in bytes when asked in bytes."""
    names = by_path.listdir(process, place)
    return [os.fsencode(name) for name in names] if isinstance(shown, bytes) else names


def on_open(real: Any) -> StandIn:
    """`os.open`."""

    def call(real: Any, /, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        process = current_process()
        if process is None:
            number: int = real(path, flags, mode, dir_fd=dir_fd)
            return number
        place = place_of(process, path, dir_fd)
        if place is None:
            allow_real(path, "os.open", writes=bool(flags & WRITING))
            if dir_fd is None or dir_fd >= FIRST:
                path, dir_fd = real_path(process, path), None
            outside: int = real(path, flags, mode, dir_fd=dir_fd)
            return outside
        try:
            return by_path.open_(process, place, flags, mode)
        except OSError as error:
            error.filename = path
            raise

    return stand_in(real, call)


def allow_real(path: Any, what: str, *, writes: bool) -> None:
    """Refuse to open a file of the real machine for writing, and its source of randomness."""
    text = text_of(path)
    if writes and text != paths.NULL:
        refuse_write(what, path)
    if text in paths.RANDOM:
        refuse(f"{text} is different in every run", "os.urandom() is the host's own randomness")


def on_cwd(real: Any) -> StandIn:
    """`os.getcwd` and `os.getcwdb`."""
    in_bytes = real is os.getcwdb

    def call(real: Any, /) -> Any:
        process = current_process()
        if process is None:
            return real()
        return os.fsencode(process.cwd) if in_bytes else process.cwd

    return stand_in(real, call)


def on_chdir(real: Any) -> StandIn:
    """`os.chdir`: of the process alone; it may stand in a folder of the real machine."""

    def call(real: Any, /, path: Any) -> None:
        process = current_process()
        if process is None:
            real(path)
            return
        if path.__class__ is int:
            by_number.fchdir(descriptors_of(process), path)
            return
        place = place_of(process, path)
        if place is None:
            elsewhere = text_of(real_path(process, path))
            if not os.path.isdir(elsewhere):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
            process.cwd = elsewhere
            return
        try:
            by_path.chdir(process, place)
        except OSError as error:
            error.filename = path
            raise

    return stand_in(real, call)


def on_umask(real: Any) -> StandIn:
    """`os.umask`: of the process alone."""

    def call(real: Any, /, mask: int) -> int:
        process = current_process()
        if process is None:
            before: int = real(mask)
            return before
        table = descriptors_of(process)
        before, table.umask = table.umask, mask & 0o777
        return before

    return stand_in(real, call)


def on_sync(real: Any) -> StandIn:
    """`os.sync`."""

    def call(real: Any, /) -> None:
        process = current_process()
        if process is None:
            real()
        else:
            process.host.disk.sync_all()

    return stand_in(real, call)


def on_two_numbers(real: Any, simulated: Callable[..., int]) -> StandIn:
    """`os.sendfile` and `os.copy_file_range`, when either side is simulated."""

    def call(real: Any, /, *arguments: Any, **named: Any) -> int:
        process = current_process()
        numbers = [argument for argument in arguments[:2] if argument.__class__ is int]
        numbers += [named[name] for name in ("out_fd", "in_fd", "src", "dst") if name in named]
        if process is None or max(numbers, default=0) < FIRST:
            sent: int = real(*arguments, **named)
            return sent
        return simulated(descriptors_of(process), *arguments, **named)

    return stand_in(real, call)


def on_foreign_database(real: Any) -> StandIn:
    """`open` of a library that keeps files of its own in C, out of reach of the simulated disk."""

    def call(real: Any, /, *arguments: Any, **named: Any) -> Any:
        if current_process() is not None:
            refuse(
                f"{real.__module__.lstrip('_')}.open would write to the real disk: it is written in C",
                "use sqlite3 or dbm.dumb, which lie on the host's own disk",
            )
        return real(*arguments, **named)

    return stand_in(real, call)
