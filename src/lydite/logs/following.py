"""Following the logs of a campaign while it runs: what was said, and then each line as it comes, until it is over."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lydite.logs.line import Line
from lydite.logs.reading import Reader, Wanted
from lydite.logs.writing import await_end

LOOK_S: Final = 0.2
"""How often it is looked whether there is more."""


def followed(folder: Path, wanted: Wanted) -> Iterator[Line]:
    """The lines of a campaign's folder that are wanted: the last ones of those that are there, and all that come.

    What is read at once stands in the order of time. It ends when nobody writes to the log of the campaign any more,
    which is at once where nobody does.
    """
    reader, is_over = Reader(wanted=wanted), threading.Event()

    def wait() -> None:
        await_end(folder)
        is_over.set()

    lines = reader.lines_of(folder, grows=True)
    yield from lines[-wanted.last :] if wanted.last else lines
    threading.Thread(target=wait, name="end of a campaign", daemon=True).start()
    while not is_over.wait(LOOK_S):
        yield from reader.lines_of(folder, grows=True)
    yield from reader.lines_of(folder)
