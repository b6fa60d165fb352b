"""The HTTP interface: one application without any state, for all nodes of a process.

Which node is asked stands in the scope of each request, where the node's `Service` puts it: so a node is started
without building routes. OpenAPI is at /openapi.json, and for people at /docs, which needs no other network.
"""

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from lydite_subjects.coin.node import manual, queries
from lydite_subjects.coin.node.answers import Refusal, answer, refused
from lydite_subjects.coin.node.documents import BLOCK_BODY, ERRORS, MINE_BODY, TRANSACTION_BODY, VERSION
from lydite_subjects.coin.node.forms import block_from_form, body, fields, transaction_from_form
from lydite_subjects.coin.node.metrics import CONTENT_TYPE
from lydite_subjects.coin.node.mining import TIMEOUT_S, TIMEOUT_S_MAX
from lydite_subjects.coin.node.service import STATUS, service_of
from lydite_subjects.coin.spec.amounts import coins
from lydite_subjects.coin.spec.errors import CoinError

HEIGHT_MAX: Final = 0xFFFF_FFFF


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BlockPage(_Asked):
    """Which blocks."""

    limit: int = Field(20, ge=1, le=queries.BLOCKS_MAX)
    before: int | None = Field(None, ge=0, le=HEIGHT_MAX, description="only blocks below this height")


class PoolPage(_Asked):
    """Which waiting transactions."""

    limit: int = Field(100, ge=1, le=queries.TRANSACTIONS_MAX)


class CoinPage(_Asked):
    """Which outputs."""

    limit: int = Field(100, ge=1, le=queries.COINS_MAX)
    after: str | None = Field(None, max_length=80, description="only outputs behind this one, TXID:INDEX")


class HistoryPage(_Asked):
    """Which of the transactions of an owner."""

    limit: int = Field(20, ge=1, le=queries.HISTORY_MAX)
    before: str | None = Field(
        None,
        max_length=40,
        description="where to go on: the `next` of the page before, or a height, for only those below it",
        examples=["1200:81", "1200"],
    )


class TemplateFor(_Asked):
    """Whom the reward belongs to."""

    address: str = Field(max_length=100)


async def status(request: Request) -> Response:
    """Who the node is, how long its chain is, and whom it is connected to."""
    return answer(service_of(request).status())


async def health(request: Request) -> Response:
    """Whether the node is at work: it answers, and its ledger does."""
    service = service_of(request)
    return answer({"status": "ok", "height": service.node.chain.ledger.height()})


async def list_blocks(request: Request, page: Annotated[BlockPage, Query()]) -> Response:
    """Headers of the chain, the latest first; `next` is the `before` of the next page."""
    return answer(queries.blocks(service_of(request).node, page.limit, page.before))


async def one_block(request: Request, block: str) -> Response:
    """A block by its height, by its hash, or the `latest`."""
    return answer(queries.block(service_of(request).node, block))


async def list_transactions(request: Request, page: Annotated[PoolPage, Query()]) -> Response:
    """The transactions that wait for a block."""
    return answer(queries.waiting(service_of(request).node, page.limit))


async def submit_transaction(request: Request) -> Response:
    """Hand in a transaction: its bytes as `{"hex": …}`, or its JSON form."""
    transaction = transaction_from_form(await body(request))
    pooled = service_of(request).node.submit_transaction(transaction)
    taken = {"txid": pooled.tx.txid.hex(), "fee": coins(pooled.fee), "size": pooled.size}
    return answer(taken, HTTPStatus.ACCEPTED)


async def one_transaction(request: Request, txid: str) -> Response:
    """A transaction, in a block or waiting for one."""
    return answer(queries.transaction(service_of(request).node, txid))


async def balance(request: Request, address: str) -> Response:
    """What an address has, in coins: in blocks, of that not ripe, and what waits to come and go."""
    return answer(queries.balance(service_of(request).node, address))


async def utxos(request: Request, address: str, page: Annotated[CoinPage, Query()]) -> Response:
    """The unspent outputs of an address; `spent` are those that a waiting transaction spends."""
    return answer(queries.unspent(service_of(request).node, address, page.limit, page.after))


async def history(request: Request, address: str, page: Annotated[HistoryPage, Query()]) -> Response:
    """The transactions of an address, those that wait first, then the latest first. `next` is the `before` of the next
    page, HEIGHT:PLACE, and null on the last one. Pages are exact in blocks; what waits may come and go between them."""
    return answer(queries.history(service_of(request).node, address, page.limit, page.before))


async def mining_template(request: Request, asked: Annotated[TemplateFor, Query()]) -> Response:
    """A block that lacks nothing but its nonce."""
    return answer(service_of(request).mine.offer(asked.address))


async def mining_submit(request: Request) -> Response:
    """Hand in a block, as `{"block": …}`: its bytes in hexadecimal digits, or its JSON form."""
    block = block_from_form(await body(request))
    return answer(service_of(request).mine.submit(block))


async def mine_block(request: Request) -> Response:
    """Let the node find a block by itself, for `miner_address`."""
    known = frozenset({"miner_address", "timeout_s"})
    form = fields(await body(request), where="body", known=known)
    timeout_s = form.get("timeout_s", TIMEOUT_S)
    if (
        isinstance(timeout_s, bool)
        or not isinstance(timeout_s, int | float)
        or not 0 < timeout_s <= TIMEOUT_S_MAX
    ):
        raise Refusal(
            HTTPStatus.BAD_REQUEST,
            "bad-request",
            expected=f"a number of seconds up to {TIMEOUT_S_MAX:g}",
            found=repr(timeout_s)[:60] if not isinstance(timeout_s, int) else "a number out of range",
            where="timeout_s",
        )
    service = service_of(request)
    entry, block = await service.mine.find(form.get("miner_address", ""), timeout_s)
    return answer(queries.described(service.node, entry, block))


async def peers(request: Request) -> Response:
    """Whom the node is connected to, and what came of calling its bootstrap nodes."""
    node = service_of(request).node
    found = node.peers()
    return answer({"peers": found, "count": len(found), "bootstrap": node.trusted.found()})


async def metrics(request: Request) -> Response:
    """The same and more for Prometheus."""
    return Response(service_of(request).metrics.text(), media_type=CONTENT_TYPE)


async def docs(request: Request) -> Response:
    """All of this on one page, for people."""
    text = manual.page(request.app.openapi())
    return HTMLResponse(text, headers={"content-security-policy": manual.POLICY})


def _application() -> FastAPI:
    app = FastAPI(
        title="Lydite coin",
        version=VERSION,
        description="A node of a UTXO proof-of-work chain. Amounts are coins, as text.",
        responses=ERRORS,
        redirect_slashes=False,
        # The pages of FastAPI load their scripts from the internet.
        docs_url=None,
        redoc_url=None,
    )
    routes: tuple[tuple[str, str, Any, dict[str, Any]], ...] = (
        ("GET", STATUS, status, {}),
        ("GET", "/health", health, {}),
        ("GET", "/blocks", list_blocks, {}),
        ("GET", "/blocks/{block}", one_block, {}),
        ("GET", "/transactions", list_transactions, {}),
        ("POST", "/transactions", submit_transaction, TRANSACTION_BODY),
        ("GET", "/transactions/{txid}", one_transaction, {}),
        ("GET", "/balance/{address}", balance, {}),
        ("GET", "/utxos/{address}", utxos, {}),
        ("GET", "/history/{address}", history, {}),
        ("GET", "/mining/template", mining_template, {}),
        ("POST", "/mining/submit", mining_submit, BLOCK_BODY),
        ("POST", "/mine_block", mine_block, MINE_BODY),
        ("GET", "/peers", peers, {}),
        ("GET", "/metrics", metrics, {}),
    )
    for method, path, endpoint, extra in routes:
        app.add_api_route(path, endpoint, methods=[method], response_class=Response, openapi_extra=extra)
    app.add_route("/docs", docs)
    for kind in (CoinError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, refused)
    return app


SHORTCUTS: Final = {
    ("GET", STATUS): status,
    ("POST", "/transactions"): submit_transaction,
    ("POST", "/mining/submit"): mining_submit,
    ("POST", "/mine_block"): mine_block,
}
"""What is asked all the time, and has nothing in its path or behind it that FastAPI would have to read."""

APP: Final = _application()
"""The application; a request without a node in its scope is a mistake of ours."""
