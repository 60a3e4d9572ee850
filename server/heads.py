"""Heads of requests with an end: uvicorn bounds what nobody has read yet of a body, but no header and no address.

Anybody, signed in or not, could fill the memory of the process with one header, and its time with copying it.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 256 * 1024
"""Bytes: room for the longest document by GET, every character of it escaped, and for the longest token."""

TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"  # RFC 6585
)


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's protocol, which counts what comes without ending a head or being part of a body."""

    _unfinished = 0

    def data_received(self, data: bytes) -> None:
        """Some bytes of the client."""
        self._unfinished += len(data)
        super().data_received(data)
        if self._unfinished > LARGEST_HEAD and not self.transport.is_closing():
            if self.cycle is None or self.cycle.response_complete:
                self.transport.write(TOO_LARGE)
            self.transport.close()

    def on_headers_complete(self) -> None:
        """A head has ended."""
        self._unfinished = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of a body, which whoever reads it bounds."""
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request has ended; another may follow."""
        self._unfinished = 0
        super().on_message_complete()
