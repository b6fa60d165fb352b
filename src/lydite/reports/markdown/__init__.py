"""The report in Markdown, whole, as a first screen, and as a comment on a pull request."""

from lydite.reports.markdown.report import COMMENT_BYTES, comment, first_screen, markdown
from lydite.reports.markdown.screen import SCREEN_LINES

__all__ = ["COMMENT_BYTES", "SCREEN_LINES", "comment", "first_screen", "markdown"]
