#!/usr/bin/env python3
"""cassandra_server.py - a server of Cassandra's native protocol, versions 4 and 5, as far as its drivers need one; written
by hand after the specification. Every request becomes a line of its journal: opcode, text (of what is executed that which was
prepared), status, rows.

usage: cassandra_server.py ADDRESS PORT JOURNAL

What it answers depends on the table: shop.slow after 50 ms, shop.unavailable and the like with that error, others of which a
SELECT is asked with three rows of 1,000 bytes each. It forgets what is prepared about shop.forgotten once.
"""
import binascii
import hashlib
import json
import re
import socket
import struct
import sys
import threading

ERROR, STARTUP, READY, AUTHENTICATE, OPTIONS, SUPPORTED, QUERY, RESULT, PREPARE, EXECUTE, REGISTER, EVENT, BATCH, \
    AUTH_CHALLENGE, AUTH_RESPONSE, AUTH_SUCCESS = 0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
NAMES = {STARTUP: "STARTUP", OPTIONS: "OPTIONS", QUERY: "QUERY", PREPARE: "PREPARE", EXECUTE: "EXECUTE", REGISTER: "REGISTER",
         BATCH: "BATCH", AUTH_RESPONSE: "AUTH_RESPONSE"}
TEXT, UUID, INET = 0x0D, 0x0C, 0x10
LOCAL = [("key", TEXT, b"local"), ("cluster_name", TEXT, b"lab"), ("data_center", TEXT, b"dc1"), ("rack", TEXT, b"r1"),
         ("partitioner", TEXT, b"org.apache.cassandra.dht.Murmur3Partitioner"), ("release_version", TEXT, b"4.1.0"),
         ("host_id", UUID, bytes(range(16))), ("schema_version", UUID, bytes(16)), ("cql_version", TEXT, b"3.4.6")]
ERRORS = {"unavailable": (0x1000, struct.pack(">Hii", 1, 3, 1)), "late": (0x1200, struct.pack(">HiiB", 1, 0, 1, 0)),
          "overloaded": (0x1001, b""), "missing": (0x2200, b""), "sealed": (0x2100, b""), "wrong": (0x2000, b"")}
STATUS = {0x1000: "UNAVAILABLE", 0x1200: "READ_TIMEOUT", 0x1001: "OVERLOADED", 0x2200: "INVALID", 0x2100: "UNAUTHORIZED",
          0x2000: "SYNTAX_ERROR", 0x2500: "UNPREPARED", 0x0100: "BAD_CREDENTIALS", None: "OK"}
SEGMENT_MAX = (1 << 17) - 1


def string(text):
    return struct.pack(">H", len(text)) + text.encode()


def table_of(text):
    found = re.search(r"(?:FROM|INTO|UPDATE)\s+([\w.]+)", text)
    return found.group(1) if found else ""


def columns(names, table="shop.orders"):
    return b"".join(map(string, table.split("."))) + b"".join(string(name) + struct.pack(">H", kind) for name, kind in names)


def rows(names, values, skip_metadata=False):
    head = struct.pack(">iii", 2, 4 if skip_metadata else 1, len(names))
    cells = b"".join(struct.pack(">i", len(cell)) + cell for row in values for cell in row)
    return head + (b"" if skip_metadata else columns(names)) + struct.pack(">i", len(values)) + cells


def crc24(data):
    crc = 0x875060
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1974F0B
    return crc


def segment(payload, whole):
    head = (len(payload) | whole << 17).to_bytes(3, "little")
    tail = binascii.crc32(payload, binascii.crc32(b"\xfa\x2d\x55\xca"))
    return head + crc24(head).to_bytes(3, "little") + payload + tail.to_bytes(4, "little")


class Server:
    def __init__(self, journal):
        self.journal, self.lock, self.prepared, self.forgotten = open(journal, "w"), threading.Lock(), {}, set()

    def note(self, opcode, text, code, count):
        with self.lock:
            self.journal.write(json.dumps({"opcode": NAMES[opcode], "text": text, "status": STATUS[code], "rows": count}) + "\n")
            self.journal.flush()


class Link:
    def __init__(self, server, link):
        self.server, self.link, self.framed, self.lock = server, link, False, threading.Lock()
        self.have = b""

    def take(self, size):
        data = b""
        while len(data) < size:
            more = self.link.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def read(self, size):
        while self.framed and len(self.have) < size:
            head = self.take(6)
            assert crc24(head[:3]) == int.from_bytes(head[3:], "little")
            self.have += self.take(int.from_bytes(head[:3], "little") & SEGMENT_MAX)
            self.take(4)
        if not self.framed:
            return self.take(size)
        data, self.have = self.have[:size], self.have[size:]
        return data

    def send(self, version, stream, opcode, body, bare=False, flags=0):
        data = struct.pack(">BBhBi", 0x80 | version, flags, stream, opcode, len(body)) + body
        if self.framed and not bare:
            parts = [data[at:at + SEGMENT_MAX] for at in range(0, len(data), SEGMENT_MAX)]
            data = b"".join(segment(part, len(parts) == 1) for part in parts)
        with self.lock:
            self.link.sendall(data)

    def serve(self):
        try:
            while True:
                version, flags, stream, opcode, size = struct.unpack(">BBhBi", self.read(9))
                self.answer(version, stream, opcode, self.read(size))
        except (EOFError, OSError):
            self.link.close()

    def answer(self, version, stream, opcode, body):
        if opcode in (QUERY, PREPARE, EXECUTE, BATCH):
            self.statement(version, stream, opcode, body)
            return
        reply, code = b"", None
        if opcode == OPTIONS:
            back, reply = SUPPORTED, struct.pack(">H", 2) + string("CQL_VERSION") + struct.pack(">H", 1) + string("3.4.6") \
                + string("COMPRESSION") + struct.pack(">H", 1) + string("lz4")
        elif opcode == STARTUP:
            back, reply = AUTHENTICATE, string("org.apache.cassandra.auth.PasswordAuthenticator")
        elif opcode == AUTH_RESPONSE and b"alice" not in body:
            back, code, reply = ERROR, 0x100, struct.pack(">i", 0x100) + string(repr(body))
        elif opcode == AUTH_RESPONSE:
            back, reply = AUTH_SUCCESS, struct.pack(">i", -1)
        else:
            back = READY
        self.server.note(opcode, "", code, 0)
        self.send(version, stream, back, reply)
        if opcode == REGISTER:
            self.send(version, -1, EVENT, string("STATUS_CHANGE") + string("UP") + b"\x04\x0a\x4d\x00\x01" + struct.pack(">i", 9042))
        if opcode == STARTUP and version == 5:
            self.framed = True

    def statement(self, version, stream, opcode, body):
        if opcode in (QUERY, PREPARE):
            size, = struct.unpack_from(">i", body)
            text = body[4:4 + size].decode()
        elif opcode == EXECUTE:
            size, = struct.unpack_from(">H", body)
            text = self.server.prepared[body[2:2 + size]]
        else:
            text = ""
        table = table_of(text)
        if opcode == EXECUTE and table == "shop.forgotten" and text not in self.server.forgotten:
            self.server.forgotten.add(text)
            self.server.note(opcode, text, 0x2500, 0)
            self.send(version, stream, ERROR, struct.pack(">i", 0x2500) + string(text) + body[:2 + size])
            return
        delay = 0.05 if table == "shop.slow" else 0
        threading.Timer(delay, self.finish, (version, stream, opcode, text, table)).start() if delay else \
            self.finish(version, stream, opcode, text, table)

    def finish(self, version, stream, opcode, text, table):
        name, flags, count = table.split(".")[-1], 0, 0
        code, more = ERRORS.get(name, (None, b""))
        if code and opcode != PREPARE:
            reply = struct.pack(">i", code) + string(f"of {text}, nothing") + more
        elif opcode == PREPARE:
            code, reply = None, self.prepare(version, text, table)
        elif table == "system.local":
            count, reply = 1, rows([(name, kind) for name, kind, _ in LOCAL], [[value for _, _, value in LOCAL]])
        elif table.startswith("system"):
            reply = rows([("peer", INET)], [])
        elif text.startswith("SELECT"):
            wide = 100_000 if name == "wide" else 1000
            count, reply = 3, rows([("id", TEXT), ("data", TEXT)], [[b"x" * 8, b"y" * wide]] * 3, opcode == EXECUTE)
        elif text.startswith("USE"):
            reply = struct.pack(">i", 3) + string(text.split()[1].strip('"'))
        else:
            reply = struct.pack(">i", 1)
        if name == "warned":
            flags, reply = 8, struct.pack(">H", 1) + string("Read 5000 tombstones") + reply
        self.server.note(opcode, text, code, count)
        self.send(version, stream, ERROR if code else RESULT, reply, flags=flags)

    def prepare(self, version, text, table):
        identity = hashlib.md5(text.encode()).digest()
        self.server.prepared[identity] = text
        names = [(f"c{n}", TEXT) for n in range(text.count("?"))]
        result = struct.pack(">i", 4) + struct.pack(">H", 16) + identity
        if version == 5:
            result += struct.pack(">H", 16) + identity
        table = table if "." in table else "shop." + table
        result += struct.pack(">iii", 1, len(names), 0) + columns(names, table)
        if not text.startswith("SELECT"):
            return result + struct.pack(">ii", 4, 0)
        return result + struct.pack(">ii", 1, 2) + columns([("id", TEXT), ("data", TEXT)], table)


def main():
    address, port, journal = sys.argv[1:]
    server = Server(journal)
    listening = socket.create_server((address, int(port)))
    while True:
        link, _ = listening.accept()
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=Link(server, link).serve, daemon=True).start()


main()
