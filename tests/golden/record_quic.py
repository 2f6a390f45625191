#!/usr/bin/env python3
"""record_quic.py - records quic.pcap: ngtcp2's client and server, with GnuTLS.

What must come of each handshake follows from how both ends were started, so quic.log is written with it. Needs root,
openssl, tcpdump, gtlsclient and gtlsserver (Debian's ngtcp2-client and ngtcp2-server).
"""
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab, check, wait_until  # noqa: E402

AES, CHACHA = "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"
ONLY = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+"


class Recorder:
    def __init__(self, lab):
        self.lab, self.expected, self.port, self.process = lab, [], 8440, None
        self.know("api.shop", "API.shop")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", lab.path("key"), "-subj",
                        "/CN=api.shop", "-out", lab.path("pem"), "-days", "3650"], check=True, capture_output=True)

    def know(self, *names):
        """The client sends no other name than the one that it connects to."""
        folder = f"/etc/netns/{self.lab.namespace('client')}"
        os.makedirs(folder)
        with open(f"{folder}/hosts", "w") as file:
            file.write(f"{self.lab.address('server')} {' '.join(names)}\n")

    def forget(self):
        subprocess.run(["rm", "-r", f"/etc/netns/{self.lab.namespace('client')}"], check=True)

    def server(self, *options):
        """Starts a server, on a port of its own, for the handshakes that follow."""
        self.port += 1
        self.lab.start("server", "gtlsserver", "--quiet", "-d", self.lab.folder, *options, self.lab.address("server"),
                       str(self.port), self.lab.path("key"), self.lab.path("pem"))
        wait_until(self.listens, 10, "a server listens")

    def listens(self):
        said = subprocess.run(["ip", "netns", "exec", self.lab.namespace("server"), "ss", "-Hlnu",
                               f"sport = :{self.port}"], capture_output=True, text=True).stdout
        return str(self.port) in said

    def client(self, *options, name="api.shop"):
        """One connection, with one request."""
        subprocess.run(["ip", "netns", "exec", self.lab.namespace("client"), "gtlsclient", "--quiet", "--no-pmtud",
                        "--exit-on-all-streams-close", "--timeout=2s", *options, name, str(self.port), f"https://{name}/hello"],
                       capture_output=True, timeout=30)
        time.sleep(0.2)

    def expect(self, status="established", outcome="ok", operation="handshake TLS 1.3", tls=None, **other):
        self.expected.append({
            "protocol": "quic", "client_address": self.lab.address("client"),
            "server_address": self.lab.address("server"), "server_port": self.port, "host": "api.shop",
            "status": status, "outcome": outcome, "operation": operation,
            "tls": {"version_offered": "TLS 1.3", "alpn_offered": "h3", "mutual": None, **(tls or {})}, **other})

    def plain(self):
        self.server()
        self.client()
        self.expect(tls={"version": "TLS 1.3", "cipher": AES, "resumed": False})
        self.server("--ciphers", ONLY + "CHACHA20-POLY1305")
        self.client(name="API.shop")
        self.expect(tls={"version": "TLS 1.3", "cipher": CHACHA})

    def addressed(self):
        self.server("--validate-addr")
        self.client()
        self.expect(tls={"version": "TLS 1.3", "cipher": AES})

    def resumed(self):
        self.server()
        kept = [f"--session-file={self.lab.path('session')}", f"--tp-file={self.lab.path('tp')}"]
        self.client(*kept)
        self.expect(tls={"resumed": False})
        self.client(*kept)  # with early data
        self.expect(operation="resumption TLS 1.3", tls={"resumed": True})
        self.client(*kept, "--disable-early-data")
        self.expect(operation="resumption TLS 1.3", tls={"resumed": True})

    def retried(self):
        self.server("--groups", "-GROUP-ALL:+GROUP-SECP521R1")
        self.client("--groups", "-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP521R1")
        self.expect(tls={"version": "TLS 1.3", "retried": True})

    def negotiated(self):
        self.server()
        self.client("-v", "0x1a2a3a4a", "--preferred-versions=v1")
        self.expect(tls={"version": "TLS 1.3"})

    def mutual(self):
        self.server("--verify-client")
        self.client(f"--key={self.lab.path('key')}", f"--cert={self.lab.path('pem')}")
        self.expect(tls={"version": "TLS 1.3"})

    def refused(self):
        self.server("--ciphers", ONLY + "CHACHA20-POLY1305")
        self.client("--ciphers", ONLY + "AES-128-GCM")
        self.expect("handshake_failure", "client_error", "handshake", {"version": None, "cipher": None})


def main():
    with Lab("server", "client", "tap") as lab:
        for host in lab.hosts:  # as on a wire: datagrams one by one
            lab.ip(lab.namespace(host), "link set eth0 gso_max_segs 1")
        lab.write("hello", "hello\n")
        recorder = Recorder(lab)
        subprocess.run(["ip", "netns", "exec", lab.namespace("client"), "ping", "-qc1", lab.address("server")],
                       capture_output=True)
        tcpdump = lab.start("tap", "tcpdump", "--immediate-mode", "-U", "-i", "eth0", "-s", "0", "-w",
                            lab.path("quic.pcap"), "udp")
        time.sleep(1)
        for record in (recorder.plain, recorder.addressed, recorder.resumed, recorder.retried, recorder.negotiated,
                       recorder.mutual, recorder.refused):
            record()
        recorder.forget()
        time.sleep(0.5)
        tcpdump.terminate()
        tcpdump.wait()
        with open(lab.path("tcpdump.out")) as said:
            check("\n0 packets dropped by kernel" in said.read(), "tcpdump dropped packets")
        with open(os.path.join(HERE, "quic.pcap"), "wb") as file:
            file.write(open(lab.path("quic.pcap"), "rb").read())
    with open(os.path.join(HERE, "quic.log"), "w") as file:
        for line in recorder.expected:
            file.write(json.dumps(line) + "\n")
    print(f"{len(recorder.expected)} handshakes")


main()
