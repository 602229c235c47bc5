"""What has to be there before the first request: a folder, a port, and no strangers in the demo."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from pathlib import Path
from urllib.parse import urlsplit


class Trouble(Exception):
    """Why it cannot start: one sentence for whoever starts it, with what to do next."""


def data_folder(path: str) -> Path:
    """Make the folder of the data, or say that it cannot be written."""
    folder = Path(path).absolute()
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as reason:
        raise Trouble(
            f"The folder {folder} cannot be written ({reason.strerror}): check its owner, or set DATA_DIR to another."
        ) from None
    return folder


def address_of(host: str, port: int) -> str:
    """The IP address to listen on."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
    except OSError:
        raise Trouble(f"{host} is no address of this machine: --host 127.0.0.1 is the usual one.") from None


def port_is_taken(address: str, port: int) -> bool:
    """Whether somebody listens there already. Web processes share a port, so listening themselves would not tell."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError:
            raise Trouble(f"Port {port} may only be opened by root: take one above 1023.") from None
        except OSError as reason:
            if reason.errno == errno.EADDRNOTAVAIL:
                raise Trouble(f"{address} is no address of this machine: --host 127.0.0.1 is the usual one.") from None
            return True
    return False


def check_port(address: str, port: int) -> None:
    if port_is_taken(address, port):
        raise Trouble(f"Port {port} is taken: stop what listens there, or choose another with --port {port + 1}.")


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_demo_is_private(host: str, public_url: str) -> None:
    """Anybody who reaches the demo can be its staff by one click: it stays on this machine."""
    remedy = "start with --empty on a fresh DATA_DIR, or press “Start for real” in the demo first."
    if not is_loopback(host):
        raise Trouble(f"The demo is for this machine alone and cannot listen on {host}: {remedy}")
    name = urlsplit(public_url).hostname or ""
    if not is_loopback(name):
        raise Trouble(f"The demo is for this machine alone and PUBLIC_URL names {name}: {remedy}")
