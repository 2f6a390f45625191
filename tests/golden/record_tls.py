#!/usr/bin/env python3
"""record_tls.py - records tls.pcap: OpenSSL's s_client and curl with s_server, nginx and servers that change to TLS.

What must come of each handshake follows from how both ends were started and from the certificates, so tls.log is written
with it. Needs root, openssl, nginx, curl and tcpdump.
"""
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab, check, wait_until  # noqa: E402

ANY = "DEFAULT:@SECLEVEL=0"
GCM = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
AES_13 = "TLS_AES_256_GCM_SHA384"
TLS_1_2 = ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"]

UPGRADES = '''
import socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("{0}/server.pem", "{0}/server.key")
context.maximum_version = ssl.TLSVersion.TLSv1_2

def line(c):
    text = b""
    while not text.endswith(b"\\n"):
        text += c.recv(1)
    return text

def smtp(c):
    c.sendall(b"220 mail.shop ESMTP\\r\\n")
    line(c)
    c.sendall(b"250-mail.shop\\r\\n250 STARTTLS\\r\\n")
    line(c)
    c.sendall(b"220 go ahead\\r\\n")

def postgres(c):
    c.recv(8)
    c.sendall(b"S")

def mysql(c):
    payload = (b"\\x0a8.0.1\\0" + b"\\1\\0\\0\\0" + b"saltsalt\\0" + b"\\xff\\xff\\xff\\2\\0\\xff\\xff\\x15" + b"\\0" * 10 +
               b"saltsaltsalt\\0mysql_native_password\\0")
    c.sendall(len(payload).to_bytes(3, "little") + b"\\0" + payload)
    c.recv(36, socket.MSG_WAITALL)

for port, speak in ((25, smtp), (5432, postgres), (3306, mysql)):
    listener = socket.create_server(("", port))
    print(port, flush=True)
    c, _ = listener.accept()
    speak(c)
    with context.wrap_socket(c, server_side=True) as tls:
        tls.recv(100)
'''


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class Certificates:
    def __init__(self, folder):
        self.folder = folder
        self.issue("root", "/CN=Shop Root", "basicConstraints=critical,CA:TRUE")
        self.issue("other", "/CN=Other Root", "basicConstraints=critical,CA:TRUE")
        self.issue("server", "/O=Shop/CN=api.shop", "subjectAltName=DNS:api.shop,DNS:*.api.shop", "root")
        self.issue("client", "/CN=cart", "subjectAltName=URI:spiffe://shop/cart", "root")
        self.issue("expired", "/CN=old.shop", "subjectAltName=DNS:old.shop", "root", days=-1)

    def issue(self, name, subject, extension, issuer=None, days=3650):
        at = f"{self.folder}/{name}"
        openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{at}.key", "-subj", subject, "-out",
                f"{at}.csr")
        with open(f"{at}.ext", "w") as file:
            file.write(extension + "\n")
        by = ["-CA", f"{self.folder}/{issuer}.pem", "-CAkey", f"{self.folder}/{issuer}.key"] if issuer else \
            ["-key", f"{at}.key"]
        openssl("x509", "-req", "-in", f"{at}.csr", *by, "-CAcreateserial" if issuer else "-set_serial",
                *([] if issuer else ["1"]), "-days", str(days), "-extfile", f"{at}.ext", "-out", f"{at}.pem")

    def fingerprint(self, name):
        done = subprocess.run(["openssl", "x509", "-in", f"{self.folder}/{name}.pem", "-noout", "-fingerprint",
                               "-sha256"], capture_output=True, text=True, check=True)
        return done.stdout.split("=")[1].strip().replace(":", "").lower()


class Recorder:
    def __init__(self, lab):
        self.lab, self.expected, self.port = lab, [], 8000
        self.certificates = Certificates(lab.folder)

    def server(self, *options, certificate="server"):
        """Starts s_server for the handshakes that follow."""
        self.port += 1
        at = self.lab.path(certificate)
        self.process = self.lab.start("server", "openssl", "s_server", "-accept", str(self.port), "-cert", f"{at}.pem",
                                      "-key", f"{at}.key", "-naccept", "9", "-quiet", *options)
        wait_until(lambda: self.listens(self.port), 10, "a server listens")

    def listens(self, port):
        said = subprocess.run(["ip", "netns", "exec", self.lab.namespace("server"), "ss", "-Hltn", f"sport = :{port}"],
                              capture_output=True, text=True).stdout
        return str(port) in said

    def client(self, *options, says="x\\n", port=None):
        """One connection of s_client, which waits a moment before it closes."""
        at = f"{self.lab.address('server')}:{port or self.port}"
        words = " ".join(["openssl", "s_client", "-connect", at, "-quiet", "-no_ign_eof", *options])
        subprocess.run(["ip", "netns", "exec", self.lab.namespace("client"), "sh", "-c",
                        f"(sleep 1; printf '{says}'; sleep 1) | {words}"], capture_output=True, timeout=30)
        time.sleep(0.1)

    def expect(self, host, status="established", outcome="ok", port=None, tls=None, **other):
        shown = {key: self.certificates.fingerprint(name) for key, name in (tls or {}).items()
                 if "certificate" in key}
        line = {"protocol": "tls", "client_address": self.lab.address("client"),
                "server_address": self.lab.address("server"), "server_port": port or self.port, "status": status,
                "outcome": outcome, "tls": {**(tls or {}), **shown}, **other}
        self.expected.append(line if host is None else {**line, "host": host})

    def plain(self):
        self.server("-alpn", "h2")
        self.client("-servername", "api.shop", "-alpn", "h2,http/1.1", *TLS_1_2)
        self.expect("api.shop", operation="handshake TLS 1.2", tls={
            "version": "TLS 1.2", "cipher": GCM, "alpn": "h2", "alpn_offered": "h2,http/1.1", "resumed": False,
            "mutual": False, "certificate": "server"})
        self.client("-servername", "api.shop", "-alpn", "h2,http/1.1", "-tls1_3")
        self.expect("api.shop", operation="handshake TLS 1.3", tls={
            "version": "TLS 1.3", "cipher": AES_13, "alpn_offered": "h2,http/1.1", "resumed": False, "mutual": None})
        self.client("-tls1_3", "-noservername", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256:TLS_CHACHA20_POLY1305_SHA256")
        self.expect(None, tls={"version": "TLS 1.3", "cipher": "TLS_CHACHA20_POLY1305_SHA256", "mutual": None})

    def resumed(self):
        self.server()
        for version, options in (("TLS 1.2", TLS_1_2), ("TLS 1.3", ["-tls1_3"])):
            session = self.lab.path(version)
            self.client("-noservername", *options, "-sess_out", f"'{session}'")
            self.expect(None, operation=f"handshake {version}", tls={"resumed": False})
            self.client("-noservername", *options, "-sess_in", f"'{session}'")
            self.expect(None, operation=f"resumption {version}", tls={"resumed": True, "mutual": None})

    def mutual(self):
        at = self.lab.path("client")
        shows = ["-cert", f"{at}.pem", "-key", f"{at}.key"]
        self.server("-verify", "3", "-CAfile", self.lab.path("root.pem"))
        self.client("-noservername", *TLS_1_2, *shows)
        self.expect(None, tls={"mutual": True, "certificate": "server", "client_certificate": "client"})
        self.client("-noservername", *TLS_1_2)
        self.expect(None, tls={"mutual": False, "certificate": "server"})
        self.client("-noservername", "-tls1_3", *shows)
        self.expect(None, tls={"mutual": None})
        self.server("-Verify", "3", "-verify_return_error", "-CAfile", self.lab.path("other.pem"))
        self.client("-noservername", *TLS_1_2, *shows)
        self.expect(None, "unknown_ca", "client_error", tls={
            "mutual": True, "certificate": "server", "client_certificate": "client"})
        self.client("-noservername", "-tls1_3", *shows)
        self.expect(None, "alert", "client_error", operation="handshake TLS 1.3")

    def refused(self):
        self.server(certificate="expired")
        checks = ["-servername", "old.shop", "-verify_return_error", "-CAfile", self.lab.path("root.pem")]
        self.client(*checks, *TLS_1_2)
        self.expect("old.shop", "certificate_expired", "server_error", tls={"certificate": "expired"})
        self.client(*checks, "-tls1_3")
        self.expect("old.shop", "certificate_expired", "server_error", tls={"version": "TLS 1.3"})
        self.server("-tls1_3")
        self.client("-noservername", *TLS_1_2)
        self.expect(None, "protocol_version", "client_error", operation="handshake",
                    tls={"version": None, "cipher": None, "version_offered": "TLS 1.2"})
        self.server("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256")
        self.client("-noservername", "-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384")
        self.expect(None, "handshake_failure", "client_error")

    def retried(self):
        self.server("-groups", "P-384")
        self.client("-noservername", "-tls1_3", "-groups", "X25519:P-384")
        self.expect(None, tls={"version": "TLS 1.3", "retried": True})

    def weak(self):
        self.server("-tls1", "-cipher", ANY)
        self.client("-noservername", "-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0")
        self.expect(None, operation="handshake TLS 1.0", tls={
            "version": "TLS 1.0", "cipher": "TLS_RSA_WITH_AES_128_CBC_SHA", "certificate": "server"})

    def early(self):
        self.server("-early_data")
        session = self.lab.path("early")
        self.client("-noservername", "-tls1_3", "-sess_out", session)
        self.expect(None, operation="handshake TLS 1.3")
        data = self.lab.write("data", "early\n")
        self.client("-noservername", "-tls1_3", "-sess_in", session, "-early_data", data)
        self.expect(None, operation="resumption TLS 1.3")

    def upgraded(self):
        self.lab.start("server", "python3", self.lab.write("upgrades.py", UPGRADES.format(self.lab.folder)))
        for port, name in ((25, "smtp"), (5432, "postgres"), (3306, "mysql")):
            wait_until(lambda port=port: self.listens(port), 10, "a server listens")
            self.client("-starttls", name, "-servername", "db.api.shop", port=port)
            self.expect("db.api.shop", port=port, operation="handshake TLS 1.2", tls={"certificate": "server"})

    def nginx(self):
        self.lab.nginx("server", f"""
            listen 443 ssl http2;
            ssl_protocols TLSv1.2 TLSv1.3;
            ssl_certificate {self.lab.path('server.pem')};
            ssl_certificate_key {self.lab.path('server.key')};
            return 200 "hello\\n";""")
        at = self.lab.address("server")
        for version in ("1.2", "1.3"):
            self.lab.run("client", "curl", "-sk", "--http2", "--resolve", f"api.shop:443:{at}", f"--tlsv{version}",
                         "--tls-max", version, "https://api.shop/")
            self.expect("api.shop", port=443, operation=f"handshake TLS {version}", tls={
                "alpn_offered": "h2,http/1.1", **({"alpn": "h2"} if version == "1.2" else {})})
            time.sleep(0.1)


def main():
    with Lab("server", "client", "tap") as lab:
        for host in lab.hosts:  # as on a wire: segments no longer than a frame
            lab.ip(lab.namespace(host), "link set eth0 gso_max_segs 1")
        recorder = Recorder(lab)
        subprocess.run(["ip", "netns", "exec", lab.namespace("client"), "ping", "-qc1", lab.address("server")],
                       capture_output=True)
        tcpdump = lab.start("tap", "tcpdump", "--immediate-mode", "-U", "-i", "eth0", "-s", "0", "-w",
                            lab.path("tls.pcap"), "tcp")
        time.sleep(1)
        for record in (recorder.plain, recorder.resumed, recorder.mutual, recorder.refused, recorder.retried,
                       recorder.weak, recorder.early, recorder.upgraded, recorder.nginx):
            record()
        time.sleep(0.5)
        tcpdump.terminate()
        tcpdump.wait()
        with open(lab.path("tcpdump.out")) as said:
            check("\n0 packets dropped by kernel" in said.read(), "tcpdump dropped packets")
        with open(os.path.join(HERE, "tls.pcap"), "wb") as file:
            file.write(open(lab.path("tls.pcap"), "rb").read())
    with open(os.path.join(HERE, "tls.log"), "w") as file:
        for line in recorder.expected:
            file.write(json.dumps(line) + "\n")
    print(f"{len(recorder.expected)} handshakes")


main()
