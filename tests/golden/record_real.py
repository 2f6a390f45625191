#!/usr/bin/env python3
"""record_real.py - records real-servers.pcap: curl with nginx, HAProxy and Python's http.server, each alone on a host.

What is expected is known from what is asked, so real-servers.log says who asked what and got which status, but not
how long it took. Needs root, nginx, haproxy, curl and tcpdump.
"""
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab  # noqa: E402

NGINX = """
    server_name _;
    location = /hello { return 200 "hello\\n"; }
    location = /moved { return 302 /hello; }
    location = /upload { client_max_body_size 1m; proxy_pass http://127.0.0.1:80/sink; }
    location = /sink { return 201; }
    location = /broken { return 500; }
    location = /behind { return 200 "behind\\n"; }
    location /files/ { root %s; if_modified_since before; }
"""

HAPROXY = """
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend all
    bind :8080
    use_backend down if { path /down }
    default_backend up
backend up
    option forwardfor
    server nginx 10.77.0.1:80
backend down
    server nobody 10.77.0.1:81
"""


class Recorder:
    def __init__(self, lab):
        self.lab, self.expected = lab, []

    def hop(self, client, server, port, method, path, status, host, **other):
        self.expected.append({
            "protocol": "http", "client_address": self.lab.address(client),
            "server_address": self.lab.address(server), "server_port": port, "method": method, "path": path,
            "host": host, "status": str(status), **other,
            "outcome": "ok" if status < 400 else "client_error" if status < 500 else "server_error"})

    def curl(self, *words):
        self.lab.run("client", "curl", "-s", "-o", "/dev/null", *words)
        time.sleep(0.05)

    def nginx(self):
        at = f"http://{self.lab.address('nginx')}"
        host = self.lab.address("nginx")

        def hop(method, path, status, **other):
            self.hop("client", "nginx", 80, method, path, status, other.pop("host", host), **other)

        self.curl(f"{at}/hello", "-o", "/dev/null", f"{at}/moved?x=1", "-o", "/dev/null", f"{at}/missing")
        hop("GET", "/hello", 200)
        hop("GET", "/moved", 302)
        hop("GET", "/missing", 404)
        self.curl("-I", f"{at}/files/page.html")
        hop("HEAD", "/files/page.html", 200)
        self.curl(f"{at}/files/page.html", "-H", "Range: bytes=100-199")
        hop("GET", "/files/page.html", 206)
        self.curl(f"{at}/files/page.html", "-z", "1 Jan 2037 00:00:00 GMT")
        hop("GET", "/files/page.html", 304)
        self.curl(f"{at}/files/page.html", "--http1.0")
        hop("GET", "/files/page.html", 200)
        self.curl(f"{at}/upload", "-H", "Expect: 100-continue", "-d", "d" * 2000)
        hop("POST", "/upload", 201)
        self.curl(f"{at}/upload", "-T", self.lab.path("files/page.html"), "-H", "Transfer-Encoding: chunked")
        hop("PUT", "/upload", 201)
        self.curl(f"{at}/upload", "-H", "Content-Length: 2000000", "-H", "Expect: 100-continue", "-d", "never")
        hop("POST", "/upload", 413)
        self.curl(f"{at}/broken")
        hop("GET", "/broken", 500)
        self.curl("-x", at + ":80", "http://other.test/hello")
        hop("GET", "/hello", 200, host="other.test")
        self.curl(f"{at}/hello", "-H", "Host: Shop.Test", "-H", "traceparent: 00-" + "ab" * 16 + "-" + "cd" * 8 + "-01")
        hop("GET", "/hello", 200, host="shop.test", trace_id="ab" * 16, span_id="cd" * 8)

    def haproxy(self):
        at = f"http://{self.lab.address('haproxy')}:8080"
        host = f"{self.lab.address('haproxy')}:8080"
        self.curl(f"{at}/behind")
        # The inner answer ends before the outer one.
        self.hop("haproxy", "nginx", 80, "GET", "/behind", 200, host)
        self.hop("client", "haproxy", 8080, "GET", "/behind", 200, host)
        self.curl(f"{at}/down")
        self.hop("client", "haproxy", 8080, "GET", "/down", 503, host)

    def python(self):
        at = f"http://{self.lab.address('python')}:8000"
        host = f"{self.lab.address('python')}:8000"
        self.curl(f"{at}/page.html")
        self.hop("client", "python", 8000, "GET", "/page.html", 200, host)
        self.curl(f"{at}/page.html", "-d", "x=1")
        self.hop("client", "python", 8000, "POST", "/page.html", 501, host)


def main():
    with Lab("nginx", "haproxy", "python", "client", "tap") as lab:
        os.mkdir(lab.path("files"))
        lab.write("files/page.html", "<p>" + "text " * 500 + "</p>\n")
        lab.nginx("nginx", NGINX % lab.folder)
        lab.start("haproxy", "haproxy", "-f", lab.write("haproxy.cfg", HAPROXY))
        lab.start("python", "python3", "-m", "http.server", "8000", "--directory", lab.path("files"))
        time.sleep(1)
        for server in ("nginx", "haproxy", "python"):  # so that no ARP is seen amid it
            subprocess.run(["ip", "netns", "exec", lab.namespace("client"), "ping", "-qc1", lab.address(server)],
                           capture_output=True)
        tcpdump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-w", lab.path("real.pcap"), "tcp")
        time.sleep(1)
        recorder = Recorder(lab)
        recorder.nginx()
        recorder.haproxy()
        recorder.python()
        time.sleep(0.5)
        tcpdump.terminate()
        tcpdump.wait()
        with open(os.path.join(HERE, "real-servers.pcap"), "wb") as file:
            file.write(open(lab.path("real.pcap"), "rb").read())
    with open(os.path.join(HERE, "real-servers.log"), "w") as file:
        for line in recorder.expected:
            file.write(json.dumps(line) + "\n")


main()
