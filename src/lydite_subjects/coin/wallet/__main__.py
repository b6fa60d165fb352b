"""Use a wallet: `python -m lydite_subjects.coin.wallet`."""

import sys

from lydite_subjects.coin.wallet.program import main

sys.exit(main(sys.argv[1:]))
