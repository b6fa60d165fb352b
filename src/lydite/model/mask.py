"""Secrets in URLs are not shown: a password, and whatever else a parameter names as one."""

import re
from typing import Final

HIDDEN: Final = "***"

# A password may hold any letter, an @ and a / among them: the last @ ends it. A URL without a password may be masked
# too much by this, which is the better mistake.
_PASSWORD: Final = re.compile(r"(?P<before>://[^:/]*:).*(?P<after>@)", re.DOTALL)

_PARAMETER: Final = re.compile(
    r"(?P<before>[?&;][^=&;]*(?:passw|passfile|pwd|secret|token|key)[^=&;]*=)[^&;]*", re.IGNORECASE
)


def masked(url: str) -> str:
    """A URL without its secrets.

    >>> masked("postgresql://ann:swordfish@host:5432/lydite")
    'postgresql://ann:***@host:5432/lydite'
    >>> masked("postgresql://host/lydite?user=ann&password=swordfish")
    'postgresql://host/lydite?user=ann&password=***'
    """
    return _PARAMETER.sub(rf"\g<before>{HIDDEN}", _PASSWORD.sub(rf"\g<before>{HIDDEN}\g<after>", url))
