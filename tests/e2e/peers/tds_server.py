#!/usr/bin/python3
"""tds_server.py [PORT] - answers clients of SQL Server's TDS 7.4 ([MS-TDS]) by a script, without encryption: a batch with
"select" gets three rows in packets of 512 bytes, one with "missing" error 208 of severity 16, one with "full" error 1105 of
severity 17; another says that 2 rows were changed. Prints a line for each request: "batch ok", "batch 208"."""
import socket
import struct
import sys
import threading

EOM, SIZE = 1, 512
PRELOGIN, LOGIN, ANSWER, BATCH, RPC, ATTENTION = 0x12, 0x10, 4, 1, 3, 6
COLLATION = bytes.fromhex("0904d00034")


def b_varchar(text):
    return bytes([len(text)]) + text.encode("utf-16le")


def done(status=0, rows=0):
    return struct.pack("<BHHQ", 0xfd, status, 0xc1, rows)


def token(kind, body):
    return struct.pack("<BH", kind, len(body)) + body


def error(number, severity):
    text = "it is as it is"
    return token(0xaa, struct.pack("<IBBH", number, 1, severity, len(text)) + text.encode("utf-16le") + b_varchar("db") +
                 b_varchar("") + struct.pack("<I", 1)) + done(2)


def rows(count):
    columns = b"\x81" + struct.pack("<HIHBH", 1, 0, 0x20, 0xa7, 200) + COLLATION + b_varchar("note")
    value = b"x" * 190
    return columns + count * (b"\xd1" + struct.pack("<H", len(value)) + value) + done(0x10, count)


def logged_in():
    program = b_varchar("Microsoft SQL Server")
    return (token(0xe3, bytes([4]) + b_varchar(str(SIZE)) + b_varchar("4096")) +
            token(0xad, bytes([1]) + bytes.fromhex("74000004") + program + bytes([15, 0, 7, 0])) + done())


def prelogin():
    options = [(0, bytes.fromhex("0f0007d00000")), (1, b"\2"), (2, b"\0"), (4, b"\0")]
    at, head, data = 5 * len(options) + 1, b"", b""
    for option, content in options:
        head += struct.pack(">BHH", option, at + len(data), len(content))
        data += content
    return head + b"\xff" + data


def receive(peer, size):
    data = b""
    while len(data) < size:
        more = peer.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def message(peer):
    body = b""
    while True:
        kind, status, length = struct.unpack(">BBH", receive(peer, 8)[:4])
        body += receive(peer, length - 8)
        if status & EOM:
            return kind, body


def send(peer, body):
    parts = [body[at:at + SIZE - 8] for at in range(0, len(body), SIZE - 8)]
    peer.sendall(b"".join(struct.pack(">BBHHBB", ANSWER, EOM if n == len(parts) else 0, len(part) + 8, 51, n & 255, 0) + part
                          for n, part in enumerate(parts, 1)))


def answer(kind, body):
    """What is said, and what of it is printed."""
    text = body.decode("utf-16le", "replace").lower()
    if kind == PRELOGIN:
        return prelogin(), "prelogin"
    if kind == LOGIN:
        return logged_in(), "login"
    if kind == ATTENTION:
        return done(0x20), "attention"
    if "missing" in text:
        return error(208, 16), "batch 208"
    if "full" in text:
        return error(1105, 17), "batch 1105"
    if "select" in text:
        return rows(3), "batch ok"
    return done(0x10, 2), "batch ok"


def serve(peer):
    try:
        while True:
            said, printed = answer(*message(peer))
            send(peer, said)
            print(printed, flush=True)
    except (EOFError, ConnectionError):
        peer.close()


def main():
    server = socket.create_server(("0.0.0.0", int(sys.argv[1]) if len(sys.argv) > 1 else 1433))
    while True:
        threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()


if __name__ == "__main__":
    main()
