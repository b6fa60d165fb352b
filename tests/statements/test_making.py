"""From the files of a campaign to a statement: what is missing, changed or does not fit is told, all at once."""

from dataclasses import replace
from pathlib import Path

import pytest

from lydite.model import Artefact, CampaignResult, CorruptRecord, InputError, OtherVersion
from lydite.runner.campaign.artefacts import artefact_of
from lydite.statements import RUNS, Kept, kept_runs, payload_of, runs_document, statement_of
from lydite.statements.runs import runs_from
from tests.statements.campaigns import CODE, decision, kept, result

BOTH = (kept("shop.sells"), kept("shop.buys"))


def with_artefacts(folder: Path) -> CampaignResult:
    """A campaign that has left the runs of its two trials in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    made = result()
    simulation = made.phases[0]
    cases = []
    for each, runs in zip(simulation.cases, BOTH, strict=True):
        path = folder / f"{each.name}.runs.json"
        path.write_bytes(runs_document(runs.runs))
        cases.append(replace(each, artefacts=(artefact_of(RUNS, path),)))
    return replace(made, phases=(replace(simulation, cases=tuple(cases)), *made.phases[1:]))


def test_the_runs_are_read_as_they_were_kept(tmp_path: Path) -> None:
    assert kept_runs(with_artefacts(tmp_path)) == BOTH


def test_they_are_found_where_they_were_moved_to(tmp_path: Path) -> None:
    made = with_artefacts(tmp_path / "then")
    (tmp_path / "then").rename(tmp_path / "now")

    assert kept_runs(made, (tmp_path / "now",)) == BOTH
    with pytest.raises(
        InputError, match=r"the runs of shop\.sells, is not there; .*shop\.buys, is not there"
    ):
        kept_runs(made)


@pytest.mark.parametrize("spoiled", [b"", b"{}"])
def test_runs_that_were_changed_are_not_signed(tmp_path: Path, spoiled: bytes) -> None:
    made = with_artefacts(tmp_path)
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes().replace(b'"seed":3', b'"seed":4') if spoiled else spoiled)

    with pytest.raises(InputError, match=r"shop\.sells, is not what the campaign wrote; .*shop\.buys"):
        kept_runs(made)


def test_a_trial_without_a_record_of_its_runs_is_not_signed() -> None:
    with pytest.raises(InputError, match=r"shop\.sells has no record of its runs; shop\.buys has no record"):
        kept_runs(result())


def test_a_trial_that_was_not_begun_needs_none() -> None:
    assert kept_runs(result(seeds=0)) == ()


def test_another_artefact_is_not_taken_for_runs(tmp_path: Path) -> None:
    other = Artefact(name="failure file", path=str(tmp_path / "x"), digest="00" * 32, size=3)
    made = with_artefacts(tmp_path)
    first = made.phases[0].cases[0]
    cases = (replace(first, artefacts=(other, *first.artefacts)), *made.phases[0].cases[1:])

    read = kept_runs(replace(made, phases=(replace(made.phases[0], cases=cases), *made.phases[1:])))

    assert read == BOTH


def test_code_that_was_changed_meanwhile_is_not_signed() -> None:
    other = replace(BOTH[1].runs, code=replace(CODE, digest="11" * 32))

    with pytest.raises(InputError, match=r"the target with code shop\.trials stands there 2 times"):
        statement_of(result(), decision(), (BOTH[0], Kept(case="shop.buys", runs=other)))


def test_no_path_of_the_machine_is_signed() -> None:
    made = result()
    secret = "/home/ann/work/shop/tests/test_shop.py:7 and /home/ann/notes/todo.txt"
    phases = tuple(replace(each, message=f"no such file ({secret})") for each in made.phases)
    said = replace(
        made, sentence=f"broke: {secret}", reproduce="lydite prove /home/ann/x.toml", phases=phases
    )
    judged = decision()
    gates = tuple(replace(each, sentence=secret) for each in judged.outcomes)

    signed = statement_of(
        said, replace(judged, sentence=secret, outcomes=gates), BOTH, here=Path("/home/ann/work/shop")
    )

    assert signed.phases[0].message == "no such file (tests/test_shop.py:7 and …/todo.txt)"
    assert signed.configuration.reproduce == "lydite prove …/x.toml"
    assert b"/home" not in payload_of(signed)
    assert b"ann" not in payload_of(signed)


def test_runs_that_are_not_those_of_the_case_are_not_signed() -> None:
    with pytest.raises(InputError, match=r"cannot be signed: shop\.sells has 0 failures in 4 runs"):
        statement_of(result(), decision(), (kept("shop.sells", seeds=3), BOTH[1]))


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ((b'"lydite-runs"', b'"other"'), CorruptRecord, "whose `format` is 'lydite-runs'"),
        ((b'"version":1', b'"version":2'), OtherVersion, "expected version 1 of the record of runs, found 2"),
        ((b'"seed":3', b'"seed":4'), CorruptRecord, "not those that the root of their record stands for"),
        ((b'"trial"', b'"trail"'), CorruptRecord, "is not spelled|has no field 'trail'"),
        ((b"{", b"{ "), CorruptRecord, "is not spelled as it is written"),
    ],
)
def test_a_record_of_runs_that_is_none_is_told(
    change: tuple[bytes, bytes], error: type[Exception], told: str
) -> None:
    octets = runs_document(BOTH[0].runs)

    assert runs_from(octets, "here") == BOTH[0].runs
    with pytest.raises(error, match=told):
        runs_from(octets.replace(*change), "here")


def test_the_record_is_the_same_for_the_same_runs() -> None:
    assert runs_document(kept().runs) == runs_document(kept().runs)
