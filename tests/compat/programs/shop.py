"""A shop: an ordinary FastAPI service, as a user would write it. It knows nothing of Lydite."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.websockets import WebSocketDisconnect

log = logging.getLogger("shop")
orders: list[str] = []
sent: list[str] = []


class Order(BaseModel):
    """What is ordered."""

    item: str
    count: int = 1


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Open the shop, and close it tidily."""
    await asyncio.sleep(0.5)
    orders.append("opened")
    yield
    await asyncio.sleep(0.25)
    Path("closed.txt").write_text("tidily", encoding="utf-8")


app = FastAPI(lifespan=lifespan)


@app.middleware("http")
async def timed(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Say how long it took."""
    before = time.perf_counter()
    response = await call_next(request)
    response.headers["x-seconds"] = f"{time.perf_counter() - before:.3f}"
    return response


def customer(request: Request) -> str:
    """Who is asking, by a synchronous dependency."""
    return request.headers.get("x-customer", "nobody")


@app.get("/orders")
async def all_orders() -> list[str]:
    """What was ordered from this process."""
    return orders


@app.post("/orders", status_code=201)
async def take_order(order: Order, who: str = Depends(customer)) -> dict[str, object]:
    """Take an order."""
    if order.count < 1:
        raise HTTPException(409, "order at least one")
    orders.append(order.item)
    return {"number": len(orders), "host": socket.gethostname(), "customer": who}


@app.get("/slow/{seconds}")
async def slow(seconds: float) -> dict[str, object]:
    """Take so long."""
    await asyncio.sleep(seconds)
    return {"slept": seconds, "now": datetime.now(UTC).isoformat()}


@app.get("/sync/{number}")
def sync(number: int) -> dict[str, int]:
    """An endpoint without `async`, which real servers run in a thread."""
    return {"square": number * number}


@app.get("/events")
async def events() -> StreamingResponse:
    """Server-sent events, one each second."""

    async def stream() -> AsyncIterator[str]:
        for number in range(5):
            yield f"id: {number}\ndata: {round(time.monotonic(), 3)}\n\n"
            await asyncio.sleep(1)

    return StreamingResponse(stream(), media_type="text/event-stream")


@app.post("/mail")
async def mail(tasks: BackgroundTasks) -> dict[str, int]:
    """Answer first, work later."""

    async def later(text: str) -> None:
        await asyncio.sleep(2)
        sent.append(text)

    def at_once(text: str) -> None:
        sent.append(text)

    tasks.add_task(at_once, "receipt")
    tasks.add_task(later, "letter")
    return {"sent": len(sent)}


@app.get("/mail")
async def all_mail() -> list[str]:
    """What was sent."""
    return sent


@app.post("/size")
async def size(request: Request) -> dict[str, int]:
    """How large a body was that came in pieces."""
    return {"size": sum([len(piece) async for piece in request.stream()])}


@app.get("/broken")
async def broken() -> None:
    """Raise what nobody expects."""
    raise LookupError("a planted failure")


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    """Send back what comes, until the other side leaves."""
    await websocket.accept()
    try:
        while True:
            text = await websocket.receive_text()
            await websocket.send_json({"echo": text, "host": socket.gethostname()})
    except WebSocketDisconnect as left:
        orders.append(f"left with {left.code}")
