"""A wire between the browser and the server that can be cut: emulated offline lets through what a leaving page sends."""

import socket
import threading
from contextlib import suppress


class Line:
    def __init__(self, url: str):
        host, port = url.removeprefix("http://").split(":")
        self.target = (host, int(port))
        self.is_cut, self.open = False, set()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://{host}:{self.door.getsockname()[1]}"
        threading.Thread(target=self._answer, daemon=True).start()

    def cut(self):
        self.is_cut = True
        for end in list(self.open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self):
        self.is_cut = False

    def close(self):
        self.cut()
        self.door.close()

    def _answer(self):
        with suppress(OSError):
            while True:
                caller, _ = self.door.accept()
                if self.is_cut:
                    caller.close()
                    continue
                server = socket.create_connection(self.target)
                self.open |= {caller, server}
                for one, other in ((caller, server), (server, caller)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        with suppress(OSError):
            while said := one.recv(65536):
                other.sendall(said)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.open -= {one, other}
