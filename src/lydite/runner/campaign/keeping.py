"""Keeping runs: what every run of a trial came to, in a file that a statement is made from."""

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

import lydite
from lydite.model import Artefact, InputError
from lydite.runner.campaign.artefacts import artefact_of
from lydite.runner.engines import ForkedEngine
from lydite.runner.orders import Listed, Opening, Run
from lydite.runner.sweep import kind_of
from lydite.statements import RUNS, Code, RunDigest, TrialRuns, runs_document

SUFFIX = ".runs.json"


def code_of(opening: Opening, engine: ForkedEngine) -> Code:
    """What a target is made of, and what it runs on."""
    found = engine.description
    return Code(
        target=opening.target,
        calm=opening.calm,
        digest=found.code_digest,
        files=found.code_files,
        platform=found.platform_digest,
        lydite=lydite.__version__,
        python=platform.python_version(),
        dependencies=engine.dependencies(),
    )


def keep_runs(folder: Path, code: Code, listed: Listed, runs: Sequence[Run]) -> tuple[Artefact, ...]:
    """Write the runs of a trial into a folder; nothing, where there were none."""
    if not runs:
        return ()
    kept = TrialRuns(
        trial=listed.label,
        configuration=listed.configuration,
        code=code,
        runs=tuple(
            RunDigest(
                seed=run.order.seed,
                verdict=run.result.verdict,
                failed=kind_of(run),
                digest=run.result.digest,
            )
            for run in runs
        ),
    )
    # Named by its content, too: two phases of one campaign may run the same trial.
    name = re.sub(r"[^\w.-]", "_", listed.label)
    path = folder / f"{name}-{kept.root[:12]}{SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        partial.write_bytes(runs_document(kept))
        partial.replace(path)
    except OSError as error:
        raise InputError(
            f"the runs cannot be written: {error.strerror}",
            where=str(path),
            remedy="name another folder with --out",
        ) from error
    return (artefact_of(RUNS, path),)
