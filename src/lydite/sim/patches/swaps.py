"""Who stands in for whom: the table of replacements, and the sweep of references bound too early.

A replacement of `time.monotonic` reaches everybody who asks the module. Whoever has already written
``from time import monotonic``, given it as a default argument or kept it in a class still holds the
real function, and would read the clock of this machine inside the world. The sweep asks the garbage
collector who refers to the real functions, and puts the stand-ins there too.

**What stands in must not bind.** A built-in function kept in a class (`clock = time.monotonic`) is
called without `self`, because built-in functions are no descriptors; a Python function in its place
would be handed one. So stand-ins of built-in functions are bound methods, which never bind twice.

**Left alone** are Lydite's own modules, which mean the real thing when they say so, the import
machinery, and what the collector cannot see: references held by extension modules outside of
Python objects, such as a `default_factory` compiled into a pydantic model before the patches.
"""

import functools
import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import Final, NamedTuple

LEFT_ALONE: Final = ("importlib._bootstrap", "importlib._bootstrap_external", "posix", "_io", "time_machine")
"""Modules that keep what they hold, besides Lydite's own. The import machinery asks `posix` and `_io` for its files:
code is never looked for on a host's disk."""


class Swap(NamedTuple):
    """One replacement. It keeps the real object alive, so that its id is never another's."""

    real: object
    stand_in: object


class Kept(dict[tuple[str, str], Callable[..., object]]):
    """Real functions that a patch needs, by owner and name. The sweep leaves these alone."""


_swaps: dict[int, Swap] = {}
_swept: set[str] = set()
_NOTHING: Final[dict[str, object]] = {}


def put(owner: object, name: str, stand_in: object) -> None:
    """Let something stand in for an attribute, everywhere. Nothing happens where Python lacks it."""
    real = getattr(owner, name, None)
    if real is None:
        return
    _swaps[id(real)] = Swap(real, stand_in)
    setattr(owner, name, stand_in)


def put_all(owner: object, names: Iterable[str], source: object) -> None:
    """Let the attributes of `source` stand in for those of the same names."""
    for name in names:
        put(owner, name, getattr(source, name))


def retarget(real: object, stand_in: object) -> None:
    """Count something as replaced, without an attribute where it lives: the sweep finds its users."""
    _swaps[id(real)] = Swap(real, stand_in)


def sweep() -> int:
    """Replace the references bound too early; how many there were.

    The first call looks at everything that the collector knows. Later ones look at the modules that
    have come since: they were imported under the patches, so only what was handed to them can be old.
    """
    fresh = [(name, module) for name, module in tuple(sys.modules.items()) if name not in _swept]
    first = not _swept
    _swept.update(name for name, _ in fresh)
    if first:
        return _sweep_everything()
    return sum(_sweep_dict(vars(module)) for name, module in fresh if not _is_left_alone(name, module))


def _is_left_alone(name: str, module: ModuleType) -> bool:
    return name.partition(".")[0] == "lydite" or name in LEFT_ALONE or not hasattr(module, "__dict__")


def _sweep_everything() -> int:
    found = 0
    # `sys.__stdout__` stays the real stream: that is what it is for.
    ours = {id(_swaps): _NOTHING, id(vars(sys)): vars(sys)}
    for name, module in tuple(sys.modules.items()):
        if not hasattr(module, "__dict__") or module is sys:
            continue
        if _is_left_alone(name, module):
            ours[id(vars(module))] = vars(module)
        else:
            found += _sweep_dict(vars(module))
    suspects = _suspects(ours.values())
    tuples: list[object] = []
    for holder in gc.get_referrers(*suspects) if suspects else ():
        if id(holder) in ours or holder is suspects or isinstance(holder, Swap | Kept):
            continue
        if isinstance(holder, tuple):
            tuples.append(holder)
        else:
            found += _sweep_holder(holder)
    return found + _sweep_defaults(tuples)


def _suspects(ours: Iterable[dict[str, object]]) -> list[object]:
    """The real objects that somebody holds besides us, by their reference counts.

    The collector compares everything that it knows with each object that it is asked for, so it is
    asked for few. What one reference of ours costs, a probe tells: it depends on Python's version.
    """
    accounted = Counter(id(value) for holder in ours for value in holder.values() if id(value) in _swaps)
    accounted.update(id(swap.real) for swap in _swaps.values() if _is_bound_to(swap.stand_in, swap.real))
    swaps = [*_swaps.values(), Swap(object(), None)]
    counts = [sys.getrefcount(swap.real) for swap in swaps]
    alone = counts[-1]
    return [
        swap.real
        for swap, count in zip(swaps[:-1], counts, strict=False)
        if count > alone + accounted[id(swap.real)]
    ]


def _is_bound_to(stand_in: object, real: object) -> bool:
    return isinstance(stand_in, MethodType) and stand_in.__self__ is real


def _stand_in_for(value: object) -> object | None:
    """The stand-in of a real object, or None when it is not one."""
    swap = _swaps.get(id(value))
    return None if swap is None else swap.stand_in


def _sweep_holder(holder: object) -> int:
    match holder:
        case dict():
            return _sweep_class(holder) if _is_class_namespace(holder) else _sweep_dict(holder)
        case list():
            return _sweep_list(holder)
        case CellType() if _is_cell_of_its_class(holder):
            return 0
        case CellType():
            holder.cell_contents = _stand_in_for(holder.cell_contents)
            return 1
        case functools.partial():
            return _sweep_partial(holder)
        case FunctionType() | MethodType() | BuiltinFunctionType() | type():
            return 0
        case _:
            return _sweep_object(holder)


def _is_cell_of_its_class(cell: CellType) -> bool:
    """What `super()` finds in the methods of a class must stay that class."""
    kind = cell.cell_contents
    if not isinstance(kind, type):
        return False
    for value in vars(kind).values():
        parts = (value.fget, value.fset, value.fdel) if isinstance(value, property) else (value,)
        for function in parts:
            closure = getattr(getattr(function, "__func__", function), "__closure__", None)
            if closure is not None and any(cell is other for other in closure):
                return True
    return False


def _sweep_dict(holder: dict[str, object]) -> int:
    if _swaps.keys().isdisjoint(map(id, holder.values())):
        return 0
    found = 0
    for key, value in tuple(holder.items()):
        stand_in = _stand_in_for(value)
        if stand_in is not None:
            holder[key] = stand_in
            found += 1
    return found


def _is_class_namespace(holder: dict[str, object]) -> bool:
    return "__module__" in holder and "__name__" not in holder and "__spec__" not in holder


def _sweep_class(holder: dict[str, object]) -> int:
    """A class must be told by `setattr`: it caches its attributes."""
    owners = [owner for owner in gc.get_referrers(holder) if isinstance(owner, type)]
    if not owners:
        return _sweep_dict(holder)
    found = 0
    for key, value in tuple(holder.items()):
        stand_in = _stand_in_for(value)
        if stand_in is not None:
            for owner in owners:
                setattr(owner, key, stand_in)
            found += 1
    return found


def _sweep_list(holder: list[object]) -> int:
    found = 0
    for index, value in enumerate(holder):
        stand_in = _stand_in_for(value)
        if stand_in is not None:
            holder[index] = stand_in
            found += 1
    return found


def _sweep_partial(holder: "functools.partial[object]") -> int:
    function: Callable[..., object] = holder.func
    arguments = tuple(_stand_in_for(value) or value for value in holder.args)
    keywords = {key: _stand_in_for(value) or value for key, value in holder.keywords.items()}
    state = (_stand_in_for(function) or function, arguments, keywords, vars(holder))
    holder.__setstate__(state)  # type: ignore[attr-defined]
    return 1


def _sweep_object(holder: object) -> int:
    """An instance: its dictionary, and its slots (a dataclass field keeps its factory in one)."""
    namespace = _attribute(holder, "__dict__")
    found = _sweep_dict(namespace) if isinstance(namespace, dict) else 0
    for kind in type(holder).__mro__:
        slots = vars(kind).get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            stand_in = _stand_in_for(_attribute(holder, slot))
            if stand_in is not None:
                object.__setattr__(holder, slot, stand_in)
                found += 1
    return found


def _attribute(holder: object, name: str) -> object:
    """An attribute without the object's own opinion: a lazy proxy must not wake up for a sweep."""
    try:
        return object.__getattribute__(holder, name)
    except (AttributeError, TypeError):
        return None


def _sweep_defaults(tuples: list[object]) -> int:
    """Default arguments live in tuples, which only their functions can exchange."""
    if not tuples:
        return 0
    ids = {id(item) for item in tuples}
    found = 0
    for function in gc.get_referrers(*tuples):
        if isinstance(function, FunctionType) and id(function.__defaults__) in ids:
            old = function.__defaults__ or ()
            function.__defaults__ = tuple(_stand_in_for(value) or value for value in old)
            found += 1
    return found
