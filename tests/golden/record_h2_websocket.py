#!/usr/bin/env python3
"""record_h2_websocket.py - records h2-websocket.pcap: WebSocket over HTTP/2 between node's client and server (tests/e2e/peers).
h2-websocket.log has what tapgraph tells of it, once that is what the client saw.

usage: record_h2_websocket.py TAPGRAPH   needs root, node and tcpdump
"""
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab, check, wait_until  # noqa: E402

PEER = os.path.join(HERE, "..", "e2e", "peers", "h2_websocket.mjs")
PORT = 8080
KEPT = ("protocol", "client_address", "server_address", "server_port", "method", "operation", "host", "path", "status", "outcome",
        "request_messages", "response_messages", "call", "notes", "stream_id")


def main():
    capture = os.path.join(HERE, "h2-websocket.pcap")
    with Lab("server", "client", "tap") as lab:
        lab.start("server", "node", PEER, "server", lab.address("server"), str(PORT))
        wait_until(lambda: f":{PORT} " in lab.run("server", "ss", "-ltn"), 20, "the server listens")
        tcpdump = lab.start("tap", "tcpdump", "--immediate-mode", "-i", "eth0", "-s", "0", "-U", "-w", lab.path("real.pcap"), "tcp")
        time.sleep(1)
        said = lab.run("client", "node", PEER, "client", lab.address("server"), str(PORT), "hunter2-canary", "1", "1")
        time.sleep(1)
        tcpdump.terminate()
        tcpdump.wait()
        with open(capture, "wb") as file:
            file.write(open(lab.path("real.pcap"), "rb").read())
        told = lab.run("tap", os.path.abspath(sys.argv[1]), "replay", capture, "--db", lab.path("x.db"), "--log", "-")
    told = [json.loads(line) for line in told.splitlines()]
    with open(os.path.join(HERE, "h2-websocket.log"), "w") as file:
        for line in told:
            file.write(json.dumps({key: line[key] for key in KEPT if key in line}) + "\n")
    seen = {line["path"]: line for line in map(json.loads, said.splitlines())}
    calls = [line for line in told if line["method"] == "WEBSOCKET"]
    check(len(calls) == 3 and len(told) == 4 + 3 + sum(one["pongs"] for one in seen.values()), f"{told}")
    for line in calls:
        one = seen[line["path"]]
        counted = line["request_messages"], line["response_messages"], line["status"]
        check(counted == (one["sent"], one["received"], str(one["code"])), f"{line}, {one}")
    print(f"{len(told)} exchanges as the client saw them")


main()
