"""Results as people and machines read them: the picture of one run, and the reports of a campaign."""

from lydite.reports.course import Course, course
from lydite.reports.ctrf import ctrf
from lydite.reports.document import (
    DOCUMENT_FORMAT,
    DOCUMENT_VERSION,
    document,
    document_schema,
    dossier_from,
)
from lydite.reports.github import annotations, summary
from lydite.reports.junit import junit
from lydite.reports.markdown import comment, first_screen, markdown
from lydite.reports.page import page
from lydite.reports.spacetime import Scene, drawing, picture
from lydite.reports.spelling import spelled_line
from lydite.reports.thinning import thinned
from lydite.reports.tried import is_complete

__all__ = [
    "DOCUMENT_FORMAT",
    "DOCUMENT_VERSION",
    "Course",
    "Scene",
    "annotations",
    "comment",
    "course",
    "ctrf",
    "document",
    "document_schema",
    "dossier_from",
    "drawing",
    "first_screen",
    "is_complete",
    "junit",
    "markdown",
    "page",
    "picture",
    "spelled_line",
    "summary",
    "thinned",
]
