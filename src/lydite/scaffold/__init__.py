"""A project for a system of one's own: node, workload, trials, planted bugs, tests, settings and workflows.

What is written lies below `templates/`, file by file, with the name of the project left open. From then on it
belongs to whoever asked for it, and nothing of it is ever written again.
"""

from lydite.scaffold.naming import name_of
from lydite.scaffold.templates import TEMPLATES, File, Template, files_of, template_of
from lydite.scaffold.writing import Project, scaffold

__all__ = [
    "TEMPLATES",
    "File",
    "Project",
    "Template",
    "files_of",
    "name_of",
    "scaffold",
    "template_of",
]
