"""Hazards of chance: where Python gets random bits from."""

import os
import random
import secrets
import ssl
import sys
import tempfile
import uuid
from pathlib import Path

import numpy

from lydite.model import Plain
from tests.determinism.hazard import hazard

MADE_AT_IMPORT = random.Random()
NAMED_AT_IMPORT = str(uuid.uuid4())


@hazard
async def random_functions() -> Plain:
    items = list(range(20))
    random.shuffle(items)
    return [random.random(), random.randint(0, 10**9), random.choice("abc"), random.gauss(0, 1), items]


@hazard
async def random_unseeded() -> Plain:
    return [random.Random().random(), random.Random().getrandbits(64)]


@hazard
async def random_seeded() -> Plain:
    return [random.Random(7).random(), random.Random("seven").random()]


@hazard
async def early_bound_random() -> Plain:
    early = sys.modules["sitecustomize"]
    return [early.random(), early.urandom(8).hex()]


@hazard
async def generator_made_at_import() -> Plain:
    return [MADE_AT_IMPORT.random(), MADE_AT_IMPORT.getrandbits(64)]


@hazard
async def uuid_made_at_import() -> Plain:
    return NAMED_AT_IMPORT


@hazard
async def os_urandom() -> Plain:
    return [os.urandom(8).hex(), os.getrandom(8).hex()]


@hazard
async def secrets_token() -> Plain:
    return [secrets.token_hex(8), secrets.randbelow(10**9), secrets.choice("abcdef")]


@hazard
async def system_random() -> Plain:
    return [random.SystemRandom().random(), secrets.SystemRandom().getrandbits(64)]


@hazard
async def uuid4() -> Plain:
    return str(uuid.uuid4())


@hazard
async def uuid1() -> Plain:
    return [str(uuid.uuid1()), str(uuid.uuid1()), uuid.getnode()]


@hazard
async def temporary_names() -> Plain:
    with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryDirectory() as folder:
        return [file.name, folder, tempfile.gettempdir()]


@hazard
async def ssl_rand_bytes() -> Plain:
    return ssl.RAND_bytes(8).hex()


@hazard
async def numpy_default_rng() -> Plain:
    return float(numpy.random.default_rng().random())


@hazard
async def numpy_legacy() -> Plain:
    return [float(numpy.random.random()), int(numpy.random.randint(10**9))]


@hazard
async def dev_urandom() -> Plain:
    return Path("/dev/urandom").open("rb").read(8).hex()
