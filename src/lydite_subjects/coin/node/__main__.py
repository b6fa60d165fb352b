"""Start a node: `python -m lydite_subjects.coin.node`."""

import asyncio
import sys

from lydite_subjects.coin.node.program import main

asyncio.run(main(sys.argv[1:]))
