"""A page can be mailed and written quickly, however much there is to tell."""

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from lydite.model import Band, Dossier, Restart, Series
from lydite.reports import page
from tests.reports import dossiers
from tests.reports.campaigns import failed_test, picture
from tests.reports.scenes import page as parsed

MEGABYTE = 1_000_000


def all_failed(count: int) -> Dossier:
    """Every case failed, each with a picture and many last words."""
    many = dossiers.many(count)
    phases = tuple(
        replace(
            phase,
            cases=tuple(
                replace(
                    failed_test(),
                    name=case.name,
                    picture=picture(),
                    detail="x" * 20_000,
                    reproduce=f"pytest {case.name}",
                )
                for case in phase.cases
            ),
        )
        for phase in many.result.phases
    )
    return replace(many, result=replace(many.result, phases=phases))


def cost(dossier: Dossier) -> float:
    """Seconds of this process to write it, the least of three."""
    spent = []
    for _ in range(3):
        begun = time.process_time()
        page(dossier)
        spent.append(time.process_time() - begun)
    return min(spent)


def test_a_thousand_tests_are_less_than_a_megabyte() -> None:
    assert len(page(dossiers.many(1000)).encode()) < MEGABYTE


def test_a_thousand_tests_with_more_lines_than_are_drawn_are_less_than_a_megabyte() -> None:
    many = dossiers.many(1000)
    at_s = tuple(number / 7 for number in range(1000))
    line = Series(name="node.cpu", unit="%", at_s=at_s, values=tuple(at * 1.0009 % 97 for at in at_s))
    bands = tuple(Band(name="cut a, b ↔ c, d, e", begin_s=at, end_s=at + 1) for at in at_s)
    restarts = tuple(Restart(service="node", at_s=at, cause="crash node") for at in at_s)
    phases = tuple(
        replace(phase, series=(line,) * 40, bands=bands, restarts=restarts) for phase in many.result.phases
    )

    assert len(page(replace(many, result=replace(many.result, phases=phases))).encode()) < MEGABYTE


def test_a_thousand_failures_with_pictures_are_less_than_a_megabyte_and_none_is_missing() -> None:
    text = page(all_failed(1000))

    assert len(text.encode()) < MEGABYTE
    shown = parsed(text)
    assert len(shown.all("article", "failure")) == 100
    assert "900 more did not pass." in shown.words()
    places = [
        each.attributes["id"] for each in shown.all() if each.attributes.get("id", "").startswith("failure-")
    ]
    assert {place for place in places if not place.endswith("-name")} == {
        f"failure-{number}" for number in range(1, 1001)
    }
    last = next(row for row in shown.all("tr") if row.attributes.get("id") == "failure-1000")
    assert last.all("code")[0].words().startswith("pytest tests/coin/")


def test_ten_times_as_many_cases_cost_about_ten_times_as_much() -> None:
    small, large = dossiers.many(400), dossiers.many(4000)
    page(small)

    assert cost(large) < 25 * cost(small)


@pytest.mark.nightly
def test_ten_thousand_results_are_written_in_three_seconds() -> None:
    assert cost(dossiers.many(10_000)) <= 3


def test_the_same_dossier_is_the_same_page() -> None:
    assert page(dossiers.red()) == page(dossiers.red())


def test_without_jinja_the_page_says_what_to_install() -> None:
    program = (
        "import sys\n"
        "sys.modules['jinja2'] = None\n"
        "from lydite.reports import page\n"
        "from tests.reports.dossiers import empty\n"
        "try:\n"
        "    page(empty())\n"
        "except Exception as error:\n"
        "    sys.stdout.write(f'{type(error).__name__}: {error}')\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == (
        "InputError: the page needs jinja2, which is not installed; pip install 'lydite[report]'"
    )


def test_importing_reports_does_not_load_jinja() -> None:
    program = "import sys, lydite.reports; sys.exit('jinja2' in sys.modules or 'xml.etree' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
