"""Bugs to plant: `lydite mutants` shows that the trials find each of them, so that they would find yours.

Each is a flaw that services which move money have really had.
"""

from lydite.harness import Mutant

NODE = "ledger.node"

SILENCE = """\
        except httpx.TransportError:
            return
"""

MUTANTS = (
    Mutant(
        name="answer_before_commit",
        module=NODE,
        replace="                await asyncio.to_thread(self.book, transfer, answer)\n",
        by="                asyncio.get_running_loop().call_later(0.1, self.book, transfer, answer)\n",
        caught_by="what-was-done-stays",
        story="The user is answered first and the books are written a moment later, as with caches that write behind",
    ),
    Mutant(
        name="commit_without_sync",
        module=NODE,
        replace="PRAGMA synchronous = EXTRA",
        by="PRAGMA synchronous = OFF",
        caught_by="what-was-done-stays",
        story="A commit is done when the kernel has it and the disk does not, as in every guide that makes "
        "SQLite fast",
    ),
    Mutant(
        name="key_in_another_transaction",
        module=NODE,
        replace="            self.store.remember(transfer, answer)\n",
        by="        with self.store.writing():\n            self.store.remember(transfer, answer)\n",
        caught_by="no-transfer-is-done-twice",
        story="The key is kept in a second transaction: a crash comes between, the user insists, and is served again, "
        "as where keys are kept in a cache beside the database",
    ),
    Mutant(
        name="read_then_write",
        module=NODE,
        replace="        async with self.lock:\n            look = ",
        by="        if True:\n            look = ",
        caught_by="nobody-is-overdrawn",
        story="The balance is read, and written after an await: two who pay at the same moment both have enough, "
        "as at the Bitcoin bank Flexcoin, which was emptied that way in 2014",
    ),
    Mutant(
        name="new_key_for_each_try",
        module=NODE,
        replace="        asked = asdict(spec.forwarded(transfer, self.name))\n",
        by="        asked = asdict(spec.forwarded(transfer, self.name))\n"
        "        asked['key'] += f'/{asyncio.get_running_loop().time()}'\n",
        caught_by="no-money-is-made-or-lost",
        story="Each try has a key of its own, so that an answer which is lost doubles the transfer, as with clients "
        "that make a key for each request and not for each purchase",
    ),
    Mutant(
        name="silence_is_refusal",
        module=NODE,
        replace=SILENCE,
        by="        except httpx.TransportError:\n            response = httpx.Response(409)\n",
        caught_by="no-money-is-made-or-lost",
        story="A timeout is taken for a refusal and the payer gets his money back, while the payee has it, too",
    ),
    Mutant(
        name="silence_is_consent",
        module=NODE,
        replace=SILENCE,
        by="        except httpx.TransportError:\n            response = httpx.Response(200)\n",
        caught_by="no-money-is-made-or-lost",
        story="What was sent is taken for delivered, whether anybody has answered or not, as with webhooks "
        "that are sent once",
    ),
)
