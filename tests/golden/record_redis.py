#!/usr/bin/env python3
"""record_redis.py - records redis.pcap: commands to a redis-server, in both versions of its protocol, one of each kind.

usage: record_redis.py

What is asked and how the answer begins is written here, and the server is held to it; redis.log says no times. Needs root,
tcpdump and redis-server.
"""
import json
import os
import shutil
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab, wait_until  # noqa: E402

TALK = """
import socket, sys, time
link = socket.create_connection((sys.argv[1], 6379))
for words, begins, length in {steps}:
    link.sendall(b"*%d\\r\\n" % len(words) + b"".join(b"$%d\\r\\n%s\\r\\n" % (len(word), word) for word in words))
    heard = b""
    while len(heard) < length:
        heard += link.recv(65536)
    assert heard.startswith(begins) and len(heard) == length, (words, heard)
    time.sleep(0.002)
"""
LARGE = b"v" * 9000
STEPS = [  # what is asked, how the answer begins and how long it is, what is told of it: "operation status outcome"
    ([b"PING"], b"+PONG", 7, "PING OK ok"),
    ([b"SET", b"user:17", b"secret-value"], b"+OK", 5, "SET OK ok"),
    ([b"GET", b"user:17"], b"$12\r\nsecret-value", 19, "GET OK ok"),
    ([b"GET", b"user:18"], b"$-1", 5, "GET nil ok"),
    ([b"SET", b"large", LARGE], b"+OK", 5, "SET OK ok"),
    ([b"GET", b"large"], b"$9000", 9009, "GET OK ok"),
    ([b"INCR", b"n"], b":1", 4, "INCR OK ok"),
    ([b"INCR", b"user:17"], b"-ERR value is not an integer", 46, "INCR ERR client_error"),
    ([b"LPUSH", b"user:17", b"x"], b"-WRONGTYPE", 68, "LPUSH WRONGTYPE client_error"),
    ([b"HSET", b"cart:1", b"apple", b"2"], b":1", 4, "HSET OK ok"),
    ([b"HGETALL", b"cart:1"], b"*2", 22, "HGETALL OK ok"),
    ([b"MULTI"], b"+OK", 5, "MULTI OK ok"),
    ([b"INCR", b"n"], b"+QUEUED", 9, "INCR QUEUED ok"),
    ([b"EXEC"], b"*1\r\n:2", 8, "EXEC OK ok"),
    ([b"CONFIG", b"GET", b"port"], b"*2", 24, "CONFIG GET OK ok"),
]
STEPS_3 = [  # after HELLO 3, whose answer depends on the server
    ([b"GET", b"user:18"], b"_", 3, "GET nil ok"),
    ([b"HGETALL", b"cart:1"], b"%1", 22, "HGETALL OK ok"),
    ([b"SELECT", b"99"], b"-ERR DB index is out of range", 31, "SELECT ERR client_error"),
]


def talk(lab, steps):
    lab.run("client", "python3", "-c", TALK.replace("{steps}", repr([step[:3] for step in steps])), lab.address("server"))


def hello(lab):
    """The length of what the server says to HELLO 3."""
    ask = ("import socket, sys, time; link = socket.create_connection((sys.argv[1], 6379)); "
           "link.sendall(b'*2\\r\\n$5\\r\\nHELLO\\r\\n$1\\r\\n3\\r\\n'); time.sleep(0.3); print(len(link.recv(65536)))")
    return int(lab.run("client", "python3", "-c", ask, lab.address("server")))


def record(lab):
    lab.start("server", "redis-server", "--bind", lab.address("server"), "--protected-mode", "no", "--save", "", "--dir",
              lab.folder)
    wait_until(lambda: ":6379 " in lab.run("server", "ss", "-ltn"), 20, "redis-server listens")
    length = hello(lab)
    path = lab.path("redis.pcap")
    dump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-U", "-w", path, "tcp", "port", "6379")
    wait_until(lambda: os.path.exists(path) and os.path.getsize(path) >= 24, 20, "tcpdump runs")
    time.sleep(0.3)
    with_hello = [([b"HELLO", b"3"], b"%", length, "HELLO OK ok"), *STEPS_3]
    for steps in (STEPS, with_hello):
        talk(lab, steps)
    time.sleep(1.5)  # until all of it is on its disk
    dump.terminate()
    dump.wait()
    with open(f"{HERE}/redis.log", "w") as log:
        for step in STEPS + with_hello:
            operation, status, outcome = step[3].rsplit(" ", 2)
            log.write(json.dumps({"protocol": "redis", "method": operation, "operation": operation, "status": status,
                                  "outcome": outcome, "client_address": lab.address("client"),
                                  "server_address": lab.address("server")}) + "\n")
    shutil.move(path, f"{HERE}/redis.pcap")


if __name__ == "__main__":
    with Lab("server", "client", "tap") as lab:
        record(lab)
