"""Reasons: what the operating system says of a connection or a port that cannot be had, in words."""

import errno
import os
import re
import socket
from typing import Final

_NUMBER: Final = re.compile(r"\[Errno (\d+)\]")
_NOT_BOUND: Final = "could not bind on any address"


def reason_of(error: OSError | UnicodeError, *, within_s: float = 0) -> str:
    """Why it has failed; `within_s` is how long it was waited for.

    asyncio puts the number of what has happened into its text, once for each address of a name; from Python 3.13 on it
    says of an address that is none of this machine only that it could not be bound.
    """
    match error:
        case UnicodeError():
            return "a name that no host can have"
        case TimeoutError() if error.errno is None:
            return f"no answer within {within_s:g} s"
        case socket.gaierror():
            return f"no address of that name ({_lower(error.strerror or str(error))})"
    numbers = [error.errno] if error.errno else [int(each) for each in _NUMBER.findall(str(error))]
    if not numbers and str(error).startswith(_NOT_BOUND):
        numbers = [errno.EADDRNOTAVAIL]
    return " and ".join(dict.fromkeys(_words(each) for each in numbers)) or str(error)


def _words(number: int) -> str:
    words = _lower(os.strerror(number))
    return f"{words}: nobody listens there" if number == errno.ECONNREFUSED else words


def _lower(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"
