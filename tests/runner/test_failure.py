"""Failure files: written whole, read with suspicion."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lydite.model import (
    CorruptRecord,
    Ending,
    Fault,
    Finding,
    InputError,
    LyditeError,
    OtherVersion,
    RecordError,
    Schedule,
    Verdict,
    digest_of,
)
from lydite.runner import Failure, read_failure, write_failure

FAILURE = Failure(
    target="shop.py::every_fifth",
    label="shop.every_fifth",
    trial="every_fifth",
    mutant="",
    seed=2**64 - 1,
    schedule=Schedule.of(
        [Fault(at_ns=5, kind="network.cut", args={"left": "a", "right": "b"}, lasting_ns=3)]
    ),
    parts={"nodes": (1, 3), "payments": ()},
    configuration="c0",
    verdict=Verdict.VIOLATED,
    finding=Finding(check="sum", verdict=Verdict.VIOLATED, message="4 of 5", at_ns=9, facts={"é": [1, None]}),
    ending=None,
    digest="d0",
    records=17,
    last_words={"node-1": ["0.1 stdout: bye"]},
    code_digest="e0",
    code_files={"shop": "f0"},
    platform_digest="a0",
    dependencies={"httpx": "0.27"},
)


def rewritten(path: Path, **changes: Any) -> Path:
    """The file with other fields, and a checksum that fits them."""
    document = json.loads(path.read_text())
    document.update(changes)
    document.pop("checksum")
    document["checksum"] = digest_of(document)
    path.write_text(json.dumps(document))
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = write_failure(FAILURE, tmp_path / "deep" / "down")

    assert path.name == "shop.every_fifth-18446744073709551615.failure.json"
    assert read_failure(path) == FAILURE
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_ending_and_an_unknown_schedule_are_read_again(tmp_path: Path) -> None:
    ending = Ending(error="TimedOut", message="too long", where="a.py:3", remedy="--timeout", traceback="...")
    failure = replace(
        FAILURE, finding=None, ending=ending, schedule=None, digest="", mutant="no check/at all"
    )

    path = write_failure(failure, tmp_path)

    assert read_failure(path) == failure
    assert read_failure(path).kind == "TimedOut"
    assert path.name.startswith("shop.every_fifth-no_check_at_all-")


def test_the_file_is_plain_json_with_the_command_that_replays_it(tmp_path: Path) -> None:
    document = json.loads(write_failure(FAILURE, tmp_path).read_text())

    assert (document["format"], document["version"]) == ("lydite-failure", 1)
    assert document["replay"].startswith("lydite replay ")
    assert document["schedule"][0]["kind"] == "network.cut"


def test_a_file_that_tells_of_no_parts_leaves_nothing_out(tmp_path: Path) -> None:
    path = write_failure(FAILURE, tmp_path)
    document = json.loads(path.read_text())
    del document["parts"], document["checksum"]
    path.write_text(json.dumps({**document, "checksum": digest_of(document)}))

    assert read_failure(path) == replace(FAILURE, parts={})


@pytest.mark.parametrize(
    "parts", [[], None, {"nodes": 3}, {"nodes": [0]}, {"nodes": ["1"]}, {"nodes": [True]}]
)
def test_parts_that_are_none_are_refused(tmp_path: Path, parts: Any) -> None:
    path = rewritten(write_failure(FAILURE, tmp_path), parts=parts)

    with pytest.raises(CorruptRecord, match=r"'parts' .* lists of numbers from 1"):
        read_failure(path)


def test_a_file_can_have_another_name(tmp_path: Path) -> None:
    path = write_failure(FAILURE, tmp_path, name="small.failure.json")

    assert path.name == "small.failure.json"
    assert read_failure(path) == FAILURE
    assert json.loads(path.read_text())["replay"] == f"lydite replay {path}"


def test_the_layout_of_the_file_is_free(tmp_path: Path) -> None:
    path = write_failure(FAILURE, tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text())))

    assert read_failure(path) == FAILURE


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_byte_never_goes_unnoticed(tmp_path: Path, data: st.DataObject) -> None:
    path = write_failure(FAILURE, tmp_path)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 2))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place]))
    same_meaning = bytes((content[place], byte)).isspace()
    content[place] = byte
    path.write_bytes(content)

    if same_meaning:
        return
    with pytest.raises(RecordError, match=r"failure\.json"):
        read_failure(path)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 0.99))
def test_a_file_cut_short_never_goes_unnoticed(tmp_path: Path, share: float) -> None:
    path = write_failure(FAILURE, tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])

    with pytest.raises(CorruptRecord, match=r"damaged or cut short"):
        read_failure(path)


def test_a_file_of_another_version_is_not_guessed_at(tmp_path: Path) -> None:
    path = rewritten(write_failure(FAILURE, tmp_path), version=2, lydite="9.9")

    with pytest.raises(OtherVersion, match=r"of version 2, this Lydite reads 1 .*9\.9"):
        read_failure(path)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"format": "other"}, "not a failure file"),
        ({"seed": "7"}, "'seed' .* is int, found str"),
        ({"seed": True}, "'seed' .* is int, found bool"),
        ({"code_files": None}, "'code_files' .* is dict, found NoneType"),
        ({"verdict": "MAYBE"}, "MAYBE"),
        ({"schedule": [{"at_ns": -1, "kind": "network.cut"}]}, r"schedule\[0\]"),
        ({"finding": {"check": "sum"}}, "damaged"),
        ({"ending": {"surprise": 1}}, "damaged"),
        ({"finding": 3}, "damaged"),
    ],
)
def test_a_field_that_makes_no_sense_is_told(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    path = rewritten(write_failure(FAILURE, tmp_path), **changes)

    with pytest.raises(CorruptRecord, match=told):
        read_failure(path)


@pytest.mark.parametrize("content", [b"[]", b"", b"\xff\xfe", b"[" * 100_000, b"3"])
def test_what_is_no_failure_file_at_all_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.failure.json"
    path.write_bytes(content)

    with pytest.raises(CorruptRecord):
        read_failure(path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.failure.json"
    with path.open("wb") as file:
        file.truncate(16 * 1024 * 1024 + 1)

    with pytest.raises(CorruptRecord, match=r"at most 16,777,216 bytes"):
        read_failure(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no such failure file .*look in \.lydite/failures"):
        read_failure(tmp_path / "gone.failure.json")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")

    with pytest.raises(LyditeError, match=r"cannot be written.*--out"):
        write_failure(FAILURE, tmp_path / "taken")


def test_a_long_label_has_a_file_name_that_every_disk_takes_and_no_other_label_has() -> None:
    one, other = (replace(FAILURE, label=f"till.test_pays[{'9' * 400}-{end}]") for end in ("a", "b"))

    assert len(one.file_name()) < 200
    assert one.file_name() != other.file_name()
    assert replace(FAILURE, label="till.test_pays[9 a]").file_name().startswith("till.test_pays_9_a_-")


def test_where_it_cannot_be_written_the_error_tells_what_failed(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    with pytest.raises(InputError, match=r"cannot be written") as caught:
        write_failure(replace(FAILURE, mutant="late"), tmp_path / "taken")

    told = "shop.every_fifth with the mutant late failed with seed 18446744073709551615: sum: 4 of 5"
    assert caught.value.what.startswith(told)
    assert "--out" in caught.value.remedy
