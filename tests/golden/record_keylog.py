#!/usr/bin/env python3
"""record_keylog.py - records keylog.pcap: curl with nginx in every way in which TLS can be opened with a key log.

What curl asked for, and nginx answered, is known, and must be told as without TLS; keylog.log is written with it, keylog.keylog
is what OpenSSL wrote. (What was sent again meanwhile has to be noted by hand.) Needs root, openssl, nginx, curl and tcpdump.
"""
import json
import os
import shlex
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab, check  # noqa: E402

TLS_1_2 = ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305",
           "AES128-GCM-SHA256", "DHE-RSA-AES256-CCM8", "DHE-RSA-AES128-CCM"]
TLS_1_3 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
           "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"]


class Recorder:
    def __init__(self, lab):
        self.lab, self.expected = lab, []
        self.keys = lab.path("keys")
        at = lab.folder
        subprocess.run(f"""
            openssl req -x509 -newkey rsa:2048 -nodes -keyout {at}/ca.key -out {at}/ca.pem -subj /CN=root -days 3650 &&
            openssl req -newkey rsa:2048 -nodes -keyout {at}/client.key -out {at}/client.csr -subj /CN=cart &&
            openssl x509 -req -in {at}/client.csr -CA {at}/ca.pem -CAkey {at}/ca.key -set_serial 2 -days 3650 \
                -out {at}/client.pem &&
            openssl dhparam -dsaparam -out {at}/dh.pem 2048
        """, shell=True, check=True, capture_output=True)
        served = f"""
            ssl_certificate {at}/ca.pem; ssl_certificate_key {at}/ca.key; ssl_dhparam {at}/dh.pem;
            ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers "ALL:@SECLEVEL=0";
            ssl_conf_command Ciphersuites {":".join(TLS_1_3)};
            ssl_session_cache shared:s{{0}}:1m;
            location /orders/ {{{{ return 200 "hello\\n"; }}}}
            location /gone {{{{ return 410; }}}}
            location /large {{{{ root {at}/www; }}}}
            client_body_buffer_size 128k;
            location /upload {{{{ proxy_pass http://127.0.0.1:81/; }}}}"""
        os.makedirs(f"{at}/www")
        os.chmod(f"{at}/www", 0o755)
        with open(f"{at}/www/large", "wb") as file:
            file.write(b"0123456789abcdef" * 700)
        lab.nginx("server", f"""
            listen 443 ssl http2; {served.format(1)} }}
            server {{ listen 127.0.0.1:81; return 204; }}
            server {{ listen 444 ssl http2; ssl_verify_client on; ssl_client_certificate {at}/ca.pem; {served.format(2)}""")

    def asks(self, port, paths, *options, upload=0):
        """One connection of curl, and its requests."""
        words = ["curl", "-sk", "--tlsv1.2", *options]
        if upload:
            words += ["--data-binary", "@" + self.lab.write("data", "d" * upload), "-H", "Expect:"]
        for path in paths:
            words += ["-o", "/dev/null", f"https://api.shop:{port}{path}"]
        words += ["--resolve", f"api.shop:{port}:{self.lab.address('server')}"]
        self.lab.run("client", "sh", "-c", f"SSLKEYLOGFILE={self.keys} exec {shlex.join(words)}")
        time.sleep(0.1)

    def expect(self, port, protocol, version, paths, upload=0):
        ends = {"client_address": self.lab.address("client"), "server_address": self.lab.address("server"),
                "server_port": port}
        self.expected.append({"protocol": "tls", **ends, "operation": version, "status": "established"})
        for path in paths:
            status = {"/gone": "410", "/upload": "204"}.get(path, "200")
            self.expected.append({
                "protocol": protocol, **ends, "method": "POST" if upload else "GET", "path": path, "status": status,
                "host": "api.shop" if port == 443 else f"api.shop:{port}", "notes": ["decrypted"],
                "outcome": "client_error" if status == "410" else "ok"})

    def told(self, protocol, version, *options, paths=("/orders/1", "/gone", "/large"), port=443, upload=0):
        alpn = "--http2" if protocol == "http2" else "--http1.1"
        self.asks(port, paths, alpn, *options, upload=upload)
        self.expect(port, protocol, version, paths, upload)

    def all(self):
        for cipher in TLS_1_2:
            protocol = "http2" if "ECDHE" in cipher else "http"
            self.told(protocol, "handshake TLS 1.2", "--tls-max", "1.2", "--ciphers", f"{cipher}:@SECLEVEL=0")
        for cipher in TLS_1_3:
            self.told("http2", "handshake TLS 1.3", "--tls13-ciphers", cipher)
            self.told("http", "handshake TLS 1.3", "--tls13-ciphers", cipher, paths=("/orders/1", "/large", "/gone"))
        at = self.lab.path("client")
        for most in ("1.2", "1.3"):
            self.told("http2", f"handshake TLS {most}", "--tls-max", most, "--cert", f"{at}.pem", "--key", f"{at}.key",
                      port=444)
            self.told("http", f"handshake TLS {most}", "--tls-max", most, paths=["/upload"], upload=30000)
            self.told("http2", f"handshake TLS {most}", "--tls-max", most, paths=["/upload"], upload=30000)
        self.key_update()

    def key_update(self):
        """s_client changes its key between requests, and has the server change its own."""
        ask = "GET /orders/{} HTTP/1.1\\r\\nHost: api.shop\\r\\n\\r\\n"
        said = "; sleep 0.3; ".join([f"printf '{ask.format(1)}'", "printf 'k\\n'", f"printf '{ask.format(2)}'",
                                     "printf 'K\\n'", f"printf '{ask.format(3)}'", f"printf '{ask.format(4)}'"])
        words = ["openssl", "s_client", "-connect", f"{self.lab.address('server')}:443", "-tls1_3", "-keylogfile",
                 self.keys, "-no_ign_eof", "-servername", "api.shop"]
        subprocess.run(["ip", "netns", "exec", self.lab.namespace("client"), "sh", "-c",
                        f"(sleep 1; {said}; sleep 1) | {shlex.join(words)}"], capture_output=True, timeout=30)
        self.expect(443, "http", "handshake TLS 1.3", [f"/orders/{i}" for i in range(1, 5)])


def main():
    with Lab("server", "client", "tap") as lab:
        for host in lab.hosts:  # as on a wire: segments no longer than a frame
            lab.ip(lab.namespace(host), "link set eth0 gso_max_segs 1")
        recorder = Recorder(lab)
        tcpdump = lab.start("tap", "tcpdump", "--immediate-mode", "-U", "-i", "eth0", "-s", "0", "-B", "65536", "-w",
                            lab.path("keylog.pcap"), "tcp")
        time.sleep(1)
        recorder.all()
        time.sleep(0.5)
        tcpdump.terminate()
        tcpdump.wait()
        with open(lab.path("tcpdump.out")) as said:
            check("\n0 packets dropped by kernel" in said.read(), "tcpdump dropped packets")
        for source, name in (("keylog.pcap", "keylog.pcap"), ("keys", "keylog.keylog")):
            with open(os.path.join(HERE, name), "wb") as file:
                file.write(open(lab.path(source), "rb").read())
    with open(os.path.join(HERE, "keylog.log"), "w") as file:
        for line in recorder.expected:
            file.write(json.dumps(line) + "\n")
    print(f"{len(recorder.expected)} exchanges")


main()
