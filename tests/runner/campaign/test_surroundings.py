"""What a campaign says of the machine that it ran on."""

import subprocess
from pathlib import Path

import pytest

from lydite import __version__
from lydite.harness import Scale
from lydite.runner.campaign import surroundings
from lydite.runner.campaign.surroundings import Glance, cores, environment


def glance(
    load: float | None = 0.0,
    wall_s: float = 0.0,
    steady_s: float = 0.0,
    memory_bytes: int | None = None,
    commit: str = "",
) -> Glance:
    return Glance(load=load, wall_s=wall_s, steady_s=steady_s, memory_bytes=memory_bytes, commit=commit)


def test_the_fingerprint_is_of_the_machine_and_not_of_the_moment() -> None:
    quiet, busy = environment(glance(), glance()), environment(glance(99.0), glance(50.0))

    assert quiet.fingerprint == busy.fingerprint
    assert quiet.facts["cores"] == cores()
    assert (busy.facts["load_before"], busy.facts["load_after"]) == (99.0, 50.0)


def test_figures_of_another_scale_are_as_those_of_another_machine_whatever_its_time_outs() -> None:
    usual = environment(glance(), glance())
    patient = environment(glance(), glance(), scale=Scale(sync_timeout_s=90.0))
    larger = environment(glance(), glance(), scale=Scale(nodes=7))

    assert larger.facts["scale.nodes"] == 7
    assert usual.fingerprint == patient.fingerprint != larger.fingerprint


@pytest.mark.parametrize(
    ("before", "after", "doubt"),
    [
        (glance(load=100.0), glance(), "the machine was busy before it began: a load of 100.0 on "),
        (
            glance(),
            glance(wall_s=70.0, steady_s=10.0),
            "the clock of the machine was set by +60.0 s meanwhile",
        ),
        (glance(commit="abc+"), glance(commit="abc+"), "files were changed since the commit abc: "),
        (glance(commit="abc"), glance(commit="abc+"), "the code was changed meanwhile: abc, then abc+"),
        (glance(), glance(commit="abc"), "the code was changed meanwhile: no commit, then abc"),
        (glance(memory_bytes=400_000_000), glance(), "memory was short before it began: 400 MB were left"),
        (glance(), glance(memory_bytes=1_000_000), "memory was short at the end: 1 MB were left"),
        (glance(), glance(wall_s=5.0, steady_s=10.0), "the clock of the machine was set by -5.0 s meanwhile"),
    ],
)
def test_what_speaks_against_it_is_told(before: Glance, after: Glance, doubt: str) -> None:
    doubts = environment(before, after).doubts

    assert [each for each in doubts if each.startswith(doubt)]
    assert not [each for each in environment(glance(), glance()).doubts if each.startswith(doubt)]


def test_a_limit_on_cores_is_a_doubt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "cpu.max"
    monkeypatch.setattr(surroundings, "LIMIT", limit)
    limit.write_text("50000 100000\n")
    tight = environment(glance(), glance())
    limit.write_text("max 100000\n")
    free = environment(glance(), glance())

    assert tight.facts["cores_limit"] == 0.5
    assert [each for each in tight.doubts if each.startswith("the processes may use 0.5 of ")]
    assert free.facts["cores_limit"] is None
    assert tight.fingerprint != free.fingerprint


def test_a_glance_sees_the_machine_and_the_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"),
    ):
        (tmp_path / "a.txt").write_text("a")
        subprocess.run(["git", *words], check=True)
    clean = Glance.now()
    (tmp_path / "a.txt").write_text("b")

    changed = Glance.now()

    assert changed.commit == f"{clean.commit}+" != "+"
    assert changed.memory_bytes is None or changed.memory_bytes > 0
    facts = environment(clean, changed, workers=3).facts
    assert (facts["workers"], facts["lydite"]) == (3, __version__)
