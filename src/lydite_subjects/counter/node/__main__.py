"""Start a node: `python -m lydite_subjects.counter.node`."""

import asyncio
import sys

from lydite_subjects.counter.node.program import main

asyncio.run(main(sys.argv[1:]))
