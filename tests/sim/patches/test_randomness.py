"""Randomness inside a world: the seed's, and each process's own."""

import os
import random
import secrets
import ssl
import tempfile
import uuid
from collections.abc import Callable

import numpy as np
import pytest

from tests.sim.patches.inside import in_world

SOURCES: dict[str, Callable[[], object]] = {
    "random": random.random,
    "randint": lambda: random.randint(0, 10**12),
    "shuffle": lambda: random.sample(range(10**6), 3),
    "gauss": lambda: random.gauss(0, 1),
    "unseeded": lambda: random.Random().random(),
    "system": lambda: random.SystemRandom().random(),
    "urandom": lambda: os.urandom(16),
    "getrandom": lambda: os.getrandom(16),
    "secrets": lambda: (secrets.token_hex(8), secrets.randbelow(10**9)),
    "uuid1": uuid.uuid1,
    "uuid4": uuid.uuid4,
    "getnode": uuid.getnode,
    "tempfile": lambda: next(tempfile._get_candidate_names()),  # type: ignore[attr-defined]
    "ssl": lambda: ssl.RAND_bytes(8),
    "numpy legacy": np.random.rand,
    "numpy": lambda: np.random.default_rng().random(),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_repeats_with_the_seed_and_differs_between_hosts(name: str) -> None:
    source = SOURCES[name]

    once = in_world(source, source)
    again = in_world(source, source)

    assert once == again
    assert once[0] != once[1]


@pytest.mark.parametrize("name", sorted(SOURCES.keys() - {"getnode", "uuid1"}))
def test_another_seed_gives_other_values(name: str) -> None:
    assert in_world(SOURCES[name], seed=1) != in_world(SOURCES[name], seed=2)


def test_a_program_seeds_its_own_generator_only() -> None:
    def seeding() -> float:
        random.seed(7)
        return random.random()

    told = in_world(seeding, random.random)
    alone = in_world(lambda: None, random.random)

    assert told[0] == random.Random(7).random()
    assert told[1] == alone[1]


def test_a_seeded_generator_is_what_python_says() -> None:
    told = in_world(lambda: random.Random(3).random())

    assert told == [random.Random(3).random()]


def test_time_based_uuids_of_one_process_count_up() -> None:
    told = in_world(lambda: [uuid.uuid1().time for _ in range(3)])[0]

    assert told == [told[0], told[0] + 1, told[0] + 2]


def test_outside_of_a_world_the_shared_generator_is_untouched() -> None:
    random.seed(11)
    before = random.getstate()

    in_world(lambda: (random.seed(99), random.random(), np.random.rand()))

    assert random.getstate() == before
    assert os.urandom(8) != os.urandom(8)


def test_entropy_of_a_negative_size_fails_as_it_always_did() -> None:
    with pytest.raises(ValueError, match="negative"):
        os.urandom(-1)

    def program() -> None:
        with pytest.raises(ValueError, match="negative"):
            os.urandom(-1)

    in_world(program)
