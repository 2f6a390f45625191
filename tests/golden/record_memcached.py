#!/usr/bin/env python3
"""record_memcached.py - records memcached.pcap: text, meta and binary commands at a Memcached server, one of each kind.

usage: record_memcached.py

What is asked and how it is answered is written here, and the server is held to it; X.log says no times. Needs root,
tcpdump and memcached.
"""
import json
import os
import shutil
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab, wait_until  # noqa: E402

TALK = """
import socket, sys, time
link = socket.create_connection((sys.argv[1], 11211))
for asked, answered in {steps}:
    link.sendall(asked)
    heard = b""
    while len(heard) < len(answered):
        heard += link.recv(4096)
    assert heard == answered, (asked, heard)
    time.sleep(0.002)
"""


def frame(magic, opcode, key=b"", extras=b"", value=b"", status=0, opaque=0, cas=0):
    body = extras + key + value
    return struct.pack(">BBHBBHIIQ", magic, opcode, len(key), len(extras), 0, status, len(body), opaque, cas) + body


def ask(opcode, key=b"", extras=b"", value=b"", opaque=0):
    return frame(0x80, opcode, key, extras, value, opaque=opaque)


def tell(opcode, key=b"", extras=b"", value=b"", status=0, opaque=0, cas=0):
    return frame(0x81, opcode, key, extras, value, status, opaque, cas)


LARGE = b"v" * 9000
TEXT = [  # what is asked, what is answered, what is told of it, as "operation status outcome"
    (b"set user:17 0 60 5\r\nhello\r\n", b"STORED\r\n", ["set STORED ok"]),
    (b"add user:17 0 60 1\r\nx\r\n", b"NOT_STORED\r\n", ["add NOT_STORED ok"]),
    (b"get user:17\r\n", b"VALUE user:17 0 5\r\nhello\r\nEND\r\n", ["get VALUE ok"]),
    (b"get user:17 user:18\r\n", b"VALUE user:17 0 5\r\nhello\r\nEND\r\n", ["get VALUE ok"]),
    (b"get user:18\r\n", b"END\r\n", ["get END ok"]),
    (b"set large 0 0 9000\r\n" + LARGE + b"\r\n", b"STORED\r\n", ["set STORED ok"]),
    (b"get large\r\n", b"VALUE large 0 9000\r\n" + LARGE + b"\r\nEND\r\n", ["get VALUE ok"]),
    (b"touch large 60 noreply\r\ntouch large 60\r\n", b"TOUCHED\r\n", ["touch None ok", "touch TOUCHED ok"]),
    (b"ms cart:1 2 T60\r\nhi\r\n", b"HD\r\n", ["ms HD ok"]),
    (b"mg cart:1 v\r\n", b"VA 2\r\nhi\r\n", ["mg VA ok"]),
    (b"mg cart:2 v\r\n", b"EN\r\n", ["mg EN ok"]),
    (b"verbosity\r\n", b"ERROR\r\n", ["verbosity ERROR client_error"]),
    (b"set n 0 0 2\r\n41\r\n", b"STORED\r\n", ["set STORED ok"]),
    (b"incr n 1\r\n", b"42\r\n", ["incr OK ok"]),
    (b"incr user:17 1\r\n", b"CLIENT_ERROR cannot increment or decrement non-numeric value\r\n",
     ["incr CLIENT_ERROR client_error"]),
    (b"delete n\r\n", b"DELETED\r\n", ["delete DELETED ok"]),
    (b"delete n\r\n", b"NOT_FOUND\r\n", ["delete NOT_FOUND ok"]),
    (b"mg cart:2 v q O1\r\nmg cart:1 v q O2\r\nms cart:3 1 q\r\nx\r\nmn\r\n", b"VA 2 O2\r\nhi\r\nMN\r\n",
     ["mg EN ok", "mg VA ok", "ms HD ok", "mn MN ok"]),
]
BINARY = [
    (ask(0x01, b"k", bytes(8), b"value", 1), tell(0x01, opaque=1, cas=7), ["set OK ok"]),
    (ask(0x00, b"k", opaque=2), tell(0x00, extras=bytes(4), value=b"value", opaque=2, cas=7), ["get OK ok"]),
    (ask(0x00, b"none", opaque=3), tell(0x00, value=b"Not found", status=1, opaque=3), ["get KEY_ENOENT ok"]),
    (ask(0x0d, b"none", opaque=4) + ask(0x0d, b"k", opaque=5) + ask(0x0a, opaque=6),
     tell(0x0d, b"k", bytes(4), b"value", opaque=5, cas=7) + tell(0x0a, opaque=6),
     ["getkq KEY_ENOENT ok", "getkq OK ok", "noop OK ok"]),
    (ask(0x05, b"k", struct.pack(">QQI", 1, 0, 0), opaque=7),
     tell(0x05, value=b"Non-numeric server-side value for incr or decr", status=6, opaque=7),
     ["incr DELTA_BADVAL client_error"]),
    (ask(0x17, opaque=8), b"", ["quitq None ok"]),
]


def record(lab):
    lab.start("server", "memcached", "-u", "nobody", "-l", lab.address("server"), "-U", "0")
    wait_until(lambda: ":11211 " in lab.run("server", "ss", "-ltn"), 20, "memcached listens")
    path = lab.path("memcached.pcap")
    dump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-U", "-w", path, "tcp", "port", "11211")
    wait_until(lambda: os.path.exists(path) and os.path.getsize(path) >= 24, 20, "tcpdump runs")
    time.sleep(0.3)
    expected = []
    for steps in (TEXT, BINARY):
        talk = TALK.replace("{steps}", repr([step[:2] for step in steps]))
        lab.run("client", "python3", "-c", talk, lab.address("server"))
        expected += [line for step in steps for line in step[2]]
    time.sleep(1.5)  # until all of it is on its disk
    dump.terminate()
    dump.wait()
    with open(f"{HERE}/memcached.log", "w") as log:
        for line in expected:
            operation, status, outcome = line.split()
            log.write(json.dumps({"protocol": "memcached", "method": operation, "operation": operation,
                                  "status": None if status == "None" else status, "outcome": outcome,
                                  "client_address": lab.address("client"), "server_address": lab.address("server")}) + "\n")
    shutil.move(path, f"{HERE}/memcached.pcap")


with Lab("server", "client", "tap") as lab:
    record(lab)
