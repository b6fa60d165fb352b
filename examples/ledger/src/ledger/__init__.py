"""The ledger of a bank: a service that moves money, within the bank and to others, exactly once."""
