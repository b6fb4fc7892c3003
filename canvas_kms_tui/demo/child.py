"""The child process: the stand-in behind a web server on loopback, until its parent goes away."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import threading
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open, and says nothing: a line on stderr would tear the screen."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        pass

    def make_environ(self) -> dict[str, Any]:
        environ = super().make_environ()
        environ.setdefault("HTTP_HOST", "127.0.0.1")
        return environ


def build(document: dict[str, Any], token: str, port: int) -> BaseWSGIServer:
    """The server, seeded and listening, not yet answering."""
    from canvas_kms_tui.demo.app import StandIn
    from canvas_kms_tui.demo.world import World

    world = World()
    app = StandIn(world, token)
    world.seed(document)
    listener = socket.create_server(("127.0.0.1", port))  # werkzeug's own ends the process where the port is taken
    number = listener.detach()
    return make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler, fd=number)


def main() -> int:
    """Read one line of JSON (document, token, port) from stdin, say the address on stdout, serve until stdin ends."""
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    order = json.loads(sys.stdin.readline())
    try:
        server = build(order["document"], order["token"], order.get("port", 0))
    except Exception as problem:  # noqa: BLE001 - the parent is told, whatever it is
        print(json.dumps({"error": f"{type(problem).__name__}: {problem}"}), flush=True)
        return 1
    print(json.dumps({"endpoint": f"http://127.0.0.1:{server.port}"}), flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)
