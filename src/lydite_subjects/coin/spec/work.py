"""Work: targets in compact form, what a block is worth, and how hard the next one must be.

The compact form is one byte for the length of a number and three for its front, as in Bitcoin's headers.
"""

from functools import lru_cache
from typing import Final

from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.params import Params

STEP_MAX: Final = 4
"""A retarget changes the target by no more than this factor."""
_SIGN: Final = 0x0080_0000
_SPACE: Final = 1 << 256


@lru_cache(maxsize=1024)
def target_of(bits: int) -> int:
    """The largest hash that a block with these bits may have."""
    size, front = bits >> 24, bits & 0x00FF_FFFF
    target = front << 8 * (size - 3) if size > 3 else front >> 8 * (3 - size)
    if bits & _SIGN or not 0 < target < _SPACE or bits_of(target) != bits:
        raise RuleBroken(
            "bits", expected="the compact form of a number from 1 to 2^256 - 1", found=f"{bits:#010x}"
        )
    return target


def bits_of(target: int) -> int:
    """The compact form of a target; what does not fit into three bytes is cut off."""
    size = (target.bit_length() + 7) // 8
    front = target << 8 * (3 - size) if size <= 3 else target >> 8 * (size - 3)
    if front & _SIGN:
        front, size = front >> 8, size + 1
    return size << 24 | front


@lru_cache(maxsize=1024)
def work_of(bits: int) -> int:
    """How many hashes a block with these bits takes on average."""
    return _SPACE // (target_of(bits) + 1)


def retargeted(bits: int, took_s: int, params: Params) -> int:
    """The bits of the next period, after one that took so long."""
    took_s = min(max(took_s, params.period_s // STEP_MAX), params.period_s * STEP_MAX)
    target = target_of(bits) * took_s // params.period_s
    return bits_of(min(target, target_of(params.easiest_bits)))


def is_met(block_hash: bytes, bits: int) -> bool:
    """Is the hash small enough?"""
    return int.from_bytes(block_hash, "big") <= target_of(bits)
