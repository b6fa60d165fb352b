"""What is wrong with a statement, and how grave that is.

RecordError
├── CorruptRecord
│   └── DamagedStatement   no statement as it was written: cut short, respelled, or something else
├── OtherVersion           written by a version that this one does not read
└── Refuted                it is a statement, and it does not hold: another key, a changed byte, a contradiction
"""

from lydite.model import CorruptRecord, RecordError


class DamagedStatement(CorruptRecord):
    """The bytes are no statement as it was written."""


class Refuted(RecordError):
    """The statement does not hold."""
