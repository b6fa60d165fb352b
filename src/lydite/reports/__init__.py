"""Results as people read them: the picture of one run."""

from lydite.reports.spacetime import Scene, drawing, picture

__all__ = ["Scene", "drawing", "picture"]
