#!/usr/bin/env python3
"""record_mongodb.py - records mongodb.pcap: pymongo with the server of tests/e2e/peers, which keeps a journal. mongodb.log has
what tapgraph tells of it, once that is what the journal says: who asked for what, and errors.

usage: record_mongodb.py TAPGRAPH   needs root, python3-pymongo and tcpdump
"""
import collections
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab, check, wait_until  # noqa: E402

PEERS = os.path.join(HERE, "..", "e2e", "peers")
PORT, PYTHON = 27017, "/usr/bin/python3"
KEPT = ("protocol", "client_address", "server_address", "server_port", "method", "operation", "status", "outcome",
        "request_messages", "response_messages", "call", "notes", "stream_id")


def check_told(told, wanted):
    by_tap = collections.Counter((line["method"], line.get("status") or "") for line in told)
    by_server = collections.Counter(("{compressed}", "") if line["compressed"] else
                                    (line["command"], line["error"] if line["answered"] else "") for line in wanted)
    check(by_tap == by_server, f"told are {by_tap - by_server}, the server counts {by_server - by_tap}")


def main():
    capture = os.path.join(HERE, "mongodb.pcap")
    with Lab("server", "client", "tap") as lab:
        lab.start("server", PYTHON, os.path.join(PEERS, "mongodb_server.py"), lab.address("server"), str(PORT), lab.path("journal"))
        wait_until(lambda: f":{PORT} " in lab.run("server", "ss", "-ltn"), 20, "the server listens")
        tcpdump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-U", "-w", lab.path("real.pcap"), "tcp")
        time.sleep(1)
        lab.run("client", PYTHON, os.path.join(PEERS, "mongodb_client.py"), lab.address("server"), str(PORT), "hunter2-canary")
        time.sleep(0.5)
        tcpdump.terminate()
        tcpdump.wait()
        with open(capture, "wb") as file:
            file.write(open(lab.path("real.pcap"), "rb").read())
        wanted = list(map(json.loads, open(lab.path("journal"))))
        told = lab.run("tap", os.path.abspath(sys.argv[1]), "replay", capture, "--db", lab.path("x.db"), "--log", "-")
    told = [json.loads(line) for line in told.splitlines()]
    check_told(told, wanted)
    with open(os.path.join(HERE, "mongodb.log"), "w") as file:
        for line in told:
            file.write(json.dumps({key: line[key] for key in KEPT if key in line}) + "\n")
    print(f"{len(told)} commands, as the server's journal has them")


main()
