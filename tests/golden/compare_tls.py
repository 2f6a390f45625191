#!/usr/bin/env python3
"""compare_tls.py - holds what the log and the database say of handshakes of TLS against a corpus' truth files, field by field.

usage: compare_tls.py TAPGRAPH CORPUS

A connection of the truth, in TLS or QUIC, has its handshake in the log: with the server name, and wherever the truth knows
it the version and the cipher that the server chose, what was offered and chosen by ALPN, subject, issuer and names of its
certificate, how long the client waited for the first byte of the answer, and a fatal alert. Prints each difference, then
how many facts hold.
"""
import glob
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

PROTOCOLS = {"tls": "tls", "quic-tls": "quic"}  # of the truth, of the log
SHORT = {"countryName": "C", "stateOrProvinceName": "ST", "localityName": "L", "organizationName": "O",
         "organizationalUnitName": "OU", "commonName": "CN", "emailAddress": "emailAddress"}


def name_of_version(text):
    """"TLSv1.2" as "TLS 1.2"."""
    return text.replace("TLSv", "TLS ").replace("SSLv", "SSL ")


def parts_of_truth(text):
    """"id-at-countryName=CN,id-at-commonName=a.b" as {"C=CN", "CN=a.b"}: the order is another one."""
    parts = []
    for part in text.split(","):
        kind, equals, value = part.partition("=")
        kind = kind.removeprefix("id-at-").removeprefix("pkcs-9-at-")
        if equals and kind in SHORT:
            parts.append(f"{SHORT[kind]}={value}")
        else:                              # a comma within a value
            parts[-1] += "," + part
    return set(parts)


def parts_of_subject(text):
    return set(text.replace("\\,", "\0").split(",")) if text else set()


def same_name(truth, subject):
    return {part.replace("\0", ",") for part in parts_of_subject(subject)} == parts_of_truth(truth)


def certificate(db, fingerprint):
    row = db.execute("SELECT subject, issuer, names FROM certificate WHERE fingerprint = ?", (fingerprint,)).fetchone()
    return dict(zip(("subject", "issuer", "names"), row)) if row else None


def facts(truth, exchange, db):
    """Yields what is compared: its name, what it should be, what it is, whether they agree."""
    tls = exchange["tls"]
    shown = certificate(db, tls.get("certificate"))

    def equal(name, want, got):
        return name, want, got, want == got
    yield equal("host", truth["sni"], exchange.get("host"))
    if truth["version"]:
        yield equal("version", name_of_version(truth["version"]), tls["version"])
    if truth["cipher"]:
        yield equal("cipher", truth["cipher"].split(" ")[0], tls["cipher"])
    if truth["alpn"]:
        yield equal("alpn", truth["alpn"], tls.get("alpn"))
    if truth["alpn_offered"]:
        yield equal("alpn_offered", ",".join(truth["alpn_offered"]), tls.get("alpn_offered"))
    for field, name in ("cert_subject", "subject"), ("cert_issuer", "issuer"):
        if truth[field]:
            got = shown and shown[name]
            yield name, truth[field], got, bool(got) and same_name(truth[field], got)
    if truth["cert_san"]:
        yield equal("names", ",".join(truth["cert_san"]), shown and shown["names"])
    if truth["n_certs"]:
        yield equal("certificate", True, shown is not None)
    if truth["hs_rrt"] is not None:
        got = exchange.get("ttfb_ms")
        yield "ttfb_ms", truth["hs_rrt"] * 1000, got, got is not None and abs(got - truth["hs_rrt"] * 1000) < 0.002
    for alert in truth.get("alerts", []):
        if alert["level"] == 2:
            yield equal("alert", alert["desc"].split(" (")[0].lower().replace(" ", "_"), exchange["status"])


def address_and_port(text):
    """"[fd00::1]:443" as fd00::1 and 443."""
    address, _, port = text.rpartition(":")
    return address.strip("[]"), int(port)


def replay(program, capture, folder):
    db = os.path.join(folder, "x.db")
    log = subprocess.run([program, "replay", capture, "--db", db, "--log", "-", "--quiet"], stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, timeout=120).stdout
    return [json.loads(line) for line in log.splitlines()], sqlite3.connect(db)


def check(program, capture, truth):
    with tempfile.TemporaryDirectory() as folder:
        log, db = replay(program, capture, folder)
        waiting = {}
        for x in log:
            if x["protocol"] in {PROTOCOLS[t["proto"]] for t in truth}:
                ends = (x["client_address"], x["client_port"]), (x["server_address"], x["server_port"])
                waiting.setdefault(ends, []).append(x)
        for connection in truth:
            of_ends = waiting.get((address_and_port(connection["client"]), address_and_port(connection["server"])))
            if not of_ends:
                yield connection, "handshake", True, None, False
                continue
            exchange = of_ends.pop(0)
            for fact in facts(connection, exchange, db):
                yield (connection, *fact)
        for exchange in (x for rest in waiting.values() for x in rest):
            yield exchange, "handshake", None, exchange.get("host"), False
        db.close()


def main():
    program, corpus = sys.argv[1:]
    hold = differ = 0
    for path in sorted(glob.glob(os.path.join(corpus, "truth", "*.jsonl"))):
        name = os.path.basename(path)[:-len(".jsonl")]
        with open(path) as file:
            truth = [t for t in map(json.loads, file) if t["proto"] in PROTOCOLS and t["kind"] == "conn"]
        captures = glob.glob(os.path.join(corpus, "captures", glob.escape(name) + ".pcap*"))
        for capture in captures if truth else []:
            for what, field, want, got, agrees in check(program, capture, truth):
                hold += agrees
                differ += not agrees
                if not agrees:
                    print(f"{name} {what.get('client') or what.get('client_address')}: {field} is {got!r}, not {want!r}")
    print(f"{hold} facts of TLS hold, {differ} differ")
    return hold == 0


sys.exit(main())
