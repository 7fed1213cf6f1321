"""A connection until its TLS stands: then its peer takes over."""

import asyncio

import structlog

from service.mllp.peer import Peer, Switchboard
from service.mllp.tls import Tls

log = structlog.get_logger(__name__)


class Handshake(asyncio.Protocol):
    """Counts among the connections from its first moment on: whoever only shakes hands takes a place, too."""

    def __init__(self, board: Switchboard, tls: Tls, shaking: set["Handshake"]) -> None:
        self._board = board
        self._tls = tls
        self._all = shaking  # those of the listener that go on
        self._host = ""
        self._lost = False
        self._early = bytearray()  # what comes with the last words of the handshake

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._host = (transport.get_extra_info("peername") or ("",))[0]
        if not self._board.admit(self._host):
            transport.close()
            return
        self._transport = transport
        transport.pause_reading()
        self._shaking = asyncio.get_running_loop().create_task(self._shake())
        self._all.add(self)

    def data_received(self, data: bytes) -> None:
        self._early += data

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the handshake fails with it
        self._lost = True

    def abort(self) -> None:
        """Give up."""
        self._shaking.cancel()
        self._transport.abort()

    async def _shake(self) -> None:
        limits = self._board.limits
        try:
            secure = await asyncio.get_running_loop().start_tls(
                self._transport,
                self,
                self._tls.context(),
                server_side=True,
                ssl_handshake_timeout=limits.handshake_seconds,
                ssl_shutdown_timeout=limits.linger_seconds,
            )
        except OSError as error:  # of which the errors of ssl are some
            self._board.count["not_secure"] += 1
            log.info("no TLS", peer=self._host, reason=getattr(error, "reason", "") or type(error).__name__)
            secure = None
        finally:
            self._all.discard(self)
            self._board.leave(self._host)
        if secure and not self._lost:
            self._hand_over(secure)

    def _hand_over(self, secure: asyncio.Transport) -> None:
        peer = Peer(self._board)
        secure.set_protocol(peer)
        peer.connection_made(secure)
        if self._early:
            peer.data_received(bytes(self._early))
