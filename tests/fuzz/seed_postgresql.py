#!/usr/bin/env python3
"""seed_postgresql.py DIR - writes inputs of fuzz_decoder_postgresql (fuzz_decoder.c says what they are made of): a
conversation for each thing that the protocol can do."""
import pathlib
import struct
import sys

ASKS, TOLD, GAP_ASKED, GAP_TOLD, END_ASKED, END_TOLD, JOINED = 0, 1, 2, 3, 4, 5, 128


def message(kind, body=b""):
    return kind.encode() + struct.pack(">I", len(body) + 4) + body


def start(*words, version=0x30000):
    body = struct.pack(">I", version) + b"".join(word.encode() + b"\0" for word in words) + (b"\0" if words else b"")
    return struct.pack(">I", len(body) + 4) + body


def record(what, *parts):
    data = b"".join(parts)
    pieces = [data[at:at + 255] for at in range(0, len(data), 255)] or [b""]
    return b"".join(bytes([what, len(piece)]) + piece for piece in pieces)


def query(text):
    return message("Q", text.encode() + b"\0")


def parse(name, text):
    return message("P", name.encode() + b"\0" + text.encode() + b"\0\0\0")


def bind(portal="", name=""):
    return message("B", portal.encode() + b"\0" + name.encode() + b"\0\0\0\0\1\0\0\0\x015\0\0")


def execute(portal="", rows=0):
    return message("E", portal.encode() + b"\0" + struct.pack(">I", rows))


def tag(text):
    return message("C", text.encode() + b"\0")


def error(code, severity="ERROR"):
    return message("E", f"S{severity}\0V{severity}\0C{code}\0Mno\0\0".encode())


SYNC, FLUSH, READY, ROW = message("S"), message("H"), message("Z", b"I"), message("D", b"\0\1\0\0\0\x015")
COLUMNS = message("T", b"\0\1a\0" + struct.pack(">IHIHIH", 0, 0, 23, 4, 0xffffffff, 0))
CONNECTED = record(ASKS, start("user", "me")) + record(TOLD, message("R", b"\0\0\0\0"), message("K", b"\0" * 8), READY)
NO = record(ASKS, start(version=80877103)) + record(TOLD, b"N")
SEEDS = {
    "connect": NO + record(ASKS, start("user", "me")) + record(TOLD, message("R", b"\0\0\0\x05abcd")) +
    record(ASKS, message("p", b"md5\0")) + record(TOLD, error("28P01", "FATAL")) + record(END_TOLD),
    "cancel": record(ASKS, start(version=80877102)[:3] + b"\x10" + struct.pack(">III", 80877102, 1, 2)) + record(END_TOLD),
    "simple": CONNECTED + record(ASKS, query("BEGIN; SELECT 'a' FROM t; COMMIT")) +
    record(TOLD, tag("BEGIN"), COLUMNS, ROW, tag("SELECT 1"), message("N", b"C00000\0\0"), tag("COMMIT"), READY),
    "extended": CONNECTED + record(ASKS, parse("s", "SELECT a FROM t WHERE b = $1"), message("D", b"Ss\0"), FLUSH) +
    record(TOLD, message("1"), message("t", b"\0\0"), COLUMNS) + record(ASKS, bind("p", "s"), execute("p", 1), SYNC) +
    record(TOLD, message("2"), ROW, message("s"), READY) + record(ASKS, message("C", b"Pp\0"), SYNC) +
    record(TOLD, message("3"), READY),
    "pipeline": CONNECTED + record(ASKS, *3 * [parse("", "INSERT INTO t VALUES ($1)"), bind(), execute()], SYNC, query("SELECT 1")) +
    record(TOLD, message("1"), message("2"), tag("INSERT 0 1"), error("23505"), READY, tag("SELECT 1"), READY),
    "copy": CONNECTED + record(ASKS, parse("", "COPY t FROM STDIN"), bind(), execute(), SYNC) +
    record(TOLD, message("1"), message("2"), message("G", b"\0\0\0")) + record(ASKS, message("d", b"1\n"), message("c"), SYNC) +
    record(TOLD, tag("COPY 1"), READY) + record(ASKS, query("COPY t TO STDOUT")) +
    record(TOLD, message("H", b"\0\0\0"), message("d", b"1\n"), message("c"), tag("COPY 1"), READY),
    "replication": record(ASKS, start("user", "me", "replication", "true")) + record(TOLD, message("R", b"\0\0\0\0"), READY) +
    record(ASKS, query("START_REPLICATION 0/0")) + record(TOLD, message("W", b"\0\0\0"), message("d", b"w1")) +
    record(ASKS, message("d", b"r1")) + record(END_ASKED),
    "notify": CONNECTED + record(ASKS, query("LISTEN a")) + record(TOLD, tag("LISTEN"), READY, message("A", b"\0\0\0\1a\0b\0")),
    "gaps": CONNECTED + record(ASKS, query("SELECT 1")) + record(GAP_TOLD, b"x") + record(TOLD, tag("SELECT 1"), READY) +
    record(GAP_ASKED, b"x") + record(ASKS, query("SELECT 2")) + record(TOLD, ROW, tag("SELECT 1"), READY),
    "function": CONNECTED + record(ASKS, message("F", b"\0\0\0\1\0\0\0\0\0\0")) + record(TOLD, message("V", b"\xff" * 4), READY),
}

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, data in SEEDS.items():
    (folder / name).write_bytes(b"\0" + data)
(folder / "joined").write_bytes(bytes([JOINED]) + record(ASKS, query("SELECT 1")) + record(TOLD, tag("SELECT 1"), READY))
