"""Bugs to plant in the counter, each a flaw that replicated stores have really had.

Each is a few lines of the law or of the node, replaced. A sweep of all trials finds each within a few
seeds; the trial that is made for it is told in the README.
"""

from typing import Final

from lydite.harness import Mutant

LAW: Final = "lydite_subjects.counter.spec.law"
TALLY: Final = "lydite_subjects.counter.spec.tally"
JOURNAL: Final = "lydite_subjects.counter.node.journal"
NODE: Final = "lydite_subjects.counter.node.node"
CONVERSATION: Final = "lydite_subjects.counter.node.conversation"

_CLOCK_LEASE: Final = """\
        import time
        from lydite_subjects.counter.spec import Read, Value
        until_s, value = getattr(self, "lease", (0.0, 0))
        if isinstance(event, Asked) and isinstance(event.request, Read) and time.time() < until_s:
            self._reply(event.caller, Value(event.request.tag, value))
            return
        state, effects = step(self.state, event)
        for effect in effects:
            if isinstance(effect, Reply) and isinstance(effect.answer, Value):
                self.lease = (time.time() + 0.001, effect.answer.value)
"""

MUTANTS: Final[tuple[Mutant, ...]] = (
    Mutant(
        name="lost_update",
        module=LAW,
        replace="goal, (state.name,), Counted(tag))",
        by="goal, (state.name, *state.peers), Counted(tag))",
        caught_by="no-acknowledged-increment-is-lost",
        story="An increment is acknowledged as if all had it, and spreads in the background, "
        "as in stores with asynchronous replicas",
    ),
    Mutant(
        name="ack_before_fsync",
        module=JOURNAL,
        replace="        os.fsync(self._file.fileno())\n        self._torn = False\n",
        by="        self._torn = False\n",
        caught_by="no-acknowledged-increment-is-lost",
        story="An operation is acknowledged when it is written and not yet synced, "
        "as with a log that is flushed once a second",
    ),
    Mutant(
        name="stale_read",
        module=LAW,
        replace="            return _gather(state, caller, tag)\n",
        by="            return state, (Reply(caller, Value(tag, size(state.tally))),)\n",
        caught_by="no-acknowledged-increment-is-lost",
        story="A read is answered from what this node has, as by stores whose reads skip the quorum to be fast",
    ),
    Mutant(
        name="non_canonical_order",
        module=TALLY,
        replace="for client, spans in sorted(tally.items())]\n",
        by="for client, spans in tally.items()]\n",
        caught_by="replicas-converge",
        story="The digest of a set is taken in the order of arrival, "
        "as by nodes of a chain that come to different roots of equal states",
    ),
    Mutant(
        name="double_count",
        module=LAW,
        replace="            goal = one(client, number)\n",
        by='            goal = one(f"{client}.{state.name}", number)\n',
        caught_by="no-increment-counts-twice",
        story="A request is known again only by the node that took it first, "
        "as with idempotency keys that are kept per server",
    ),
    Mutant(
        name="clock_lease",
        module=NODE,
        replace="        state, effects = step(self.state, event)\n",
        by=_CLOCK_LEASE,
        caught_by="no-acknowledged-increment-is-lost",
        story="The last answer is believed for a millisecond of the wall clock, "
        "as with leases that trust the time of day",
    ),
    Mutant(
        name="unbounded_queue",
        module=CONVERSATION,
        replace="            if transport.get_write_buffer_size() > UNSENT_BYTES_MAX:\n"
        "                transport.abort()\n",
        by="",
        caught_by="nodes-outlive-slow-readers",
        story="Whatever a client does not read is kept for it, however much that is, "
        "as by servers that one subscriber who has stopped reading takes down",
    ),
)
