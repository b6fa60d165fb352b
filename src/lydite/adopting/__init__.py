"""Adopting: a folder of ad-hoc test scripts is read, and each gets a category, markers and a place, with reasons."""

from lydite.adopting.folder import Folder, read_folder
from lydite.adopting.journal import Journal
from lydite.adopting.judging import Certainty
from lydite.adopting.markers import CATEGORIES, MEANINGS, TOPICS, Category
from lydite.adopting.moving import apply, undo, unregistered
from lydite.adopting.proposal import Nature, Plan, Proposal, propose
from lydite.adopting.registering import lines_of

__all__ = [
    "CATEGORIES",
    "MEANINGS",
    "TOPICS",
    "Category",
    "Certainty",
    "Folder",
    "Journal",
    "Nature",
    "Plan",
    "Proposal",
    "apply",
    "lines_of",
    "propose",
    "read_folder",
    "undo",
    "unregistered",
]
