"""What campaigns have found, kept for good: never changed, and asked for news, trends and flaky cases.

`History(place)` is a file of SQLite, or PostgreSQL by its URL. What is in the database stands in `tables`, what a
commit survives in `database`, what news mean in `news`, and what a mark in a trend is worth in `changes`.
"""

import lydite.history.installed as _installed  # noqa: F401 -- says what to install before anything is missed
from lydite.history.asking import Listed
from lydite.history.comparing import CaseChange, Comparison, FigureChange, Turn
from lydite.history.errors import (
    BadHistory,
    DamagedHistory,
    ForeignHistory,
    HistoryTrouble,
    NewerHistory,
    NoHistory,
    OtherCampaign,
    UnknownCampaign,
)
from lydite.history.history import DEFAULT, WINDOW, History

__all__ = [
    "DEFAULT",
    "WINDOW",
    "BadHistory",
    "CaseChange",
    "Comparison",
    "DamagedHistory",
    "FigureChange",
    "ForeignHistory",
    "History",
    "HistoryTrouble",
    "Listed",
    "NewerHistory",
    "NoHistory",
    "OtherCampaign",
    "Turn",
    "UnknownCampaign",
]
