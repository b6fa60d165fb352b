"""The page: templates, styles and script put together to one file, with a policy that allows nothing else.

The policy names the digests of the one style sheet and the one script. So the page fetches nothing and runs nothing
of others, and it can have no `style` attributes either: bars and marks are drawings. Every value passes `_shown` and
then the escaping of the templates; nothing reaches the page as markup but what `spacetime.markup` has built.
"""

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from lydite.model import Dossier, InputError, Plain, course_up_to
from lydite.reports.page import charts, figures, resources
from lydite.reports.page.evidence import is_told, pieces, places
from lydite.reports.page.failures import anchors, causes, failures
from lydite.reports.page.opening import FAILURES_OPEN, gates_in_order, grid, groups, headline, is_grid_left
from lydite.reports.spacetime.markup import Markup, visible
from lydite.reports.spacetime.sheet import style_of_drawing
from lydite.reports.spacetime.wording import clipped, counted
from lydite.reports.standings import is_silent
from lydite.reports.trends import courses, singles

if TYPE_CHECKING:
    from jinja2 import Environment

FACTS_MAX: Final = 16

RESTARTS_MAX: Final = 200
"""Restarts of services that are told one by one."""


def page(dossier: Dossier) -> str:
    """The report of a campaign: an HTML document that stands alone."""
    template = _templates().get_template("page.html")
    whole, brief = failures(dossier.result)
    shared, alone = causes([*whole, *brief])
    subjects, rows = grid(dossier)
    news = groups(dossier)
    drawn = courses(dossier.trends)
    decision = dossier.decision
    gates, gates_folded = gates_in_order(decision.outcomes if decision else ())
    cards = anchors([*whole, *brief])
    return template.render(
        dossier=dossier,
        result=dossier.result,
        decision=decision,
        headline=headline(dossier.result),
        groups=news,
        grid_left=is_grid_left(news, len(whole), gates),
        messages={failure.case.name: failure.case.message for failure in (*whole, *brief)},
        facts=_facts(dossier),
        gates=gates,
        gates_folded=gates_folded,
        subjects=subjects,
        rows=rows,
        failures=whole,
        causes=shared,
        alone=alone,
        brief={failure.case.name for failure in brief},
        anchors=cards,
        links=places(dossier, cards),
        trends={trend.name: trend for trend in drawn},
        drawn=drawn,
        singles=singles(dossier.trends),
        rate_max=max((each.high for each in dossier.flaky), default=0),
        courses=resources.groups(dossier.result),
        restarts_max=RESTARTS_MAX,
        failures_open=FAILURES_OPEN,
        newline=Markup("\n"),
        style=Markup(_style()),
        script=Markup(_script()),
        policy=_policy(),
    )


def _facts(dossier: Dossier) -> list[tuple[str, Plain]]:
    """What is known of the machine, as much of it as the first screen holds."""
    known = [each for each in dossier.result.environment.facts.items() if each[1] is not None]
    return known[:FACTS_MAX]


@cache
def _templates() -> "Environment":
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ModuleNotFoundError as error:
        raise InputError(
            "the page needs jinja2, which is not installed", remedy="pip install 'lydite[report]'"
        ) from error
    templates = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "number": figures.number,
        "figure": figures.figure,
        "signed": figures.signed,
        "share": figures.share,
        "lasting": figures.lasting,
        "size": figures.size,
        "clipped": clipped,
        "state": _state,
    }
    templates.globals |= {
        "charts": charts,
        "counted": counted,
        "course_up_to": course_up_to,
        "fact": figures.fact,
        "is_silent": is_silent,
        "is_told": is_told,
        "pieces": pieces,
    }
    return templates


def _shown(value: object) -> object:
    """A value on its way into the page: our markup as it is, text with nothing in it that cannot be seen."""
    from markupsafe import Markup as Safe

    if isinstance(value, Markup):
        return Safe(value)  # noqa: S704 - built by `element`, which escapes
    if isinstance(value, Safe) or not isinstance(value, str):
        return value
    return visible(value)


def _state(value: str) -> str:
    """A value as part of the state in the address of the page."""
    return quote(visible(value), safe="")


@cache
def _style() -> str:
    return style_of_drawing() + files(__package__).joinpath("page.css").read_text(encoding="utf-8")


@cache
def _script() -> str:
    return files(__package__).joinpath("page.js").read_text(encoding="utf-8")


def _policy() -> str:
    style, script = (_digest(text) for text in (_style(), _script()))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
