"""A node of the replicated counter: an ordinary asyncio program, and the hands that do what the law says.

    python -m lydite_subjects.counter.node --name node-1 --port 7001 --data data/1 \\
        --peers node-2=127.0.0.1:7002 node-3=127.0.0.1:7003

Clients and peers connect to its port and say one line of JSON per message (see `spec/wire.py`). What it
has promised to keep lies in its journal. SIGTERM ends it.
"""

from lydite_subjects.counter.node.journal import Damaged, Journal
from lydite_subjects.counter.node.node import Node
from lydite_subjects.counter.node.program import main

__all__ = ["Damaged", "Journal", "Node", "main"]
