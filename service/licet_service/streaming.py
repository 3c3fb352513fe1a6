"""Answers on their way to a client: whole ones, and long ones part by part."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from licet_service.evaluation import BrokenAnswerError
from licet_service.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

    from licet_service.evaluation import Stream
    from licet_service.settings import Settings

ROWS: Final = "Licet-Rows"
"""The header with the rows or triples of an answer that is sent whole."""
MAX_ROWS: Final = "Licet-Max-Rows"
"""The header with the limit on the rows or triples of any answer."""


class StreamResponse(Response):
    """The response that sends a stream: whole where it came whole, else part by part.

    A stream that breaks raises, which ends the connection in the middle of a part, so that no
    client takes what it got for all. In HTTP/1.0 the end of a connection is the end of a body;
    there, a stream is sent when it has come to its end.
    """

    def __init__(self, stream: Stream, settings: Settings, headers: Mapping[str, str]) -> None:
        self._stream = stream
        self._settings = settings
        self._own = {**headers, MAX_ROWS: str(settings.max_result_rows)}
        super().__init__(headers=self._own, media_type=stream.media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            whole = self._stream.whole
            if whole is not None:
                await self._whole(whole.body, whole.rows)(scope, receive, send)
            elif scope.get("licet.head"):
                await self._start(send)
                await send({"type": "http.response.body", "body": b""})
            elif scope["http_version"] == "1.0":
                await self._whole(await self._held(), None)(scope, receive, send)
            else:
                await self._start(send)
                async for part in self._stream.parts():
                    message = {"type": "http.response.body", "body": part, "more_body": True}
                    async with asyncio.timeout(self._settings.stall_timeout_s):
                        await send(message)
                await send({"type": "http.response.body", "body": b""})
        except TimeoutError as error:
            raise BrokenAnswerError("the client takes nothing") from error
        finally:
            await self._stream.close()

    async def _start(self, send: Send) -> None:
        headers = [pair for pair in self.raw_headers if pair[0] != b"content-length"]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    def _whole(self, body: bytes, rows: int | None) -> Response:
        headers = self._own if rows is None else {**self._own, ROWS: str(rows)}
        return Response(body, media_type=self._stream.media_type, headers=headers)

    async def _held(self) -> bytes:
        body, most = bytearray(), self._settings.max_held_bytes
        try:
            async for part in self._stream.parts():
                body += part
                if len(body) > most:
                    detail = f"Over HTTP/1.0 a result has at most {most} bytes; use HTTP/1.1."
                    raise ProblemError("result-too-large", detail, max_bytes=most)
        except BrokenAnswerError as error:
            raise self._stream.problem or error from error
        return bytes(body)
