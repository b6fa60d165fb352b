"""Work: targets in compact form and the next ones, against Bitcoin's own examples."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.params import DEV, MAIN
from lydite_subjects.coin.spec.work import bits_of, is_met, retargeted, target_of, work_of

BITCOIN = replace(MAIN, easiest_bits=0x1D00FFFF)
SPACE = 1 << 256


@pytest.mark.parametrize(
    ("bits", "target"),
    [
        (0x1D00FFFF, 0xFFFF << 208),
        (0x1B0404CB, 0x0404CB << 192),
        (0x04123456, 0x12345600),
        (0x05009234, 0x92340000),
        (0x03123456, 0x123456),
        (0x02008000, 0x80),
        (0x01120000, 0x12),
        (0x01010000, 1),
        (0x207FFFFF, 0x7FFFFF << 232),
        (0x2100FFFF, 0xFFFF << 240),
    ],
)
def test_a_target_has_one_compact_form(bits: int, target: int) -> None:
    assert target_of(bits) == target
    assert bits_of(target) == bits


@pytest.mark.parametrize(
    "bits",
    [
        pytest.param(0, id="nothing"),
        pytest.param(0x01003456, id="nothing but what is cut off"),
        pytest.param(0x04000000, id="nothing, long"),
        pytest.param(0x04923456, id="negative"),
        pytest.param(0x01FEDCBA, id="negative and short"),
        pytest.param(0x01123456, id="more than it says"),
        pytest.param(0x04001234, id="longer than it must be"),
        pytest.param(0x2100FFFF + 0x1000000, id="more than a hash can be"),
        pytest.param(0xFF123456, id="much more"),
        pytest.param(0xFFFFFFFF, id="all bits"),
    ],
)
def test_what_is_no_compact_form_is_refused(bits: int) -> None:
    with pytest.raises(RuleBroken) as caught:
        target_of(bits)

    assert caught.value.rule == "bits"
    assert caught.value.found == f"{bits:#010x}"


@given(st.integers(1, SPACE - 1))
def test_the_compact_form_cuts_off_and_never_adds(target: int) -> None:
    kept = target_of(bits_of(target))

    assert kept <= target < kept + (1 << max(target.bit_length() - 15, 0))
    assert bits_of(kept) == bits_of(target)


@given(st.integers(0, 0xFFFF_FFFF))
def test_any_bits_are_the_one_form_of_a_target_or_refused(bits: int) -> None:
    try:
        target = target_of(bits)
    except RuleBroken:
        return
    assert 0 < target < SPACE
    assert bits_of(target) == bits


def test_work_is_how_many_hashes_a_block_takes() -> None:
    assert work_of(0x1D00FFFF) == 0x1_0001_0001
    assert work_of(0x207FFFFF) == 2
    assert work_of(DEV.easiest_bits) == 256


@given(st.integers(1, SPACE - 1), st.integers(1, SPACE - 1))
def test_less_target_is_more_work(one: int, other: int) -> None:
    low, high = sorted((bits_of(one), bits_of(other)), key=target_of)

    assert work_of(low) >= work_of(high) >= 1


def test_a_hash_is_met_up_to_the_target_itself() -> None:
    target = target_of(0x1D00FFFF)

    assert is_met(target.to_bytes(32, "big"), 0x1D00FFFF)
    assert is_met(bytes(32), 0x1D00FFFF)
    assert not is_met((target + 1).to_bytes(32, "big"), 0x1D00FFFF)


def test_the_hash_of_bitcoins_first_block_meets_its_bits_as_it_is_shown() -> None:
    shown = bytes.fromhex("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f")

    assert is_met(shown, 0x1D00FFFF)
    assert not is_met(shown[::-1], 0x1D00FFFF)


@pytest.mark.parametrize(
    ("bits", "took_s", "after"),
    [
        pytest.param(0x1D00FFFF, 1262152739 - 1261130161, 0x1D00D86A, id="32,255 to 32,256"),
        pytest.param(0x1D00FFFF, 1233061996 - 1231006505, 0x1D00FFFF, id="not easier than the easiest"),
        pytest.param(0x1C05A3F4, 1279297671 - 1279008237, 0x1C0168FD, id="no more than four times harder"),
        pytest.param(0x1C387F6F, 1269211443 - 1263163443, 0x1D00E1FD, id="no more than four times easier"),
    ],
)
def test_the_next_target_is_that_of_bitcoin(bits: int, took_s: int, after: int) -> None:
    assert retargeted(bits, took_s, BITCOIN) == after


@pytest.mark.parametrize("took_s", [-(10**9), 0, 1, DEV.period_s // 4])
def test_a_period_without_time_is_four_times_harder_and_no_more(took_s: int) -> None:
    before = target_of(DEV.easiest_bits)

    assert target_of(retargeted(DEV.easiest_bits, took_s, DEV)) == before // 4


def test_a_period_as_long_as_it_should_be_changes_nothing() -> None:
    assert retargeted(0x1C05A3F4, BITCOIN.period_s, BITCOIN) == 0x1C05A3F4
