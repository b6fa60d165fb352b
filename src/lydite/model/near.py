"""Kindness in errors: what a person may have meant by a name that is not there."""

import difflib
from collections.abc import Iterable


def near(name: str, known: Iterable[str]) -> str:
    """A remedy: the closest known names, or all of them where none is close.

    >>> near("node-11", ["node-1", "node-2"])
    'did you mean node-1?'
    >>> near("x", ["node-1"])
    'known: node-1'
    """
    options = list(known)
    close = difflib.get_close_matches(name, options, n=1, cutoff=0.7)
    if close:
        return f"did you mean {close[0]}?"
    return f"known: {', '.join(options[:12])}" if options else "none is known yet"
