"""A node as its clients see it: asked over HTTP, with errors that say what was expected and what was found.

with Remote("http://127.0.0.1:5000") as node:
    print(node.get("/status")["height"])
"""

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

import httpx

from lydite_subjects.coin.spec.errors import CoinError

NODE_URL: Final = "http://127.0.0.1:5000"
"""Where a node listens if nothing else is said."""
TIMEOUT_S: Final = 10.0
_NUMBER: Final = re.compile(r"\[Errno -?\d+\] ")
"""What the operating system calls its errors, which stands before what they are."""


class NodeUnreachable(CoinError):
    """Nobody answers at that address, or nobody who is a node."""


class NodeRefused(CoinError):
    """The node has answered that it does not want this; `rule` is its name for what is wrong."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        self.status = status
        self.rule = str(error.get("rule") or error.get("kind") or status)
        self.expected = error.get("expected")
        self.found = error.get("found")
        self.where = error.get("where")
        place = f"{error['where']}: " if error.get("where") else ""
        hint = f"; try: {error['try']}" if error.get("try") else ""
        super().__init__(f"{place}{self.rule}: expected {self.expected}, found {self.found}{hint}")


class Remote:
    """One node, and a connection to it that is kept."""

    def __init__(self, url: str = NODE_URL, *, transport: httpx.BaseTransport | None = None) -> None:
        self.url = _checked(url)
        self._client = httpx.Client(
            base_url=self.url, timeout=TIMEOUT_S, transport=transport, trust_env=False, follow_redirects=False
        )

    def get(self, path: str, **query: object) -> Any:
        """What the node answers to a question."""
        return self._asked("GET", path, params={key: str(value) for key, value in query.items()})

    def post(self, path: str, body: Mapping[str, object], *, timeout_s: float = TIMEOUT_S) -> Any:
        """What the node answers to what it is given."""
        return self._asked("POST", path, json=body, timeout=timeout_s)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _asked(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._client.request(method, path, **options)
            answer = response.json()
        except httpx.TimeoutException as error:
            raise NodeUnreachable(
                f"{self.url}: expected an answer to {method} {path} in time, found none; is the node busy or frozen?"
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            found = _NUMBER.sub("", str(error)).rstrip(".").lower()
            raise NodeUnreachable(
                f"{self.url}: expected a node, found {found}; is it running, and is this its --api-port?"
            ) from error
        except ValueError as error:
            raise NodeUnreachable(
                f"{self.url}: expected the JSON of a coin node, found something else; is this its --api-port?"
            ) from error
        if response.is_success:
            return answer
        told = answer.get("error") if isinstance(answer, dict) else None
        raise NodeRefused(response.status_code, told if isinstance(told, dict) else {})


def _checked(url: str) -> str:
    """The URL without a slash at its end."""
    try:
        parsed = httpx.URL(url)
        fine = parsed.scheme in {"http", "https"} and bool(parsed.host)
    except httpx.InvalidURL:
        fine = False
    if not fine:
        raise NodeUnreachable(f"expected the URL of a node, such as {NODE_URL}, found {url!r:.80}")
    return url.rstrip("/")
