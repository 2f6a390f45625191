#!/usr/bin/env python3
"""record_dns.py - records real-dns.pcap: dig asks dnsmasq, over UDP and TCP, and then a client that asks for names before it
connects calls services that only the DNS knows.

What is expected is known from what is asked, so real-dns.log says what was asked, answered and called by which names, but
not how long it took. Needs root, dnsmasq, dig and tcpdump.
"""
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab, wait_until  # noqa: E402

PEER = os.path.join(HERE, "..", "e2e", "peers", "dns_shop.py")
LONG = "word " * 40


class Recorder:
    def __init__(self, lab):
        self.lab, self.expected = lab, []

    def asked(self, kind, name, status, outcome, client="client", server="dns", **other):
        self.expected.append({
            "protocol": "dns", "client_address": self.lab.address(client), "server_address": self.lab.address(server),
            "server_port": 53, "method": kind, "operation": kind, "host": name, "status": status, "outcome": outcome,
            "notes": [], **other})

    def dig(self, *words, server="dns"):
        command = ["dig", f"@{self.lab.address(server)}", "+tries=1", "+time=2", *words]
        self.lab.run("client", "sh", "-c", " ".join(f"'{word}'" for word in command) + " || true")
        time.sleep(0.05)

    def ask(self, kind, name, status="NOERROR", outcome="ok", *words, told=None, **other):
        self.dig(*words, name, kind)
        self.asked(kind, told or name, status, outcome, **other)

    def over_udp(self):
        self.ask("A", "cart.shop.test")
        self.ask("AAAA", "six.shop.test")
        self.ask("A", "alias.shop.test")
        self.ask("CNAME", "alias.shop.test")
        self.ask("SRV", "_http._tcp.cart.shop.test")
        self.ask("MX", "shop.test")
        self.ask("TXT", "short.shop.test")
        self.ask("PTR", "9.0.0.10.in-addr.arpa")
        self.ask("A", "nobody.shop.test", "NXDOMAIN", "client_error")
        self.ask("A", "elsewhere.test", "REFUSED", "client_error")
        self.ask("A", "CaRt.sHoP.tEsT", told="cart.shop.test")
        self.ask("A", "cart.shop.test", "NOERROR", "ok", "+noedns")
        self.ask("A", "cart.shop.test", "NOERROR", "ok", "+nsid", "+cookie")
        self.ask("TYPE65280", "cart.shop.test")
        self.ask("TXT", "long.shop.test", "NOERROR", "ok", "+ignore", "+bufsize=512", notes=["truncated"])

    def over_tcp(self):
        self.ask("A", "cart.shop.test", "NOERROR", "ok", "+tcp")
        self.ask("TXT", "long.shop.test", "NOERROR", "ok", "+tcp")
        # one after the other on one connection
        self.dig("+tcp", "+keepopen", "cart.shop.test", "A", "nobody.shop.test", "AAAA")
        self.asked("A", "cart.shop.test", "NOERROR", "ok")
        self.asked("AAAA", "nobody.shop.test", "NXDOMAIN", "client_error")
        # what does not fit a datagram is asked again over TCP
        self.dig("+bufsize=512", "long.shop.test", "TXT")
        self.asked("TXT", "long.shop.test", "NOERROR", "ok", notes=["truncated"])
        self.asked("TXT", "long.shop.test", "NOERROR", "ok")
        self.dig("+tcp", "shop.test", "AXFR")
        self.asked("AXFR", "shop.test", "NOERROR", "ok")  # of a zone that it does not serve, and nothing in it

    def call(self, name, times=1):
        self.lab.run("client", sys.executable, PEER, "call", self.lab.address("dns"), f"{name}:8080", str(times))
        for i in range(times):
            server = ["cart1", "cart2"][i % 2]
            self.asked("A", name, "NOERROR", "ok")
            self.expected.append({"protocol": "http", "client_address": self.lab.address("client"),
                                  "server_address": self.lab.address(server), "server_port": 8080, "server_name": name,
                                  "method": "GET", "path": "/thing", "host": "in.house", "status": "200"})

    def nobody_there(self):
        """The host answers with an ICMP message, which is none of the DNS. What dig then sends from another port is
        another question."""
        self.lab.run("client", "sh", "-c", f"dig @{self.lab.address('cart1')} +tries=2 +time=1 cart.shop.test A || true")
        self.asked("A", "cart.shop.test", None, "unanswered", server="cart1")
        self.asked("A", "cart.shop.test", None, "unanswered", server="cart1")


def start(lab):
    hosts = lab.write("hosts", "".join(f"{lab.address(host)} cart.shop.test\n" for host in ("cart1", "cart2")) +
                      "10.0.0.9 nine.shop.test\n2001:db8::6 six.shop.test\n")
    lab.start("dns", "dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", f"--addn-hosts={hosts}", "--user=root",
              "--local=/shop.test/", "--bind-interfaces", f"--listen-address={lab.address('dns')}", "--local-ttl=1",
              "--cname=alias.shop.test,cart.shop.test", "--srv-host=_http._tcp.cart.shop.test,cart.shop.test,8080",
              "--mx-host=shop.test,cart.shop.test,5", "--txt-record=short.shop.test,a secret",
              *[f"--txt-record=long.shop.test,{i} {LONG}" for i in range(6)])
    wait_until(lambda: "started" in open(lab.path("dnsmasq.out")).read(), 20, "dnsmasq starts")
    for host in ("cart1", "cart2"):
        lab.start(host, sys.executable, PEER, "serve", "8080")
        wait_until(lambda host=host: ":8080 " in lab.run(host, "ss", "-ltn"), 20, f"{host} listens")


def main():
    with Lab("dns", "cart1", "cart2", "client", "tap") as lab:
        start(lab)
        tcpdump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-U", "-w", lab.path("real.pcap"), "tcp or udp")
        time.sleep(1)
        recorder = Recorder(lab)
        recorder.over_udp()
        recorder.over_tcp()
        recorder.call("cart.shop.test", 4)
        recorder.call("alias.shop.test", 2)
        recorder.nobody_there()
        time.sleep(0.5)
        tcpdump.terminate()
        tcpdump.wait()
        with open(os.path.join(HERE, "real-dns.pcap"), "wb") as file:
            file.write(open(lab.path("real.pcap"), "rb").read())
    with open(os.path.join(HERE, "real-dns.log"), "w") as file:
        for line in recorder.expected:
            file.write(json.dumps(line) + "\n")


main()
