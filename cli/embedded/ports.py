"""Ports of this machine: which are free, and how an address is read."""

import socket

from cli.embedded.problems import PortBusy, TemporalElsewhere

LOOPBACK = "127.0.0.1"
_OURS = ("127.0.0.1", "localhost", "::1", "[::1]")


def require_free(purpose: str, host: str, port: int, remedy: str) -> None:
    """Raise PortBusy if the port can't be listened on; `remedy` names what chooses another."""
    with socket.socket() as probe:
        # As servers do: a connection that is still closing does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            raise PortBusy(purpose, host, port, remedy) from error


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, reached from itself alone."""
    return host in _OURS


def temporal_port(address: str) -> int:
    """The port in HOST:PORT. Raises TemporalElsewhere if the host is not this machine."""
    host, _, port = address.rpartition(":")
    if not is_loopback(host) or not port.isdecimal() or not 0 < int(port) < 65536:
        raise TemporalElsewhere(address)
    return int(port)
