"""The space-time diagram of one run: who was where when, what they told each other, and what was broken."""

from lydite.reports.spacetime.page import picture
from lydite.reports.spacetime.scene import Scene
from lydite.reports.spacetime.sheet import drawing

__all__ = ["Scene", "drawing", "picture"]
