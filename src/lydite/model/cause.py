"""The cause of a failure, as far as others may have the same: what found it, or what it says but for its numbers.

>>> from lydite.model.campaign import Case, Outcome
>>> def failed(message):
...     return Case(name="a", subject="s", suite="unit", outcome=Outcome.FAILED, message=message)
>>> shared_cause(failed("no answer on port 8080 in 3 s")), shared_cause(failed(""))
('no answer on port … in … s', '')
"""

import re
from typing import Final

from lydite.model.campaign import Case

_NUMBERS: Final = re.compile(r"0x[0-9a-f]+|\d+")
"""What differs between two failures that say the same."""


def shared_cause(case: Case) -> str:
    """What several failures may have in common: the check that found them, or what they say; empty for no word."""
    if case.finding is not None:
        return case.finding.check
    return _NUMBERS.sub("…", case.message.partition("\n")[0])
