#!/usr/bin/env python3
"""record_thrift.py - records thrift.pcap: both ends of python3-thrift (tests/e2e/peers/thrift_talk.py), binary with and without
frames, and compact. thrift.log has what tapgraph tells of it, once that is what the server's journal says.

usage: record_thrift.py TAPGRAPH   needs root, python3-thrift and tcpdump
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
PORT, PYTHON = 9090, "/usr/bin/python3"
KEPT = ("protocol", "client_address", "server_address", "server_port", "method", "operation", "status", "outcome",
        "request_messages", "response_messages", "call", "notes", "stream_id")


def check_told(told, wanted):
    by_tap = collections.Counter((line["operation"], line["status"]) for line in told)
    by_server = collections.Counter((line["name"], line["status"]) for line in wanted)
    check(by_tap == by_server, f"told are {by_tap - by_server}, the server counts {by_server - by_tap}")


def main():
    capture = os.path.join(HERE, "thrift.pcap")
    with Lab("server", "client", "tap") as lab:
        lab.start("server", PYTHON, os.path.join(PEERS, "thrift_talk.py"), "server", lab.address("server"), str(PORT), lab.path("journal"))
        wait_until(lambda: f":{PORT + 2} " in lab.run("server", "ss", "-ltn"), 20, "the server listens")
        tcpdump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-U", "-w", lab.path("real.pcap"), "tcp")
        time.sleep(1)
        lab.run("client", PYTHON, os.path.join(PEERS, "thrift_talk.py"), "client", lab.address("server"), str(PORT), "hunter2-canary", "2")
        time.sleep(1.5)  # until all of it is on its disk
        tcpdump.terminate()
        tcpdump.wait()
        with open(capture, "wb") as file:
            file.write(open(lab.path("real.pcap"), "rb").read())
        wanted = list(map(json.loads, open(lab.path("journal"))))
        told = lab.run("tap", os.path.abspath(sys.argv[1]), "replay", capture, "--db", lab.path("x.db"), "--log", "-")
    told = [json.loads(line) for line in told.splitlines()]
    check_told(told, wanted)
    with open(os.path.join(HERE, "thrift.log"), "w") as file:
        for line in told:
            file.write(json.dumps({key: line[key] for key in KEPT if key in line}) + "\n")
    print(f"{len(told)} calls, as the server's journal has them")


main()
