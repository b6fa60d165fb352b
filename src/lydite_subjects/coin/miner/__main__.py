"""Start a miner: `python -m lydite_subjects.coin.miner`."""

import sys

from lydite_subjects.coin.miner.program import main

if __name__ == "__main__":  # The workers are started with this module at hand; they are not to start miners.
    sys.exit(main(sys.argv[1:]))
