#!/usr/bin/env python3
"""record_clickhouse.py - records clickhouse.pcap: Debian's clickhouse-client and curl with Debian's clickhouse-server, compressed
and not, whose query log is kept. clickhouse.log has what tapgraph tells of it, once that is what the server's log says.

usage: record_clickhouse.py TAPGRAPH   needs root, clickhouse-server, clickhouse-client, curl and tcpdump
"""
import collections
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from clickhouse_lab import Server  # noqa: E402
from lab import Lab, check  # noqa: E402

SECRET = "hunter2-canary"
KEPT = ("protocol", "client_address", "server_address", "server_port", "method", "operation", "status", "outcome", "path",
        "statement", "request_messages", "response_messages", "call", "notes", "stream_id")
TABLE = ("CREATE TABLE shop.orders (id UInt32, card String, tags Array(LowCardinality(String)), n Nullable(Int64), "
         "e Enum8('new' = 1), t Tuple(String, Date)) ENGINE = Memory")
ROWS = f"(1, '{SECRET}', ['a', 'b'], NULL, 'new', ('x', 0)), (2, 'bob', [], 7, 'new', ('y', 1))"


def traffic(server):
    server.ask(f"INSERT INTO shop.orders VALUES {ROWS}", 0)
    server.ask(f"SELECT * FROM shop.orders WHERE card = '{SECRET}'; SELECT uniqState(id) FROM shop.orders FORMAT Null; "
               "SELECT count() FROM shop.orders WITH TOTALS", 0)
    server.ask("INSERT INTO shop.copy SELECT id FROM shop.orders; SELECT * FROM shop.orders; SELECT nothing FROM shop.orders", 1,
               fails=True)
    server.ask("SELECT 1", 0, password=f"not-{SECRET}", fails=True)
    server.http(f"SELECT id FROM shop.orders WHERE card = '{SECRET}'")
    server.http("INSERT INTO shop.orders (id, card) FORMAT CSV", body=f'3,"{SECRET}"\n')
    server.http(None, body="SELECT nothing FROM shop.orders")


def check_told(told, wanted):
    by_server = collections.Counter((line["query"].split()[0].upper(), line["exception"][6:].split(",")[0] or "OK") for line in wanted)
    by_tap = collections.Counter((line["operation"].split()[0], line["status"]) for line in told
                                 if line["protocol"] == "clickhouse" and line["operation"] not in ("ping", "connect"))
    by_tap.update((line["operation"].split()[0], "OK" if line["status"] == "200" else "47") for line in told
                  if line["protocol"] == "http")
    check(by_tap == by_server, f"told are {by_tap - by_server}, the server counts {by_server - by_tap}")


def main():
    capture = os.path.join(HERE, "clickhouse.pcap")
    with Lab("server", "client", "tap") as lab:
        server = Server(lab, SECRET)
        for text in ("CREATE DATABASE shop", TABLE, "CREATE TABLE shop.copy (id UInt32) ENGINE = Memory"):
            server.ask(text, 0)
        skipped = len(server.journal())
        tcpdump = lab.start("tap", "tcpdump", "--immediate-mode", "-i", "eth0", "-s", "0", "-U", "-w", lab.path("real.pcap"), "tcp")
        time.sleep(1)
        traffic(server)
        time.sleep(0.5)
        tcpdump.terminate()
        tcpdump.wait()
        with open(capture, "wb") as file:
            file.write(open(lab.path("real.pcap"), "rb").read())
        wanted = server.journal()[skipped:]
        told = lab.run("tap", os.path.abspath(sys.argv[1]), "replay", capture, "--db", lab.path("x.db"), "--log", "-")
    check(SECRET not in told, "no value gets into the log")
    told = [json.loads(line) for line in told.splitlines()]
    with open(os.path.join(HERE, "clickhouse.log"), "w") as file:
        for line in told:
            file.write(json.dumps({key: line[key] for key in KEPT if key in line}) + "\n")
    check_told(told, wanted)
    print(f"{len(told)} statements and the like, as the server's log has them")


main()
