"""The history: campaigns are added, and asked about; none is ever changed or taken out."""

import logging
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import Connection, func, insert, select

from lydite.history import asking
from lydite.history.asking import Listed
from lydite.history.comparing import Comparison, compared
from lydite.history.database import Database
from lydite.history.errors import NoHistory, OtherCampaign, UnknownCampaign
from lydite.history.figures import Watch, figures_of, trends_of
from lydite.history.news import Occurrence, news_of
from lydite.history.opening import open_or_make, refuse_missing
from lydite.history.rows import (
    Rows,
    as_text,
    cause_of,
    counts_here,
    counts_of,
    moment_us,
    read_form,
    result_of,
    rows_of,
    told_text,
)
from lydite.history.tables import (
    ARTEFACTS,
    CAMPAIGNS,
    CASES,
    DECISIONS,
    ENVIRONMENTS,
    FINDINGS,
    FORMS,
    MEASUREMENTS,
    PHASES,
)
from lydite.history.unsteady import flaky_of
from lydite.model import (
    COURSE_MAX,
    CampaignResult,
    Decision,
    Dossier,
    Flaky,
    Standing,
    Told,
    Trend,
    as_form,
    courses_of,
    near,
)

LOG: Final = logging.getLogger("lydite.history")

DEFAULT: Final = ".lydite/history.db"
WINDOW: Final = 100
"""So many campaigns back is looked for news, trends and flaky cases."""


class History:
    """Campaigns in a database: a file of SQLite, or PostgreSQL by its URL. It is made where there is none yet.

    Any number of programs may use it at the same time. A campaign is added as a whole or not at all, and is durable
    when `add` returns; adding it once more changes nothing, so whoever was interrupted may do it again.
    """

    def __init__(self, place: str | Path = DEFAULT) -> None:
        self._database = Database(place)
        try:
            open_or_make(self._database)
        except BaseException:
            self._database.close()
            raise

    @classmethod
    def existing(cls, place: str | Path = DEFAULT) -> Self:
        """The history that is there; an error where there is none."""
        database = Database(place)
        try:
            refuse_missing(database)
        finally:
            database.close()
        return cls(place)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database."""
        self._database.close()

    def add(self, result: CampaignResult, decision: Decision | None = None) -> bool:
        """Adds a campaign, and what the gates say of it; False where the campaign was there already."""
        rows = rows_of(result)
        with self._database.writing(result.identity) as connection:
            known = self._known(connection, rows, result.identity)
            number = _insert(connection, rows) if known is None else known
            if decision is not None:
                _decide(connection, number, decision)
        LOG.info("%s is kept in %s", result.identity, self._database.where)
        return known is None

    def decide(self, identity: str, decision: Decision) -> None:
        """Adds what the gates say of a campaign; what they said before stays."""
        with self._database.writing(identity) as connection:
            _decide(connection, self._number(connection, identity), decision)

    def list(self, target: str = "", preset: str = "", limit: int = 20) -> tuple[Listed, ...]:
        """The last campaigns of a target and a preset, or of all, the newest first; 0 is all of them."""
        with self._database.reading() as connection:
            return asking.listed(connection, target=target, preset=preset, limit=limit or sys.maxsize)

    def result(self, identity: str) -> CampaignResult:
        """A campaign, equal to the one that was added."""
        with self._database.reading() as connection:
            return self._result(connection, self._number(connection, identity))

    def decision(self, identity: str) -> Decision | None:
        """What the gates said of a campaign last."""
        with self._database.reading() as connection:
            return self._said(connection, self._number(connection, identity))

    def baseline(self, result: CampaignResult) -> CampaignResult | None:
        """The campaign whose figures those of this one are compared with, which need not be in the history.

        It is the last one before it, of the same target and preset, that the gates let pass: what was refused for being
        worse is nothing to be no worse than. Where none of the last hundred has passed it is the one before it.
        """
        with self._database.reading() as connection:
            before = _before(connection, result, WINDOW)
            passed = (each for each in reversed(before) if self._has_passed(connection, each))
            number = next(passed, before[-1] if before else None)
            return None if number is None else self._result(connection, number)

    def dossier(
        self, result: CampaignResult, decision: Decision | None = None, watch: Watch | None = None
    ) -> Dossier:
        """All that is known about a campaign, which need not be in the history."""
        with self._database.reading() as connection:
            before = _before(connection, result, WINDOW)
            previous = asking.identity_of(connection, before[-1]) if before else ""
            told = _news(connection, before, result)
            figures = [*asking.figures(connection, before), *figures_of(result)]
            counts = [*asking.counts(connection, before), *counts_here(result)]
            own = asking.number_of(connection, result.identity)
            if decision is None and own is not None:
                decision = self._said(connection, own)
            said = [self._said(connection, number) for number in before[1 - COURSE_MAX :]]
        return Dossier(
            result=result,
            decision=decision,
            previous=previous,
            news=told,
            trends=trends_of(figures, watch),
            flaky=flaky_of(counts),
            courses=courses_of(each for each in said if each is not None),
        )

    def compare(self, before: str, after: str) -> Comparison:
        """What differs between two campaigns."""
        with self._database.reading() as connection:
            number = self._number(connection, before)
            one = self._result(connection, number)
            other = self._result(connection, self._number(connection, after))
            told = _news(connection, [number], other)
        return compared(one, other, told)

    def trends(
        self,
        target: str = "",
        preset: str = "",
        *,
        names: Sequence[str] = (),
        limit: int = WINDOW,
        watch: Watch | None = None,
    ) -> tuple[Trend, ...]:
        """Figures over the last campaigns of a target and a preset; unless given, those of the last campaign."""
        with self._database.reading() as connection:
            figures = asking.figures(connection, _last(connection, target, preset, limit), names)
        return trends_of(figures, watch)

    def flaky(self, target: str = "", preset: str = "", limit: int = WINDOW) -> tuple[Flaky, ...]:
        """The flaky cases of the last campaigns of a target and a preset; unless given, those of the last campaign."""
        with self._database.reading() as connection:
            return flaky_of(asking.counts(connection, _last(connection, target, preset, limit)))

    def export(
        self, target: str = "", preset: str = "", watch: Watch | None = None
    ) -> Iterator[dict[str, Any]]:
        """Every campaign as plain data with all decisions about it, the oldest first."""
        with self._database.reading() as connection:
            numbers = asking.window(connection, target=target, preset=preset, limit=sys.maxsize)
            for done, number in enumerate(numbers):
                if watch is not None:
                    watch(done, len(numbers))
                decisions = [self._decision(form) for form in asking.decisions_of(connection, number)]
                yield {
                    "result": as_form(self._result(connection, number)),
                    "decisions": [as_form(each) for each in decisions],
                }

    def last(self, target: str = "", preset: str = "") -> str:
        """The identity of the last campaign."""
        found = self.list(target, preset, 1)
        if not found:
            of = " ".join(each for each in (target, preset) if each)
            raise NoHistory(
                f"there is no campaign{f' of {of}' if of else ''} in the history",
                where=self._database.where,
                remedy="see lydite history list",
            )
        return found[0].identity

    def _known(self, connection: Connection, rows: Rows, identity: str) -> int | None:
        """The number of a campaign that was added already; an error if it is another one of that name."""
        number = asking.number_of(connection, identity)
        if number is not None and asking.form_of(connection, number)[1] != rows.digest:
            raise OtherCampaign(
                f"expected a campaign with a name of its own, found another one called {identity}",
                where=self._database.where,
                remedy="a campaign that is in the history is never changed: give this one another name",
            )
        return number

    def _number(self, connection: Connection, identity: str) -> int:
        number = asking.number_of(connection, identity)
        if number is None:
            known = asking.identities(connection)
            raise UnknownCampaign(
                f"there is no campaign {identity!r:.80}",
                where=self._database.where,
                remedy=near(identity, known) if known else "the history is empty",
            )
        return number

    def _has_passed(self, connection: Connection, number: int) -> bool:
        decision = self._said(connection, number)
        return decision is not None and decision.standing is Standing.PASSED

    def _said(self, connection: Connection, number: int) -> Decision | None:
        forms = asking.decisions_of(connection, number)
        return self._decision(forms[-1]) if forms else None

    def _result(self, connection: Connection, number: int) -> CampaignResult:
        form, digest = asking.form_of(connection, number)
        return result_of(form, digest, self._database.where)

    def _decision(self, form: str) -> Decision:
        return read_form(Decision, form, self._database.where)


def _insert(connection: Connection, rows: Rows) -> int:
    key = connection.execute(insert(CAMPAIGNS), dict(rows.campaign)).inserted_primary_key
    assert key is not None
    number: int = key[0]
    for table, entries in (
        (FORMS, (rows.form,)),
        (ENVIRONMENTS, (rows.environment,)),
        (PHASES, rows.phases),
        (CASES, rows.cases),
        (FINDINGS, rows.findings),
        (MEASUREMENTS, rows.measurements),
        (ARTEFACTS, rows.artefacts),
    ):
        if entries:
            connection.execute(insert(table), [{**row, "campaign": number} for row in entries])
    return number


def _decide(connection: Connection, number: int, decision: Decision) -> None:
    form = as_text(decision)
    if asking.decisions_of(connection, number)[-1:] == [form]:
        return  # Whoever does it again after an interruption says nothing new.
    last = connection.scalar(select(func.max(DECISIONS.c.number)).where(DECISIONS.c.campaign == number))
    connection.execute(
        insert(DECISIONS),
        {
            "campaign": number,
            "number": (last or 0) + 1,
            "standing": str(decision.standing),
            "sentence": told_text(decision.sentence),
            "form": form,
        },
    )


def _before(connection: Connection, result: CampaignResult, limit: int) -> list[int]:
    return asking.window(
        connection,
        target=result.target,
        preset=result.preset,
        limit=limit,
        begun_us=moment_us(result.begun),
        identity=result.identity,
    )


def _last(connection: Connection, target: str, preset: str, limit: int) -> list[int]:
    newest = asking.listed(connection, target=target, preset=preset, limit=1)
    if not newest:
        return []
    return asking.window(connection, target=newest[0].target, preset=newest[0].preset, limit=limit)


def _news(connection: Connection, before: Sequence[int], result: CampaignResult) -> tuple[Told, ...]:
    here = []
    for case in result.cases:
        runs, failures = counts_of(case)
        here.append(
            Occurrence(
                campaign=result.identity,
                case=told_text(case.name),
                subject=case.subject,
                outcome=case.outcome,
                runs=runs,
                failures=failures,
                cause=cause_of(case),
                safety=case.safety,
                message=case.message,
                reproduce=case.reproduce,
            )
        )
    names = sorted({*asking.failed_names(connection, before), *(each.case for each in here if each.cause)})
    return news_of(result.identity, asking.occurrences(connection, before, names), here)
