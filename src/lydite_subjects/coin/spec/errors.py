"""What breaks the law: one error per kind of trouble, each with both sides, what was expected and what was found."""


class CoinError(Exception):
    """Anything that is wrong with what was given; its text says what was expected and what was found."""


class BadEncoding(CoinError):
    """Bytes or text that are no value of the chain."""


class BadAddress(CoinError):
    """A text that is no address of this chain."""


class BadKey(CoinError):
    """Bytes or text that are no key."""


class BadAmount(CoinError):
    """A text or a number that is no amount."""


class RuleBroken(CoinError):
    """A transaction or a block that the law does not allow.

    `rule` names the rule for programs and tests; `expected` and `found` are the two sides.
    """

    def __init__(self, rule: str, *, expected: object, found: object, where: str = "") -> None:
        self.rule = rule
        self.expected = expected
        self.found = found
        self.where = where
        place = f"{where}: " if where else ""
        super().__init__(f"{place}{rule}: expected {expected}, found {found}")
