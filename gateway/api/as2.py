"""`POST /as2`: messages and MDNs of partners. They show who they are by what they signed, so no API key is asked for.

The route is a coroutine: it reads the body, hands it over and waits; what no process of ours opens is opened by a
small pool of threads. An answer leaves only once everything that it says is durable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from gateway.api.overload import Gate
from gateway.api.problems import Problem
from gateway.api.spool import Spool, spool_body
from gateway.pipeline import Street
from gateway.pipeline.as2 import Again, As2Answer, As2Request
from gateway.settings import Settings


class Direct(APIRoute):
    """A route whose function takes the request and gives the response: nothing is to be resolved or converted, and
    doing so took a tenth of the time that a message takes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return handler


router = APIRouter(tags=["as2"], route_class=Direct)

HEADER_BYTES_MAX = 16 * 1024
HEADERS_MAX = 64
THREADS_MAX = 4
"""Opening holds the interpreter most of the time: more threads would only make every message slower."""


@router.post("/as2", summary="Hand in an AS2 message or an MDN", response_class=Response)
async def post_as2(request: Request) -> Response:
    """Answers with the MDN where a synchronous one is asked for, else with 204. Source: RFC 4130."""
    intake: Intake = request.app.state.as2
    settings: Settings = request.app.state.settings
    headers = read_headers(request)
    await intake.refuse_if_full()
    spool = await spool_body(
        request, settings.message_bytes_max, intake.folder, seconds_max=settings.body_seconds_max
    )
    remote = request.client.host if request.client is not None else ""
    answer = await asyncio.wrap_future(intake.take(headers, spool, remote))
    return _respond(answer)


def _respond(answer: As2Answer) -> Response:
    """With the field names spelled as the MDN spells them: not every old product knows that case says nothing."""
    response = Response(answer.body, answer.status)
    fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    response.raw_headers = (
        [*fields, (b"Content-Length", b"%d" % len(answer.body))] if answer.status != 204 else fields
    )
    return response


def read_headers(request: Request) -> tuple[tuple[str, str], ...]:
    """All fields in order, folds already undone. Raises Problem for more than an AS2 message ever needs."""
    raw = request.scope["headers"]
    if len(raw) > HEADERS_MAX or sum(len(name) + len(value) for name, value in raw) > HEADER_BYTES_MAX:
        raise Problem("headers-too-large")
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)


class Intake:
    """The pool between the route and the street; one per application."""

    def __init__(self, street: Street, gate: Gate, threads: int) -> None:
        self._street, self._gate = street, gate
        self._pool = ThreadPoolExecutor(min(threads, THREADS_MAX), thread_name_prefix="as2")

    def close(self) -> None:
        self._pool.shutdown()

    @property
    def folder(self) -> Path:
        """Where large bodies wait: closed to other users."""
        return self._street.home.run

    async def refuse_if_full(self) -> None:
        """Raises Problem while more messages wait than the settings allow; counts where the last count is old."""
        if self._gate.is_due or self._gate.was_full:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._gate.refuse_if_full)

    def take(self, headers: tuple[tuple[str, str], ...], spool: Spool, remote: str) -> Future[As2Answer]:
        """Answered once the message is durable; fails with what `Street.receive_as2` raises."""
        answer: Future[As2Answer] = Future()
        # A partner that hangs up cancels nothing: what it sent is taken, and its retry gets the stored answer.
        answer.set_running_or_notify_cancel()
        if not spool.is_in_memory:
            self._pool.submit(self._begin, lambda: self._receive(headers, spool.read(), remote), answer)
            return answer
        request = As2Request(headers=headers, body=spool.read(), remote=remote)
        try:
            handed = self._street.hand_over_as2(request)
        except Exception as error:
            answer.set_exception(error)
            return answer
        if handed is None:
            self._pool.submit(self._begin, lambda: self._street.receive_as2(request), answer)
        else:
            handed.add_done_callback(lambda done: self._end(done, request, answer))
        return answer

    def _receive(self, headers: tuple[tuple[str, str], ...], body: bytes, remote: str) -> Future[As2Answer | Again]:
        return self._street.receive_as2(As2Request(headers=headers, body=body, remote=remote))

    def _begin(self, step: Callable[[], Future[As2Answer | Again]], answer: Future[As2Answer]) -> None:
        try:
            pending = step()
        except BaseException as error:
            answer.set_exception(error)
        else:
            pending.add_done_callback(lambda done: self._end(done, None, answer))

    def _end(self, done: Future[Any], request: As2Request | None, answer: Future[As2Answer]) -> None:
        """Runs in the writer's or the opener's thread: it only hands on."""
        error = done.exception()
        if error is not None:
            answer.set_exception(error)
            return
        result = done.result()
        if isinstance(result, Again):
            self._pool.submit(self._begin, lambda: self._street.receive_as2_again(result), answer)
        elif result is None and request is not None:
            self._pool.submit(self._begin, lambda: self._street.receive_as2(request), answer)
        else:
            answer.set_result(result)
