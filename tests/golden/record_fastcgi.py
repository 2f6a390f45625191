#!/usr/bin/env python3
"""record_fastcgi.py - records fastcgi.pcap: nginx and an application (fcgiwrap), as tests/e2e/peers/fastcgi_app.py has them.
fastcgi.log has what tapgraph tells of it, once that is what nginx has logged.

usage: record_fastcgi.py TAPGRAPH   needs root, nginx, fcgiwrap, curl and tcpdump
"""
import collections
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "e2e"), os.path.join(HERE, "..", "e2e", "peers")]

import fastcgi_app  # noqa: E402
from lab import Lab, check, wait_until  # noqa: E402

KEPT = ("protocol", "client_address", "server_address", "server_port", "method", "host", "path", "operation", "status", "outcome",
        "request_bytes", "response_bytes", "trace_id", "span_id", "notes")


def main():
    capture = os.path.join(HERE, "fastcgi.pcap")
    fastcgi_app.APP = fastcgi_app.APP.replace("300000", "30000")
    with Lab("app", "web", "tap") as lab:
        fastcgi_app.start(lab)
        tcpdump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-U", "-w", lab.path("real.pcap"), "tcp")
        wait_until(lambda: os.path.exists(lab.path("real.pcap")), 20, "tcpdump runs")
        time.sleep(0.3)
        wanted = fastcgi_app.ask(lab, "hunter2-canary"[:7], 1)
        time.sleep(2)  # until all of it is on its disk
        tcpdump.terminate()
        tcpdump.wait()
        with open(capture, "wb") as file:
            file.write(open(lab.path("real.pcap"), "rb").read())
        told = lab.run("tap", os.path.abspath(sys.argv[1]), "replay", capture, "--db", lab.path("x.db"), "--log", "-")
    told = [json.loads(line) for line in told.splitlines()]
    by_tap = collections.Counter((line["method"], line["path"], line["status"]) for line in told)
    check(by_tap == wanted, f"told are {by_tap - wanted}, nginx counts {wanted - by_tap}")
    with open(os.path.join(HERE, "fastcgi.log"), "w") as file:
        for line in told:
            file.write(json.dumps({key: line[key] for key in KEPT if key in line}) + "\n")
    print(f"{len(told)} requests, as nginx counts them")


main()
