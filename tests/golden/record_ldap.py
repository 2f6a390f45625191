#!/usr/bin/env python3
"""record_ldap.py - records ldap.pcap: ldap-utils with OpenLDAP's slapd, as tests/e2e/peers/ldap_shop.py has them. ldap.log has
what tapgraph tells of it, once that is what the clients have asked for and got.

usage: record_ldap.py TAPGRAPH   needs root, slapd, ldap-utils and tcpdump
"""
import collections
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "e2e"), os.path.join(HERE, "..", "e2e", "peers")]

import ldap_shop  # noqa: E402
from lab import Lab, check, wait_until  # noqa: E402

KEPT = ("protocol", "client_address", "server_address", "server_port", "method", "operation", "status", "outcome",
        "request_bytes", "response_bytes", "response_messages", "call", "notes")


def main():
    capture = os.path.join(HERE, "ldap.pcap")
    ldap_shop.PEOPLE = 6
    with Lab("server", "client", "tap") as lab:
        ldap_shop.start(lab, "hunter2-canary")
        tcpdump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-U", "-w", lab.path("real.pcap"), "tcp")
        wait_until(lambda: os.path.exists(lab.path("real.pcap")), 20, "tcpdump runs")
        time.sleep(0.3)
        wanted, _ = ldap_shop.use(lab, "hunter2-canary", few=True)
        time.sleep(2)  # until all of it is on its disk
        tcpdump.terminate()
        tcpdump.wait()
        with open(capture, "wb") as file:
            file.write(open(lab.path("real.pcap"), "rb").read())
        told = lab.run("tap", os.path.abspath(sys.argv[1]), "replay", capture, "--db", lab.path("x.db"), "--log", "-")
    told = [json.loads(line) for line in told.splitlines()]
    by_tap = collections.Counter((line["operation"], line.get("status")) for line in told)
    check(by_tap == wanted, f"told are {by_tap - wanted}, the clients count {wanted - by_tap}")
    with open(os.path.join(HERE, "ldap.log"), "w") as file:
        for line in told:
            file.write(json.dumps({key: line[key] for key in KEPT if key in line}) + "\n")
    print(f"{len(told)} operations, as the clients count them")


main()
