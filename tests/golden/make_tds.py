#!/usr/bin/env python3
"""make_tds.py - writes tds.pcap: conversations with SQL Server made of messages as [MS-TDS] has them in section 4 (pre-login,
login, batch, call, attention), and what tds_server.py answers. Nothing is random: the same script makes the same file.
"""
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e", "peers"))

import tds_server as server  # noqa: E402
from wire import Capture, Talk  # noqa: E402

PRELOGIN = bytes.fromhex("1201002f0000010000001a00060100200001020021000103002200040400260001ff"  # 4.1
                         "09000000000001" "00b80d000001")
ANSWER_4_7 = bytes.fromhex("0401003300000100810100000000002000a703000904d000340362006100720" "0d10300666f6ffd1000c1000100000000000000")
HEADERS = struct.pack("<IIHQI", 22, 18, 2, 0, 1)
HELLO = bytes.fromhex("1603010004010000000000")
DONE_PROCEDURE = b"\x79\0\0\0\0" + struct.pack("<BHHQ", 0xfe, 0, 0xe0, 0)


def packets(kind, body, size=4096):
    parts = [body[at:at + size - 8] for at in range(0, len(body), size - 8)] or [b""]
    return b"".join(struct.pack(">BBHHBB", kind, n == len(parts), len(part) + 8, 0, n & 255, 0) + part
                    for n, part in enumerate(parts, 1))


def parameter(text, size=8000):
    return b"\0\0\xe7" + struct.pack("<H", size) + server.COLLATION + struct.pack("<H", 2 * len(text)) + text.encode("utf-16le")


def call(number, *parameters):
    return packets(server.RPC, HEADERS + struct.pack("<HHH", 0xffff, number, 0) + b"".join(parameters))


def integer(value):
    return b"\0\0\x26\4\4" + struct.pack("<I", value)


class Told(Talk):
    def ask(self, asked, answered, operation, status="OK", outcome="ok", **other):
        self.says(asked)
        if answered is not None:
            self.hears(answered)
        self.capture.expected.append({"protocol": "tds", "operation": operation, "status": status, "outcome": outcome,
                                      "client_port": self.ends[0][1], "server_port": self.ends[1][1], **other})

    def batch(self, text, answer, operation, *words, **other):
        self.ask(packets(server.BATCH, HEADERS + text.encode("utf-16le")), packets(server.ANSWER, answer, 512), operation, *words,
                 **other)


def log_in(talk, encryption=b"\2"):
    talk.open()
    said = server.prelogin().replace(bytes.fromhex("0f0007d00000") + b"\2", bytes.fromhex("0f0007d00000") + encryption)
    name = {b"\0": "OFF", b"\1": "ON", b"\2": "NOT_SUP"}[encryption]
    talk.ask(PRELOGIN if encryption != b"\0" else PRELOGIN.replace(b"\0\0\0\0\0\1\0\xb8", b"\0\0\0\0\0\0\0\xb8"),
             packets(server.ANSWER, said), "PRELOGIN", "ENCRYPT_" + name, method="PRELOGIN")


def login():
    return packets(server.LOGIN, struct.pack("<I", 144) + bytes.fromhex("02000972") + bytes(136))


def in_plain(c):
    t = Told(c, ("10.0.0.1", 50000), ("10.0.0.2", 1433))
    log_in(t)
    t.ask(login(), packets(server.ANSWER, server.logged_in()), "connect", method="connect")
    t.ask(packets(server.BATCH, HEADERS + "select 'foo' as 'bar'".encode("utf-16le")), ANSWER_4_7, "SELECT", response_messages=1)
    t.batch("UPDATE [shop].[orders] SET note = 'hunter2-canary'", server.done(0x10, 7), "UPDATE shop.orders", response_messages=7)
    t.batch("SELECT note FROM orders", server.rows(30), "SELECT orders", response_messages=30)
    t.batch("SELECT * FROM missing", server.error(208, 16), "SELECT missing", "208", "client_error")
    t.batch("INSERT INTO logs VALUES (1)", server.error(1105, 17), "INSERT logs", "1105", "server_error")
    procedures(t)
    t.says(packets(server.BATCH, HEADERS + "SELECT * FROM a, b".encode("utf-16le")))
    t.ask(packets(server.ATTENTION, b""), packets(server.ANSWER, server.done(0x20)), "SELECT a, b", None, "cancelled")
    t.close()


def procedures(t):
    rows = server.rows(2)[:-13] + struct.pack("<BHHQ", 0xff, 0x11, 0xc1, 2)
    value = b"\xac\0\0\0\1\0\0\0\0\0\0\x26\4\4" + struct.pack("<I", 5)
    select = "SELECT note FROM orders WHERE id = @P1"
    t.ask(call(10, parameter(select), parameter("@P1 int"), integer(7)), packets(server.ANSWER, rows + DONE_PROCEDURE),
          "SELECT orders", response_messages=2, statement="SELECT note FROM orders WHERE id = ?")
    t.ask(call(13, b"\0\1\x26\4\0", parameter("@P1 int"), parameter(select), integer(7)),
          packets(server.ANSWER, rows + DONE_PROCEDURE[:5] + value + DONE_PROCEDURE[5:]), "SELECT orders", response_messages=2)
    t.ask(call(12, integer(5), integer(8)), packets(server.ANSWER, rows + DONE_PROCEDURE), "SELECT orders", response_messages=2)
    t.ask(call(15, integer(5)), packets(server.ANSWER, DONE_PROCEDURE), "UNPREPARE SELECT orders")
    name = "dbo.Archive2024"
    t.ask(packets(server.RPC, HEADERS + struct.pack("<H", len(name)) + name.encode("utf-16le") + b"\0\0"),
          packets(server.ANSWER, DONE_PROCEDURE), "EXEC dbo.Archive*", method="EXEC")


def encrypted(c):
    """For everything, and for the login alone: the handshake is in packets of type 0x12."""
    for number, encryption in enumerate((b"\1", b"\0")):
        t = Told(c, ("10.0.0.1", 50010 + number), ("10.0.0.2", 1433))
        log_in(t, encryption)
        t.says(packets(server.PRELOGIN, HELLO))
        t.hears(packets(server.PRELOGIN, HELLO))
        record = bytes.fromhex("1703030020") + bytes(32)
        if encryption == b"\1":
            t.says(record)
            t.hears(record)
        else:
            t.ask(record, packets(server.ANSWER, server.logged_in()), "connect")
            t.batch("SELECT 1", server.rows(1), "SELECT")
        t.close()


def main():
    os.chdir(HERE)
    c = Capture()
    in_plain(c)
    encrypted(c)
    c.write("tds")


main()
