"""dns_shop.py - a service that answers, and a client that asks the DNS before each call, as a resolver of its own does.

usage: dns_shop.py serve PORT
       dns_shop.py call DNS_ADDRESS NAME:PORT TIMES
"""
import http.client
import http.server
import random
import socket
import struct
import sys


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def skip_name(message, at):
    while message[at] and message[at] < 192:
        at += message[at] + 1
    return at + (2 if message[at] else 1)


def resolve(server, name):
    """The addresses of the name, from one question over UDP."""
    ask = struct.pack(">6H", random.randrange(65536), 0x100, 1, 0, 0, 0) + wire_name(name) + struct.pack(">2H", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        sock.connect((server, 53))
        sock.send(ask)
        message = sock.recv(4096)
    at, found = skip_name(message, 12) + 4, []
    for _ in range(struct.unpack_from(">H", message, 6)[0]):
        at = skip_name(message, at)
        kind, _, _, length = struct.unpack_from(">HHIH", message, at)
        at += 10 + length
        if kind == 1:
            found.append(socket.inet_ntoa(message[at - 4:at]))
    return found


def call(server, place, times):
    name, port = place.rsplit(":", 1)
    for i in range(times):
        addresses = sorted(resolve(server, name))
        connection = http.client.HTTPConnection(addresses[i % len(addresses)], int(port), timeout=5)
        connection.request("GET", "/thing", headers={"Host": "in.house"})
        assert connection.getresponse().read() == b"ok"
        connection.close()


if sys.argv[1] == "serve":
    http.server.ThreadingHTTPServer(("", int(sys.argv[2])), Answer).serve_forever()
else:
    call(sys.argv[2], sys.argv[3], int(sys.argv[4]))
