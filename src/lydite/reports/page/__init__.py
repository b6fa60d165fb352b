"""The report as a page: one HTML file that needs nothing else, with the decision on its first screen."""

from lydite.reports.page.writing import page

__all__ = ["page"]
