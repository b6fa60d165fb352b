"""The law among three and five nodes whose messages are delayed, lost and overtaken, and which crash.

Pure values only: a network of lists, and Hypothesis to choose what happens next.
"""

from collections import deque
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from lydite_subjects.counter.spec import (
    Answer,
    Answered,
    Append,
    Asked,
    Beat,
    Counted,
    Event,
    Increment,
    Linked,
    Read,
    Reply,
    Request,
    Send,
    State,
    Tally,
    Value,
    merge,
    size,
    step,
)

CLIENT = 0
"""The caller that stands for all clients; a peer is the caller of its own index + 1."""


@dataclass(slots=True)
class Cluster:
    """Nodes, disks, and a queue in each direction between any two: connections keep their order."""

    count: int
    states: list[State] = field(default_factory=list)
    disks: list[Tally] = field(default_factory=list)
    requests: dict[tuple[int, int], deque[Request]] = field(default_factory=dict)
    answers: dict[tuple[int, int], deque[Answer]] = field(default_factory=dict)
    told: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.disks = [{} for _ in range(self.count)]
        self.states = [self.fresh(index) for index in range(self.count)]
        for left in range(self.count):
            for right in range(self.count):
                self.requests[left, right], self.answers[left, right] = deque(), deque()

    def fresh(self, index: int) -> State:
        peers = tuple(str(other) for other in range(self.count) if other != index)
        return State(name=str(index), peers=peers, tally=self.disks[index])

    def happen(self, index: int, event: Event) -> None:
        self.states[index], effects = step(self.states[index], event)
        appends = [isinstance(effect, Append) for effect in effects]
        assert appends == sorted(appends, reverse=True), "nothing is done before the disk has it"
        for effect in effects:
            match effect:
                case Append(tally):
                    self.disks[index] = merge(self.disks[index], tally)
                case Send(peer, request):
                    self.requests[index, int(peer)].append(request)
                case Reply(0, answer):
                    self.told.append(answer)
                case Reply(caller, answer):
                    self.answers[index, caller - 1].append(answer)

    def deliver(self, left: int, right: int) -> None:
        if self.answers[left, right]:
            self.happen(right, Answered(str(left), self.answers[left, right].popleft()))
        elif self.requests[left, right]:
            self.happen(right, Asked(left + 1, self.requests[left, right].popleft()))

    def disconnect(self, left: int, right: int) -> None:
        """The connection that `left` has made to `right` is lost with all that is on its way, and made again."""
        self.requests[left, right].clear()
        self.answers[right, left].clear()
        self.happen(left, Linked(str(right)))

    def crash(self, index: int) -> None:
        self.states[index] = self.fresh(index)
        for other in range(self.count):
            if other != index:
                self.disconnect(index, other)
                self.disconnect(other, index)

    def settle(self) -> None:
        """All that is on its way arrives, and every node has its turn with every other."""
        for _ in range(2 * self.count):
            for index in range(self.count):
                self.happen(index, Beat())
            while any(self.requests.values()) or any(self.answers.values()):
                for left, right in self.requests:
                    self.deliver(left, right)


@dataclass(slots=True)
class Customers:
    """Clients that increment and read, and compare what they are told with what they know."""

    cluster: Cluster
    attempted: int = 0
    acknowledged: int = 0
    highest: int = 0
    reads: dict[int, int] = field(default_factory=dict)
    heard: int = 0

    def act(self, tag: int, action: str, index: int) -> None:
        if action == "increment":
            self.attempted += 1
            self.cluster.happen(index, Asked(CLIENT, Increment(tag, "ann", self.attempted)))
        else:
            self.reads[tag] = max(self.acknowledged, self.highest)
            self.cluster.happen(index, Asked(CLIENT, Read(tag)))

    def hear(self) -> None:
        # Answers of one batch may have been given in any order, so none of them binds another.
        fresh = self.cluster.told[self.heard :]
        values = [answer for answer in fresh if isinstance(answer, Value)]
        assert all(self.reads[answer.tag] <= answer.value <= self.attempted for answer in values)
        self.heard = len(self.cluster.told)
        self.acknowledged += sum(isinstance(answer, Counted) for answer in fresh)
        self.highest = max([self.highest, *(answer.value for answer in values)])


NODE = st.integers(0, 4)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["increment", "read", "lose", "crash"]),
        NODE,
        NODE,
        st.lists(st.tuples(NODE, NODE), max_size=8),
    ),
    max_size=40,
)


@given(st.sampled_from([3, 5]), STEPS)
@settings(max_examples=300)
def test_reads_see_every_acknowledged_increment_and_never_go_back(
    count: int, steps: list[tuple[str, int, int, list[tuple[int, int]]]]
) -> None:
    cluster = Cluster(count)
    customers = Customers(cluster)

    for tag, (action, left, right, deliveries) in enumerate(steps, start=1):
        if action == "crash":
            cluster.crash(left % count)
        elif action != "lose":
            customers.act(tag, action, left % count)
        elif left % count != right % count:
            cluster.disconnect(left % count, right % count)
        for source, target in deliveries:
            cluster.deliver(source % count, target % count)
        customers.hear()

    cluster.settle()
    customers.hear()
    assert all(disk == cluster.disks[0] for disk in cluster.disks)
    assert customers.acknowledged <= size(cluster.disks[0]) <= customers.attempted
