"""Bugs to plant in the gossip, each a flaw that systems of this kind have really had."""

from lydite.harness import Mutant

LAW = "gossip.spec"
NODE = "gossip.node"

_TAKEN = "        fresh, self.fresh = self.fresh, {}\n"
_COPIED = "        fresh = dict(self.fresh)\n"
_SENT = """\
        for peer in list(self.peers):
            if fresh and spec.is_near(self.peers[peer]):
                await self.call(peer, {"kind": "push", "from": self.address, "rumours": fresh})
"""
_CLEARED = "        self.fresh.clear()\n"

MUTANTS = (
    Mutant(
        name="seen_forgotten_on_restart",
        module=NODE,
        replace="        self.seen = dict(journal.rumours)\n        self.number = spec.last_number(name, self.seen)\n",
        by="        self.seen = {}\n        self.number = spec.last_number(name, dict(journal.rumours))\n",
        caught_by="each-is-delivered-once",
        story="What has been seen is kept in memory only, so that a node which is started again takes everything for "
        "new, delivers it twice and passes it on to all, as with seen caches that do not survive a restart",
    ),
    Mutant(
        name="no_anti_entropy",
        module=LAW,
        replace="    return chosen + (aside if beat % RETRY_BEATS == 0 else [])\n",
        by="    return []\n",
        caught_by="all-come-to-know-the-same",
        story="Rumours are passed on and never compared: who was cut off when one went round never hears it, "
        "as in epidemic protocols without anti-entropy (Demers and others, 1987)",
    ),
    Mutant(
        name="set_aside_for_good",
        module=LAW,
        replace="    return chosen + (aside if beat % RETRY_BEATS == 0 else [])\n",
        by="    return chosen\n",
        caught_by="all-come-to-know-the-same",
        story="Who does not answer is taken from the list and never called again, so that both sides of a partition "
        "give each other up, as in clusters that stay split after the network has healed",
    ),
    Mutant(
        name="peers_change_while_sending",
        module=NODE,
        replace=_TAKEN + "        for peer in list(self.peers):\n",
        by=_TAKEN + "        for peer in self.peers:\n",
        caught_by="all-come-to-know-the-same",
        story="The list of peers is walked with a pause at each of them: one that joins meanwhile ends the walk with "
        "'dictionary changed size during iteration', and with it the node, as in many a chat server",
    ),
    Mutant(
        name="cleared_after_sending",
        module=NODE,
        replace=_TAKEN + _SENT,
        by=_COPIED + _SENT + _CLEARED,
        caught_by="rumours-travel-fast",
        story="What is to be passed on is cleared when it has been sent, and with it what came while it was: "
        "such a rumour waits for the next comparison, as with buffers that are emptied after an await",
    ),
    Mutant(
        name="numbers_begin_again",
        module=NODE,
        replace="        self.number = spec.last_number(name, self.seen)\n",
        by="        self.number = 0\n",
        caught_by="what-was-told-stays",
        story="A node numbers its rumours from one on when it is started again: the others know these names and drop "
        "the new texts, as with generations and sequence numbers that are kept in memory",
    ),
    Mutant(
        name="told_before_synced",
        module=NODE,
        replace="            os.fsync(self._file.fileno())\n        except",
        by="        except",
        caught_by="what-was-told-stays",
        story="A rumour is confirmed when the kernel has it and the disk does not, as with logs that are synced once "
        "a second",
    ),
)
