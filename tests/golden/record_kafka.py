#!/usr/bin/env python3
"""record_kafka.py - records kafka.pcap: producers and consumers of librdkafka (kcat) with the broker of tests/e2e/peers, by
topic, in a group, signed on and refused. kafka.log has what tapgraph tells of it, once that is what the broker's journal says:
who asked for what, records and errors.

usage: record_kafka.py TAPGRAPH   needs root, kcat and tcpdump
"""
import collections
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab, check, wait_until  # noqa: E402

BROKER = os.path.join(HERE, "..", "e2e", "peers", "kafka_broker.py")
PORT = 9092
PASSWORD = "hunter2-canary"
ERRORS = {0: "OK", 3: "UNKNOWN_TOPIC_OR_PARTITION", 29: "TOPIC_AUTHORIZATION_FAILED", 58: "SASL_AUTHENTICATION_FAILED"}
KEPT = ("protocol", "client_address", "server_address", "server_port", "method", "operation", "status", "outcome",
        "request_messages", "response_messages", "call", "notes", "stream_id")


def use(lab):
    def kcat(host, words, port=PORT):
        lab.run(host, "sh", "-c", f"kcat -b {lab.address('broker')}:{port} -X topic.metadata.refresh.interval.ms=-1 {words} || true")
    lines = lab.write("lines", "".join(f"key{n}:{PASSWORD} {n}\n" for n in range(50)))
    signed = f"-X security.protocol=SASL_PLAINTEXT -X sasl.mechanism=PLAIN -X sasl.username=shop -X sasl.password={PASSWORD}"
    for words in (f"-P -t orders -K: -l {lines}", f"-P -t orders -z gzip -l {lines}", f"-P -t clicks -X acks=0 -l {lines}",
                  f"-P -t sealed -X message.timeout.ms=1000 -l {lines}", "-L -t missing"):
        kcat("producer", words)
    kcat("consumer", "-C -t orders -o beginning -e -q")
    kcat("consumer", "-q -G shop -c 50 -X auto.offset.reset=earliest clicks")
    kcat("producer", f"-P -t orders {signed} -l {lines}", PORT + 1)
    kcat("producer", f"-L -m 1 {signed}-not", PORT + 1)


def check_told(told, wanted):
    by_tap = collections.Counter((line["operation"], line.get("request_messages") or 0, line.get("status") or "OK")
                                 for line in told if line["method"] != "Fetch")
    by_broker = collections.Counter((" ".join([line["api"], *line["topics"]]), line["asked"], ERRORS[line["error"]])
                                    for line in wanted if line["api"] != "Fetch")
    check(by_tap == by_broker, f"told are {by_tap - by_broker}, the broker counts {by_broker - by_tap}")
    read = sum(line.get("response_messages") or 0 for line in told if line["method"] == "Fetch")
    check(read == sum(line["served"] for line in wanted), f"{read} records read")


def main():
    capture = os.path.join(HERE, "kafka.pcap")
    with Lab("broker", "producer", "consumer", "tap") as lab:
        for port, password in ((PORT, []), (PORT + 1, [PASSWORD])):
            lab.start("broker", sys.executable, BROKER, lab.address("broker"), str(port), lab.path(f"journal{port}"), *password)
            wait_until(lambda port=port: f":{port} " in lab.run("broker", "ss", "-ltn"), 20, "the broker listens")
        tcpdump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-U", "-w", lab.path("real.pcap"), "tcp")
        time.sleep(1)
        use(lab)
        time.sleep(0.5)
        tcpdump.terminate()
        tcpdump.wait()
        with open(capture, "wb") as file:
            file.write(open(lab.path("real.pcap"), "rb").read())
        wanted = []
        for port in (PORT, PORT + 1):
            wanted += map(json.loads, open(lab.path(f"journal{port}")))
        told = lab.run("tap", os.path.abspath(sys.argv[1]), "replay", capture, "--db", lab.path("x.db"), "--log", "-")
    told = [json.loads(line) for line in told.splitlines()]
    check_told(told, wanted)
    with open(os.path.join(HERE, "kafka.log"), "w") as file:
        for line in told:
            file.write(json.dumps({key: line[key] for key in KEPT if key in line}) + "\n")
    print(f"{len(told)} requests, as the broker's journal has them")


main()
