"""Programs that write into one database: run by the tests of writers as processes of their own.

python writing.py race URL SEED STEPS    commits so many steps in turns with others, and prints how often it was refused
python writing.py kill URL SEED TIMES    kills writers in the middle of what they do, and looks at what they leave
"""

import os
import random
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4]))

from lydite_subjects.coin.spec.ledger import Ledger
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.store import InUse, open_ledger
from tests.subjects.coin.store.building import audit, give, wandering


def race(url: str, seed: int, steps: int) -> None:
    """Opens the ledger for each step; as often as somebody else has it, it tries again."""
    chance, done, refused = random.Random(seed), 0, 0
    print("ready", flush=True)
    sys.stdin.readline()
    while done < steps:
        try:
            ledger = open_ledger(url, DEV)
        except InUse:
            refused += 1
            continue
        for _ in range(4):
            give(ledger, wandering(ledger, chance))
            done += 1
        ledger.close()
    print(refused, flush=True)


def kill(url: str, seed: int, times: int) -> None:
    """Starts a writer, kills it, and audits; again and again, on one database."""
    chance = random.Random(seed)
    interrupted, tips = 0, list[str]()
    for number in range(times):
        heard = _until_killed(url, chance, number)
        ledger = open_ledger(url, DEV)
        audit(ledger)
        tips = _tips(ledger)
        # What was said to be done is there. One more step may be: the writer was killed before it could say so.
        if heard:
            assert tips[-1] == heard[-1] or tips[-1] not in heard, "a commit that had returned is lost"
            interrupted += tips[-1] != heard[-1]
            assert ledger.has_block(bytes.fromhex(heard[-1])), "a block that was kept is lost"
        ledger.close()
    print(f"{times} {interrupted} {len(tips)}", flush=True)


def _until_killed(url: str, chance: random.Random, number: int) -> list[str]:
    """The tips that a writer said it had committed before it was killed."""
    listen, say = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(listen)
        try:
            ledger, own = open_ledger(url, DEV), random.Random(number)
            while True:
                step = wandering(ledger, own)
                give(ledger, step)
                os.write(say, step.tip.hash.hex().encode() + b"\n")
        finally:
            os._exit(1)
    os.close(say)
    text = b""
    wanted = chance.randint(0, 12) * 65
    while len(text) < wanted:
        part = os.read(listen, 4096)
        if not part:
            break
        text += part
    # Somewhere between two words: the work that goes on there takes as long as this.
    sum(range(chance.randint(0, 200_000)))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the writer ended by itself"
    while part := os.read(listen, 4096):
        text += part
    os.close(listen)
    return text.decode().split()


def _tips(ledger: Ledger) -> list[str]:
    found = [ledger.hash_at(height) for height in range(ledger.height() + 1)]
    return [each.hex() for each in found if each is not None]


if __name__ == "__main__":
    {"race": race, "kill": kill}[sys.argv[1]](sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
