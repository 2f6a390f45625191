"""traffic.py - the captures of the benchmark: real servers under load generators, in network namespaces.

record(NAME, FOLDER, SIZE) writes FOLDER/NAME.pcap and, beside it, NAME.json: what each load generator printed that it
had done, and what a database must hold of it. A generator ends with nothing under way, so the numbers must be equal.
"""
import glob
import json
import os
import re
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab, check, wait_until  # noqa: E402
from grpc_lab import listens  # noqa: E402

SECONDS_MAX = 50  # of load; a generator that counts its time then ends with what it has done
RING_KIB = {"full": 1 << 20, "quick": 1 << 18, "tiny": 1 << 15}  # the whole of a capture, nearly
POSTGRES = max(glob.glob("/usr/lib/postgresql/*/bin"), default="")
AS_POSTGRES = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
GRPC_LOAD = os.path.join(HERE, "grpc_load.py")

HTTP1 = {"full": 300_000, "quick": 40_000, "tiny": 500}
H2C = {"full": 700_000, "quick": 150_000, "tiny": 3_000}
GRPC = {"full": 150_000, "quick": 8_000, "tiny": 200}
# Of Redis for each of two commands, PostgreSQL's transactions, questions to the DNS, requests in TLS, requests of HTTP
# with a connection each, and MB at once.
MIXED = {"full": (100_000, 5_000, 60_000, 4_000, 10_000, 120), "quick": (8_000, 800, 8_000, 600, 1_500, 20),
         "tiny": (200, 20, 200, 40, 50, 1)}

SHOP = """
    access_log off;
    location = /small { return 200 "ok\\n"; }
    location = /page { default_type text/html; return 200 "%s"; }
    location / { return 200 "{}"; }
""" % ("p" * 2500)

# After its share, or when time is up, wrk lets its connections rest, so that nothing is under way when it is stopped.
WRK = """
local paths = {"/small", "/page", "/users/%%d/cart", "/products/%%d"}
local sent, enough, until_time = 0, %d, os.time() + %d
local headers = {["Host"] = "shop.example.com", ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101",
                 ["Accept"] = "application/json", ["Accept-Language"] = "en-GB,en;q=0.5"%s}
function delay()
    return (sent >= enough or os.time() > until_time) and 600000 or 0
end
function request()
    sent = sent + 1
    return wrk.format("GET", string.format(paths[sent %% #paths + 1], sent %% 5000), headers)
end
"""


class Tap:
    """tcpdump at the server's interface, without a packet lost."""

    def __init__(self, lab, path, size):
        self.lab, self.path, self.part = lab, path, path + ".part"
        for host in lab.hosts:  # what a wire carries, not what offloading makes of it
            lab.ip(lab.namespace(host), "link set dev eth0 gso_max_segs 1")
            lab.ip(lab.namespace(host), "link set dev eth0 gso_max_size 1500")
        self.process = lab.start("server", "tcpdump", "-i", "eth0", "-B", str(RING_KIB[size]), "-s", "0", "-Z", "root", "-w",
                                 self.part, "tcp or udp")
        wait_until(lambda: "listening on" in self.said(), 20, "tcpdump captures")

    def said(self):
        with open(self.lab.path("tcpdump.out")) as out:
            return out.read()

    def counts(self):
        """How many packets were captured (written), received (from the kernel), and dropped, so far."""
        said = self.said()
        self.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: self.said().endswith("by kernel\n") and self.said() != said, 10, "tcpdump tells what it has")
        return {what: int(number) for number, what in re.findall(r"(\d+) packets? (captured|received|dropped)", self.said())}

    def rest(self, seconds=0.4):
        """Waits until nothing came for a while."""
        end, since, received = time.monotonic() + SECONDS_MAX + 60, time.monotonic(), -1
        while time.monotonic() - since < seconds:
            check(time.monotonic() < end, "the load does not end")
            time.sleep(0.1)
            if (now := self.counts()["received"]) != received:
                since, received = time.monotonic(), now

    def end(self):
        self.rest()
        wait_until(lambda: (said := self.counts())["captured"] == said["received"], 30, "all is written")
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        said = self.said().split()
        check("0 packets dropped" in " ".join(said[-5:]), f"a packet was lost in capturing: {self.said()}")
        os.rename(self.part, self.path)


def number(pattern, text):
    """The number in what a load generator printed, and its line."""
    found = re.search(pattern, text, re.MULTILINE)
    check(found, f"no {pattern} in what was printed: {text}")
    return int(found[1]), found[0].strip()


def count(by, protocol, found, operation=None):
    """What is beside a capture: that a database must hold `count` requests of the protocol, or of one operation."""
    return {"by": by, "printed": found[1], "count": found[0], "protocol": protocol, "operation": operation}


# --- load; each begins at once and returns what waits for its end and tells what it counted ---

def wrk(lab, tap, requests, more=""):
    script = lab.write("load.lua", WRK % (requests, SECONDS_MAX, more))
    out = lab.path("load.wrk")
    with open(out, "w") as said:
        process = subprocess.Popen(["ip", "netns", "exec", lab.namespace("client"), "wrk", "-t1", "-c32", "-d600s", "-s", script,
                                    f"http://{lab.address('server')}"], stdin=subprocess.DEVNULL, stdout=said)
    lab.processes.append(process)

    def end():
        tap.rest()
        process.send_signal(signal.SIGINT)
        process.wait(20)
        with open(out) as file:
            said = file.read()
        errors = re.findall(r"(?:connect|read|write) (\d+)", said)  # a timeout here is an answer after two seconds
        check(set(errors) <= {"0"} and "Non-2xx" not in said, said)
        return [count("wrk", "http", number(r"^ *(\d+) requests in .*", said))]
    return end


def begin(lab, *command):
    """A generator that ends by itself; returns what waits and tells what it printed."""
    process = subprocess.Popen(["ip", "netns", "exec", lab.namespace("client"), *command], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lab.processes.append(process)

    def end():
        said = process.communicate(timeout=600)[0]
        check(process.returncode == 0, f"{' '.join(command)}: {process.returncode}\n{said}")
        return said
    return end


def redis(lab, requests):
    lab.start("server", "redis-server", "--bind", lab.address("server"), "--protected-mode", "no", "--save", "", "--dir",
              lab.path("."))
    wait_until(lambda: listens(lab, "server", 6379), 20, "redis-server listens")
    end = begin(lab, "redis-benchmark", "-h", lab.address("server"), "-n", str(requests), "-c", "16", "-r", "10000", "-d", "100",
                "-t", "set,get")

    def counted():
        said = end()
        parts = re.findall(r"====== (SET|GET) ======.*?((\d+) requests completed in [^\r\n]*)", said, re.DOTALL)
        check(len(parts) == 2, said)
        return [count("redis-benchmark", "redis", (int(done), line), name) for name, line, done in parts]
    return counted


def postgresql(lab, transactions):
    data = lab.path("postgres")
    os.makedirs(data)
    subprocess.run(["chown", "postgres:postgres", data], check=True)
    lab.run("server", *AS_POSTGRES, f"{POSTGRES}/initdb", "-D", data, "-A", "trust", "-N", "-E", "UTF8", "--no-locale")
    with open(f"{data}/pg_hba.conf", "w") as hba:
        hba.write("local all all trust\nhost all all all trust\n")
    lab.start("server", *AS_POSTGRES, f"{POSTGRES}/postgres", "-D", data, "-h", lab.address("server"), "-k", lab.folder, "-c",
              "fsync=off", "-c", "shared_buffers=16MB")
    wait_until(lambda: subprocess.run([f"{POSTGRES}/pg_isready", "-q", "-h", lab.folder]).returncode == 0, 20, "postgres listens")
    lab.run("server", f"{POSTGRES}/pgbench", "-h", lab.folder, "-U", "postgres", "-i", "-q", "-s", "2", "postgres")
    end = begin(lab, f"{POSTGRES}/pgbench", "-h", lab.address("server"), "-U", "postgres", "-n", "-c", "4", "-t",
                str(transactions // 4), "-M", "extended", "postgres")

    def counted():
        found = number(r"^number of transactions actually processed: (\d+).*", end())
        return [count("pgbench", "postgresql", found, name)
                for name in ("END", "UPDATE pgbench_accounts", "SELECT pgbench_accounts", "INSERT pgbench_history")]
    return counted


def dns(lab, questions):
    names = [f"host{n}.shop.test" for n in range(500)]
    hosts = lab.write("hosts", "".join(f"10.78.{n // 250}.{n % 250 + 1} {name}\n" for n, name in enumerate(names)))
    lab.start("server", "dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", f"--addn-hosts={hosts}", "--user=root",
              "--bind-interfaces", "--listen-address=" + lab.address("server"))
    wait_until(lambda: "started" in open(lab.path("dnsmasq.out")).read(), 20, "dnsmasq starts")
    asked = lab.write("questions", "".join(f"{names[n % len(names)]} A\n" for n in range(questions)))
    end = begin(lab, "dnsperf", "-s", lab.address("server"), "-d", asked, "-n", "1", "-q", "20", "-t", "30")
    return lambda: [count("dnsperf", "dns", number(r"^ *Queries completed: +(\d+).*", end()))]


def tls(lab, requests):
    """Counted are the connections: what is asked in them nobody sees."""
    clients = max(4, requests // 20)
    end = begin(lab, "h2load", "-n", str(requests), "-c", str(clients), "-m", "4", f"https://{lab.address('server')}/page")

    def counted():
        said = end()
        check(f"{requests} succeeded" in said, said)
        return [count("h2load", "tls", number(r"^spawning thread #0: (\d+) total client.*", said))]
    return counted


def bulk(lab, megabytes):
    end = begin(lab, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{size_download} 1 request\\n",
                f"http://{lab.address('server')}:81/bulk")

    def counted():
        said = end()
        check(said.startswith(f"200 {megabytes << 20} "), said)
        return [count("curl", "http", number(r"(\d+) request", said), "GET /bulk")]
    return counted


# --- captures ---

def http1(lab, tap, size):
    lab.nginx("server", SHOP)
    return wrk(lab, tap, HTTP1[size])()


def h2c(lab, tap, size):
    folder = lab.path("files")
    os.makedirs(f"{folder}/products")
    for n in range(200):
        lab.write(f"files/products/{n}", "p" * (n * 7 % 400 + 40))
    lab.start("server", "nghttpd", "--no-tls", "-a", lab.address("server"), "-d", folder, "8080")
    wait_until(lambda: listens(lab, "server", 8080), 20, "nghttpd listens")
    asked = lab.write("uris", "".join(f"http://{lab.address('server')}:8080/products/{n}\n" for n in range(200)))
    said = begin(lab, "h2load", "-n", str(H2C[size]), "-c", "8", "-m", "100", "-i", asked, "-H", "accept: application/json", "-H",
                 "user-agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101")()
    check(f"{H2C[size]} succeeded" in said, said)
    return [count("h2load", "http2", number(r"^requests: (\d+) total.*", said))]


def grpc(lab, tap, size):
    target = f"{lab.address('server')}:50051"
    lab.start("server", GRPC_LOAD, "serve", target)
    wait_until(lambda: listens(lab, "server", 50051), 20, "the gRPC server listens")
    said = begin(lab, GRPC_LOAD, "call", target, str(GRPC[size]), str(2 * SECONDS_MAX))()
    return [count("grpc_load.py", "grpc", number(r"^(\d+) calls.*", said))]


def mixed(lab, tap, size):
    for_redis, for_postgres, for_dns, for_tls, for_http, megabytes = MIXED[size]
    key, certificate = lab.path("key.pem"), lab.path("certificate.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                    "-out", certificate, "-days", "30", "-subj", "/CN=shop.example.com"], check=True, capture_output=True)
    with open(lab.path("bulk"), "wb") as file:
        file.truncate(megabytes << 20)
    lab.nginx("server", SHOP + f"listen 443 ssl http2; ssl_certificate {certificate}; ssl_certificate_key {key};\n"
              f"listen 81; location = /bulk {{ root {lab.folder}; }}")
    ends = [postgresql(lab, for_postgres), redis(lab, for_redis), dns(lab, for_dns), tls(lab, for_tls), bulk(lab, megabytes)]
    ends.append(wrk(lab, tap, for_http, more=', ["Connection"] = "close"'))
    found = [one for end in ends for one in end()]
    web = next(one for one in found if one["by"] == "wrk")
    web["count"] += sum(one["count"] for one in found if one["by"] == "curl")
    web["printed"] += ", and curl's"
    return found


CAPTURES = {"http1": http1, "h2c": h2c, "grpc": grpc, "mixed": mixed}


def record(name, folder, size):
    path = os.path.join(folder, f"{name}.pcap")
    with Lab("server", "client") as lab:
        tap = Tap(lab, path, size)
        counts = CAPTURES[name](lab, tap, size)
        tap.end()
    with open(os.path.join(folder, f"{name}.json"), "w") as file:
        json.dump(counts, file, indent=1)
    return path
