#!/usr/bin/env python3
"""record_smtp.py - records smtp.pcap: smtplib with the server of tests/e2e/peers (aiosmtpd). smtp.log has what tapgraph tells
of it, once that is what the client has sent and was answered.

usage: record_smtp.py TAPGRAPH   needs root, python3-aiosmtpd and tcpdump
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
PORT, PYTHON = 2525, "/usr/bin/python3"
KEPT = ("protocol", "client_address", "server_address", "server_port", "method", "operation", "status", "outcome",
        "request_bytes", "response_bytes", "response_messages", "call", "notes")


def main():
    capture = os.path.join(HERE, "smtp.pcap")
    with Lab("server", "client", "tap") as lab:
        lab.run("server", "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=mail.shop", "-days", "9",
                "-keyout", lab.path("mail.pem"), "-out", lab.path("crt.pem"))
        with open(lab.path("mail.pem"), "a") as file:
            file.write(open(lab.path("crt.pem")).read())
        lab.start("server", PYTHON, os.path.join(PEERS, "smtp_server.py"), lab.address("server"), str(PORT), lab.path("mail.pem"))
        wait_until(lambda: f":{PORT + 1} " in lab.run("server", "ss", "-ltn"), 20, "the server listens")
        tcpdump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-U", "-w", lab.path("real.pcap"), "tcp")
        time.sleep(1)
        sent = lab.run("client", PYTHON, os.path.join(PEERS, "smtp_client.py"), lab.address("server"), str(PORT),
                       "hunter2-canary", "1", "in-turn").splitlines()
        time.sleep(2)  # until all of it is on its disk
        tcpdump.terminate()
        tcpdump.wait()
        with open(capture, "wb") as file:
            file.write(open(lab.path("real.pcap"), "rb").read())
        told = lab.run("tap", os.path.abspath(sys.argv[1]), "replay", capture, "--db", lab.path("x.db"), "--log", "-")
    told = [json.loads(line) for line in told.splitlines()]
    by_tap = collections.Counter(f"{line['operation']} {line['status']}" for line in told if line["protocol"] == "smtp")
    by_client = collections.Counter(sent)
    check(by_tap == by_client, f"told are {by_tap - by_client}, the client counts {by_client - by_tap}")
    with open(os.path.join(HERE, "smtp.log"), "w") as file:
        for line in told:
            file.write(json.dumps({key: line[key] for key in KEPT if key in line}) + "\n")
    print(f"{len(told)} commands, as the client has sent them")


main()
