"""The MLLP listener: takes frames on many connections, answers each once it is committed, in order."""

import asyncio
from collections.abc import Callable

from service.mllp import framing
from service.mllp.group_commit import GroupCommit, Receive, Refuse
from service.mllp.handshake import Handshake
from service.mllp.limits import Counters, Limits
from service.mllp.peer import Peer, Switchboard
from service.mllp.tls import Tls


class Listener:
    """Lives in one event loop; `receive` and `refuse` run in one thread beside it, and may block."""

    def __init__(
        self,
        receive: Receive,
        refuse: Refuse,
        limits: Limits | None = None,
        *,
        tls: Tls | None = None,
        encode: Callable[[bytes], bytes] = framing.encode,
    ) -> None:
        """Without `tls` bytes come in the clear. `encode` is for a receiver that is to misbehave."""
        self._receive = receive
        self._refuse = refuse
        self._limits = limits or Limits()
        self._tls = tls
        self._encode = encode
        self._shaking: set[Handshake] = set()
        self._board: Switchboard
        self._server: asyncio.Server

    async def start(self, host: str, port: int) -> None:
        """Port 0 takes a free one. Raises OSError when the address cannot be had."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._protocol, host, port, backlog=self._limits.connections, start_serving=False
        )
        self._board = Switchboard(GroupCommit(self._receive, self._refuse), self._encode, self._limits)
        await self._server.start_serving()

    def _protocol(self) -> asyncio.Protocol:
        return Handshake(self._board, self._tls, self._shaking) if self._tls else Peer(self._board)

    @property
    def port(self) -> int:
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    def reread_certificates(self) -> None:
        """Look at the files of certificates at once: what is wrong with them is told now."""
        if self._tls:
            self._tls.reread()

    def counters(self) -> Counters:
        """The figures at this moment."""
        return Counters(connections=len(self._board.peers) + len(self._shaking), **self._board.count)

    async def stop(self, grace: float = 5.0) -> None:
        """Accept nothing more, answer the frames in hand, close; cut off what is left after `grace` s."""
        deadline = asyncio.get_running_loop().time() + grace
        self._server.close()
        for handshake in list(self._shaking):
            handshake.abort()
        for peer in list(self._board.peers):
            peer.drain()
        await self._all_closed(grace)
        await self._board.commit.stop(max(0.0, deadline - asyncio.get_running_loop().time()))
        for peer in list(self._board.peers):
            peer.abort()
        await self._all_closed(grace)

    async def _all_closed(self, seconds: float) -> None:
        if self._board.peers:
            await asyncio.wait([peer.closed for peer in self._board.peers], timeout=seconds)
