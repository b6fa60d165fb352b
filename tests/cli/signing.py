"""Campaigns to sign: carried out for real, and small."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lydite.harness import Campaign, Phase
from lydite.model import CampaignResult, Work, as_form
from lydite.runner import carry_out, setting_of
from lydite.statements import Envelope, payload_of, read_envelope, read_private, statement_from
from tests.cli.terminal import Said, lydite
from tests.runner.projects import BANK, write_project

RESULT = "proof/result.json"
"""Where the result of the campaign is."""


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project in which a campaign was carried out, for copies of it."""
    folder = tmp_path_factory.mktemp("carried")
    write_project(folder, BANK)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        prove(seeds=6)
    return folder


def prove(*phases: Phase, seeds: int = 6) -> CampaignResult:
    """The result of these phases, or of the trial of the bank, which is left beside its files."""
    wanted = phases or (Phase(name="simulation", work=Work.TRIALS, targets=("bank.trials",), seeds=seeds),)
    campaign = Campaign(target="bank.trials", preset="quick", phases=wanted)
    result = carry_out(campaign, setting=setting_of(campaign, out=Path("proof"), workers=1))
    Path("proof").mkdir(exist_ok=True)
    Path(RESULT).write_text(json.dumps(as_form(result)))
    return result


def sign(*words: str, key: str = "release.key") -> Said:
    """Sign it with a key, which is made where it is not there."""
    if not Path(key).exists():
        assert lydite("new-key", key).code == 0
    return lydite("sign", RESULT, "--key", key, "--partial", *words)


def verify(*words: str, key: str = "release.key.pub") -> Said:
    """Verify the statement by the public key."""
    return lydite("verify", "statement.json", "--key", key, *words)


def forged(key: str = "release.key", **changes: Any) -> None:
    """The statement with other values of its own, signed anew as if nothing were: what only its signer can do."""
    path = Path("statement.json")
    statement = statement_from(read_envelope(path.read_bytes(), "").payload, "")
    envelope = Envelope(payload=payload_of(replace(statement, **changes))).signed(read_private(Path(key)))
    path.write_bytes(envelope.spelled())
