"""Errors: what a kernel tells a program of a connection that broke."""

import errno
import os


def reset_by_peer() -> ConnectionResetError:
    """The other end is gone, and said so."""
    return ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))


def timed_out() -> TimeoutError:
    """Nobody has answered for too long."""
    return TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
