"""Bugs to plant in the coin: incidents of real chains, and flaws that chains are known to have had.

Each is one place of the law, the store or the pool, written as somebody could have written it. Each leaves ordinary
payments alone: it takes an attack, a crash, a fork, or a wrong clock to meet it.
"""

from typing import Final

from lydite.harness import Mutant

BLOCKS: Final = "lydite_subjects.coin.spec.blocks"
BODIES: Final = "lydite_subjects.coin.spec.bodies"
CHAIN: Final = "lydite_subjects.coin.spec.chain"
COINS: Final = "lydite_subjects.coin.spec.coins"
HEADERS: Final = "lydite_subjects.coin.spec.headers"
MEMPOOL: Final = "lydite_subjects.coin.spec.mempool"
MINING: Final = "lydite_subjects.coin.spec.mining"
ORPHANS: Final = "lydite_subjects.coin.spec.orphans"
RULES: Final = "lydite_subjects.coin.spec.rules"
TRANSACTIONS: Final = "lydite_subjects.coin.spec.transactions"
DATABASE: Final = "lydite_subjects.coin.store.database"
LEDGER: Final = "lydite_subjects.coin.store.ledger"

_AMOUNTS: Final = """\
        if not least <= amount <= MONEY_MAX:
            expected = f"from {least} to {MONEY_MAX} grains in output {index}"
            raise _of("output-amount", expected, amount, transaction)
        total += amount
"""
_AMOUNTS_IN_64_BITS: Final = """\
        if amount < least:
            expected = f"from {least} grains on in output {index}"
            raise _of("output-amount", expected, amount, transaction)
        total = (total + amount + 2**63) % 2**64 - 2**63
"""
_PAIRS: Final = """\
        paired = [hash256(level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = paired + level[2 * len(paired) :]
"""
_PAIRS_WITH_ITSELF: Final = """\
        if len(level) % 2:
            level.append(level[-1])
        level = [hash256(level[at] + level[at + 1]) for at in range(0, len(level), 2)]
"""
_REPEATED: Final = """\
    if len(set(points)) != len(points):
        raise _of("input-repeated", "each coin once", f"{_repeated(points)} twice", transaction)
"""
_SIGNED: Final = """\
                    self._stripped(),
                    outpoint.txid,
                    _INDEX.pack(outpoint.output),
"""
_SIGNED_WITHOUT_INDEX: Final = """\
                    _VERSION.pack(self.version),
                    *(each.outpoint.txid for each in self.inputs),
                    *(each.encode() for each in self.outputs),
                    outpoint.txid,
"""
_ONE_COMMIT: Final = """\
            self._connect(step, numbers)
            self._change_coins(step)
"""
_TWO_COMMITS: Final = """\
            self._change_coins(step)
        with database.writing():
            self._connect(step, numbers)
"""

MUTANTS: Final[tuple[Mutant, ...]] = (
    # Transactions
    Mutant(
        name="value_overflow",
        module=RULES,
        replace=_AMOUNTS,
        by=_AMOUNTS_IN_64_BITS,
        caught_by="refuses-value-overflow",
        story="Outputs are added up in 64 bits and only their sum is bounded, so that two huge ones make a small sum, "
        "as in block 74638 of Bitcoin, which made 184 billion coins (CVE-2010-5139)",
    ),
    Mutant(
        name="duplicate_inputs",
        module=RULES,
        replace=_REPEATED,
        by="",
        caught_by="refuses-input-twice",
        story="To be faster, it is not asked whether a payment spends a coin twice, for somebody else will look: "
        "the pool takes it, and no block with it is any good, as in Bitcoin 0.14 (CVE-2018-17144)",
    ),
    Mutant(
        name="fee_overflow",
        module=RULES,
        replace="    fee = total - made\n",
        by="    fee = (total - made) % 2**64\n",
        caught_by="refuses-coin-from-nothing",
        story="A fee is an unsigned number of 64 bits, and never less than nothing: who makes more than he spends "
        "pays the highest fee of all, as with the differences that early chains did not bound",
    ),
    Mutant(
        name="unbound_signature",
        module=TRANSACTIONS,
        replace=_SIGNED,
        by=_SIGNED_WITHOUT_INDEX,
        caught_by="refuses-signature-of-another-output",
        story="What is signed names the transaction whose output is spent and not which output, so that a signature is "
        "good for any of them, as with hashes that left out a part of what was spent (SIGHASH_SINGLE)",
    ),
    Mutant(
        name="malleable_txid",
        module=TRANSACTIONS,
        replace='            kept = self._kept["txid"] = hash256(self._stripped())\n',
        by='            kept = self._kept["txid"] = hash256(self.encode())\n',
        caught_by="child-outlives-another-signature",
        story="The name by which outputs are spent depends on the signatures, which may be others of the same worth, "
        "as when Mt. Gox lost track of what it had paid out (2014)",
    ),
    # Blocks and headers
    Mutant(
        name="merkle_duplication",
        module=BLOCKS,
        replace=_PAIRS,
        by=_PAIRS_WITH_ITSELF,
        caught_by="right-body-is-taken-after-a-wrong-one",
        story="An odd hash is paired with itself, so that a body with its end repeated has the same root: the block is "
        "refused for ever, and so is the right one, which has its hash (CVE-2012-2459)",
    ),
    Mutant(
        name="wrong_body_blames_header",
        module=CHAIN,
        replace="            if error.rule not in BODY_RULES:\n                self._mark_invalid(entry, error)\n",
        by="            self._mark_invalid(entry, error)\n",
        caught_by="right-body-is-taken-after-a-wrong-one",
        story="Whatever is wrong with a body is held against its header, which anybody can put another body behind, "
        "as when a spoilt copy of a block blinds a node to the right one",
    ),
    Mutant(
        name="time_warp",
        module=RULES,
        replace="    earliest_s = parent_s - params.timewarp_s_max\n",
        by="    earliest_s = median_s - params.timewarp_s_max\n",
        caught_by="refuses-time-warp",
        story="The first block of a period is compared with the median and not with its parent, which adds nothing: "
        "it may step back, and periods look long, as when Verge was mined in seconds (2018)",
    ),
    Mutant(
        name="retarget_off_by_one",
        module=HEADERS,
        replace="        before = self.at(parent, max(parent.height - period, 0))\n",
        by="        before = self.at(parent, max(parent.height - (period - 1), 0))\n",
        caught_by="chain-is-valid",
        story="A period is measured from its own first block on, one spacing less than it is compared with, "
        "as Bitcoin has done since 2009",
    ),
    # Forks
    Mutant(
        name="equal_work_tie",
        module=BODIES,
        replace="            if here.work > self._best.work:\n",
        by="            if here.work >= self._best.work:\n",
        caught_by="first-seen-stays",
        story="Of two chains with equal work the one that came last wins, so that whoever shows up late with as much "
        "takes a reward away, as in selfish mining (Eyal and Sirer, 2013)",
    ),
    Mutant(
        name="undo_not_applied",
        module=COINS,
        replace="                    overlay.add(each.outpoint, left.pop())\n",
        by="                    left.pop()\n",
        caught_by="longer-branch-wins",
        story="When a block is disconnected, what it made goes, and what it spent does not come back, "
        "as in wallets and indexes that follow a reorganisation by half",
    ),
    Mutant(
        name="undo_forgets_rewards",
        module=COINS,
        replace="    return Coin(amount, owner, height, coinbase == 1)\n",
        by="    return Coin(amount, owner, height, coinbase=False)\n",
        caught_by="refuses-reward-that-was-spent-elsewhere",
        story="Undo data does not tell that a coin was a reward, so that on another branch it can be spent while it is "
        "unripe, as with undo data that keeps the height of a payment for the last of its outputs alone",
    ),
    Mutant(
        name="immature_after_reorg",
        module=MEMPOOL,
        replace="        shaken = self._waiting.reward_spenders()\n",
        by="        shaken: list[Entry] = []\n",
        caught_by="refuses-unripe-reward-after-a-reorganisation",
        story="What spends a reward stays in the pool when the chain gets shorter, and the reward is unripe again: "
        "each block that is proposed then is no good, as in early pools, which looked at no reward again",
    ),
    Mutant(
        name="conflict_after_reorg",
        module=MEMPOOL,
        replace="                self._drop_conflicts(transaction)\n",
        by="                if not change.disconnected:\n                    self._drop_conflicts(transaction)\n",
        caught_by="conflicts-leave-the-pool",
        story="After a reorganisation the pool keeps payments whose coins the new chain has spent, and proposes blocks "
        "that are no good, as memory pools did that followed a chain only upwards",
    ),
    # What is kept
    Mutant(
        name="lock_limit",
        module=LEDGER,
        replace="        for statement, part in _parts(self._say.coins, outpoints):\n",
        by="        for statement, part in _parts(self._say.coins, outpoints[:128]):\n",
        caught_by="large-blocks-are-taken",
        story="The database has locks for so many coins and no more, and those beyond are taken to be missing: a valid "
        "block is refused by some nodes and not by others, as when Bitcoin split at height 225430 (2013)",
    ),
    Mutant(
        name="coins_before_block",
        module=LEDGER,
        replace=_ONE_COMMIT,
        by=_TWO_COMMITS,
        caught_by="block-is-taken-after-a-power-cut",
        story="The coins are committed before the block that changes them, and a crash comes between: the block is "
        "judged by coins that it has spent already, as in nodes that ask to be reindexed after a power cut",
    ),
    Mutant(
        name="commit_without_sync",
        module=DATABASE,
        replace='    "PRAGMA synchronous = FULL",\n',
        by='    "PRAGMA synchronous = NORMAL",\n',
        caught_by="work-never-shrinks",
        story="A commit is done when the kernel has it and the disk does not, as SQLite does with a log if it is not "
        "told otherwise, and a node tells of blocks that it has forgotten after a power cut",
    ),
    # What others send
    Mutant(
        name="orphan_memory",
        module=ORPHANS,
        replace="        self._trim()\n",
        by="",
        caught_by="memory-is-bounded",
        story="Payments whose parents nobody knows are kept without a limit, and cost nothing to make, "
        "as in Bitcoin before 0.6.3 (CVE-2012-3789)",
    ),
    # Clocks
    Mutant(
        name="skewed_timestamp",
        module=MINING,
        replace="        max(now_s, _earliest_s(chain, height)),\n",
        by="        now_s,\n",
        caught_by="mining-succeeds",
        story="A block gets the time of its miner's clock, whatever the blocks before it say, "
        "and a miner whose clock is behind finds blocks that nobody takes",
    ),
)
