#!/usr/bin/env python3
"""compare_queues.py - holds what is told of AMQP, MQTT and NATS in the captures of a corpus against the single messages that its
truth files name: each that asks, publishes or delivers something is told once, with the name that it is about.

usage: compare_queues.py TAPGRAPH CORPUS
"""
import collections
import glob
import json
import os
import subprocess
import sys
import tempfile

VERBS = {"Basic.Publish": "publish", "Basic.Deliver": "deliver", "Basic.Return": "return", "Basic.Consume": "consume",
         "Basic.Get": "get", "Basic.Qos": "qos", "CONNECT": "connect", "SUBSCRIBE": "subscribe", "UNSUBSCRIBE": "unsubscribe",
         "PUB": "publish", "HPUB": "publish", "MSG": "deliver", "HMSG": "deliver", "SUB": "subscribe", "UNSUB": "unsubscribe",
         "-ERR": "error", "Connection.Open": "connect"}


def verb_of(fact):
    """What it is told as; None: it is no beginning of anything."""
    what, client = fact.get("method") or fact.get("msg") or fact.get("op"), fact["sender"] == "client"
    if what == "PUBLISH":
        return "publish" if client else "deliver"
    if what in VERBS:
        return VERBS[what]
    asks = client and "." in what and not what.endswith("-Ok") and what.split(".")[0] in ("Channel", "Exchange", "Queue", "Tx")
    return what.lower() if asks or (client and what == "Connection.Close") else None


def main():
    program, corpus = sys.argv[1:]
    same = differ = 0
    for truth in sorted(glob.glob(f"{corpus}/truth/*.jsonl")):
        facts = [json.loads(line) for line in open(truth)]
        wanted = collections.Counter((fact["client"].rpartition(":")[2], verb_of(fact)) for fact in facts
                                     if fact.get("proto") in ("amqp", "mqtt", "nats") and fact["kind"] == "msg" and verb_of(fact))
        if not wanted:
            continue
        name = os.path.basename(truth)[:-6]
        with tempfile.TemporaryDirectory() as folder:
            log = subprocess.run([program, "replay", f"{corpus}/captures/{name}.pcap", "--db", f"{folder}/x.db", "--log", "-",
                                  "--quiet"], capture_output=True, text=True).stdout
        told = collections.Counter()
        for line in map(json.loads, log.splitlines()):
            if line["protocol"] in ("amqp", "mqtt", "nats"):
                told[str(line["client_port"]), {"reply": "publish", "request": "publish"}.get(line["method"], line["method"])] += 1
        for what in sorted(wanted.keys() | told.keys()):
            same += wanted[what] == told[what]
            if wanted[what] != told[what]:
                differ += 1
                print(f"{name} {' '.join(what)}: {wanted[what]} in the truth, {told[what]} told")
    print(f"{same} facts of queues hold, {differ} differ")


main()
