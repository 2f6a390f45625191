#!/usr/bin/env python3
"""record_http2.py - records the captures of HTTP/2 and gRPC between real peers, and what the peers counted.

usage: record_http2.py [NAME...]

Writes NAME.pcap and, in NAME.truth, a line for each exchange with what client and server know of it (tests/e2e/truth.py
says how it is read). Each function is one capture. Needs root and the packages of the purpose `test`.
"""
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

import grpc_plan as plan  # noqa: E402
import h2_lab  # noqa: E402
import proxies  # noqa: E402
from grpc_lab import PORT, Client, Lab, Server, check, install_grpc_js, truth_of, truth_of_joined  # noqa: E402

CAPTURES = []


def capture(*hosts):
    def with_hosts(function):
        CAPTURES.append((function.__name__.replace("_", "-"), hosts, function))
        return function
    return with_hosts


class Recording:
    """Everything that passes the lab while the block runs."""

    def __init__(self, lab):
        self.lab = lab

    def __enter__(self):
        self.tcpdump = self.lab.start("tap", "tcpdump", "--immediate-mode", "-U", "-i", "eth0", "-s", "2048", "-B",
                                      "65536", "-w", self.lab.path("it.pcap"), "tcp")
        time.sleep(1)
        self.began = time.time()
        return self

    def __exit__(self, *_):
        time.sleep(0.5)
        self.tcpdump.terminate()
        self.tcpdump.wait()
        with open(self.lab.path("tcpdump.out")) as said:
            check("\n0 packets dropped by kernel" in said.read(), "tcpdump dropped packets")


def calls(lab, server, client, records):
    """Truth of calls straight from a host to a server."""
    where = {"client_address": lab.address(client), "server_address": lab.address(server.host),
             "server_port": server.port}
    return [truth_of(record, server.calls(), **where) for record in records]


def record_calls(lab, steps, server="grpc_server.py", client="grpc_client.py", **how):
    there = Server(lab, "server", server)
    with Recording(lab):
        here = Client(lab, "client", f"{lab.address('server')}:{PORT}", client, **how)
        records = here.run(steps)
        here.close()
    return calls(lab, there, "client", records)


def record_joined(lab, steps, server="grpc_server.py", client="grpc_client.py", **how):
    """The client has been busy for a while when the capture begins."""
    there = Server(lab, "server", server)
    here = Client(lab, "client", f"{lab.address('server')}:{PORT}", client, **how)
    here.run(plan.unary() + plan.STREAMING)
    stream = {"method": "shop.Stock/Watch", "wait": False, "ask": {"answers": 90, "delay_ms": 25}}
    here.begin([stream, {"method": "shop.Cart/Add", "ask": {"delay_ms": 1200}}, *steps])
    with Recording(lab) as recording:
        records = here.end()
        here.close()
    where = {"client_address": lab.address("client"), "server_address": lab.address("server"), "server_port": PORT}
    return [truth_of_joined(record, there.calls(), recording.began, **where) for record in records]


@capture("server", "client", "tap")
def grpc_calls(lab):
    """Every kind of call and of ending, seen from the start; grpcio with grpcio."""
    return record_calls(lab, plan.EVERY_KIND)


@capture("server", "client", "tap")
def grpc_large(lab):
    """Header blocks of several frames, and a message larger than the window."""
    return record_calls(lab, plan.LARGE)


@capture("server", "client", "tap")
def grpc_joined(lab):
    """A channel that has been busy before: methods used then, and others for the first time."""
    steps = plan.unary() + [{"method": "shop.Stock/Checkout", "times": 3, "ask": {"delay_ms": 8}}]
    return record_joined(lab, steps + plan.FAILING + plan.STREAMING)


@capture("server", "client", "tap")
def grpc_js(lab):
    """Every kind of call and of ending, seen from the start; grpc-js with grpc-js."""
    return record_calls(lab, plan.EVERY_KIND, "grpc_server.mjs", "grpc_client.mjs", prefix="js")


@capture("server", "client", "tap")
def grpc_tls(lab):
    """Under TLS, with the key log of the client: grpc-js with grpcio."""
    at, keys = lab.path("tls"), os.path.join(HERE, "grpc-tls.keylog")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{at}.key", "-out",
                    f"{at}.pem", "-subj", "/CN=cart.shop", "-addext", "subjectAltName=DNS:cart.shop", "-days", "3650"],
                   check=True, capture_output=True)
    open(keys, "w").close()
    os.environ["GRPC_TLS"] = at
    os.environ["NODE_OPTIONS"] = f"--tls-keylog={keys}"
    truth = record_calls(lab, plan.EVERY_KIND, client="grpc_client.mjs", prefix="js")
    del os.environ["GRPC_TLS"], os.environ["NODE_OPTIONS"]
    for want in truth:
        want["notes"] = ["decrypted"]
    # grpc-js has a connection for each way in which it compresses.
    return [{"protocol": "tls", "status": "established", "host": "cart.shop"}] * 2 + truth


@capture("server", "client", "tap")
def grpc_js_joined(lab):
    """A channel of grpc-js to a grpcio server that has been busy before."""
    steps = plan.unary() + [{"method": "shop.Stock/Checkout", "times": 3, "ask": {"delay_ms": 8}}]
    return record_joined(lab, steps + plan.FAILING + plan.STREAMING, client="grpc_client.mjs", prefix="js")


@capture("server", "proxy", "client", "tap")
def grpc_through_nginx(lab):
    """Both hops of calls through nginx, which has a connection of its own for each."""
    return through(lab, proxies.nginx)


@capture("server", "proxy", "client", "tap")
def grpc_through_haproxy(lab):
    """Both hops of calls through HAProxy."""
    return through(lab, proxies.haproxy)


def through(lab, start):
    there = Server(lab, "server")
    start(lab, "proxy", f"{lab.address('server')}:{PORT}")
    with Recording(lab):
        here = Client(lab, "client", f"{lab.address('proxy')}:{proxies.PORT}")
        records = here.run(plan.unary() + plan.FAILING + plan.STREAMING + plan.AT_ONCE)
        here.close()
    return proxies.truth_of_hops(lab, there, records)


@capture("server", "client", "tap")
def grpc_web(lab):
    """gRPC-Web over HTTP/1: binary and text, whole and in chunks, the status in a trailer or in the head."""
    there = Server(lab, "server", "grpc_web.py serve")
    with Recording(lab):
        here = Client(lab, "client", f"{lab.address('server')}:{PORT}", "grpc_web.py call")
        records = here.run(plan.WEB)
        here.close()
    return calls(lab, there, "client", records)


@capture("server", "proxy", "client", "tap")
def h2_nghttp(lab):
    """Padding, priorities, pushes, header blocks of several frames, trailers, 100 (Continue), and h2c by upgrade."""
    there = h2_lab.Nghttpd(lab, "server", "-p/index.html=/style.css", "-b", "40", "--trailer", "x-sum: 13")
    with Recording(lab):
        asked = h2_lab.every_frame(lab, "client", there)
    served = there.served()
    h2_lab.check_agree(asked, served)
    return h2_lab.truth_of(served, client_address=lab.address("client"), server_address=lab.address("server"),
                           server_port=8080)


@capture("server", "proxy", "client", "tap")
def h2_upgrade(lab):
    """h2c that begins as HTTP/1: nghttp and curl upgrade to nghttpx, which speaks HTTP/2 to nghttpd."""
    there = h2_lab.Nghttpd(lab, "server")
    proxies.nghttpx(lab, "proxy", there.address)
    at = f"http://{lab.address('proxy')}:{proxies.PORT}"
    with Recording(lab):
        h2_lab.nghttp(lab, "client", "-u", f"{at}/index.html", f"{at}/missing")
        lab.run("client", "curl", "-s", "-o", "/dev/null", "--http2", f"{at}/style.css", "-o", "/dev/null",
                f"{at}/gone?x=1")
        lab.run("client", "curl", "-s", "-o", "/dev/null", "--http2", "-X", "DELETE", f"{at}/style.css")
    upgraded = [("GET", "/index.html"), ("GET", "/style.css"), ("DELETE", "/style.css")]
    return proxies.truth_of_upgrades(lab, upgraded, there.served())


@capture("server", "client", "tap")
def h2_many_streams(lab):
    """h2load: two connections with up to 32 streams at a time."""
    there = h2_lab.Nghttpd(lab, "server")
    at = f"http://{there.address}"
    with Recording(lab):
        said = lab.run("client", "h2load", "-n", "200", "-c", "2", "-m", "32", f"{at}/index.html", f"{at}/missing",
                       f"{at}/index.html?page=2")
    served = there.served()
    h2_lab.check_h2load(said, served)
    return h2_lab.truth_of(served, client_address=lab.address("client"), server_address=lab.address("server"),
                           server_port=8080)


def main():
    install_grpc_js()
    for name, hosts, record in CAPTURES:
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        with Lab(*hosts) as lab:
            for host in hosts:  # as on a wire: segments no longer than a frame
                lab.ip(lab.namespace(host), "link set eth0 gso_max_segs 1")
            truth = record(lab)
            with open(lab.path("it.pcap"), "rb") as file, open(f"{HERE}/{name}.pcap", "wb") as kept:
                kept.write(file.read())
        with open(f"{HERE}/{name}.truth", "w") as file:
            for line in truth:
                file.write(json.dumps(line) + "\n")
        print(f"{name}: {len(truth)} exchanges, {os.path.getsize(f'{HERE}/{name}.pcap')} bytes")


main()
