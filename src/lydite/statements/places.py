"""Places: paths of the machine are nobody else's business, so what is signed names a file without its folders.

What lies below the folder of the campaign is told as seen from there. Of any other path its last part is left. A path
that is none of this machine (`/blocks/17` of an HTTP interface) stays: nothing is there, so it tells of no folder.
"""

import re
from pathlib import Path
from typing import Final

USUAL: Final = frozenset(
    {"Users", "builds", "data", "home", "media", "mnt", "opt", "private", "root", "srv", "tmp", "usr", "var"}
)
"""Where machines keep the files of people; what was carried out elsewhere may name folders that are not here."""

_PATH: Final = re.compile(
    r"(?<![\w./:~-])~?/(?P<top>[^\s/:'\"`<>()\[\]{},;|]+)(?P<rest>/[^\s:'\"`<>()\[\]{},;|]*)"
)


def without_places(text: str, here: Path) -> str:
    """A text in which no path tells more than it must.

    >>> shop = Path("/home/ann/shop")
    >>> without_places("no such file (/home/ann/shop/tests/test_shop.py:7)", shop)
    'no such file (tests/test_shop.py:7)'
    >>> without_places("see /home/ann/notes/todo.txt, http://host/a/b, and GET /no-such-folder/17", shop)
    'see …/todo.txt, http://host/a/b, and GET /no-such-folder/17'
    """
    if here != Path(here.anchor):
        text = re.sub(rf"(?<![\w./:~-]){re.escape(str(here))}/", "", text)
    return _PATH.sub(_shortened, text)


def _shortened(found: re.Match[str]) -> str:
    is_there = found["top"] in USUAL or found.group().startswith("~") or Path("/", found["top"]).is_dir()
    return f"…/{found['rest'].rstrip('/').rpartition('/')[2]}" if is_there else found.group()
