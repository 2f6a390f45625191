"""lab.py - a few hosts on a switch that floods, for tests with real servers.

    with Lab("server", "client", "tap") as lab:
        nginx = lab.start("server", "nginx", ...)
        lab.run("client", "curl", "http://10.77.0.1/")

Hosts are network namespaces named after this process; each has one interface, eth0, on a bridge that forwards every
frame to every port. The address of the n-th host is 10.77.0.n. Leaving the block ends the processes that start()
began and deletes the namespaces. Ends the test as skipped where there is no root or no namespace to be had.
"""
import ctypes
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SKIPPED = 77
CLONE_NEWNET = 0x40000000
HOME = open("/proc/self/ns/net")


def fail(text):
    print(f"FAIL: {text}")
    sys.exit(1)


def check(condition, text):
    if not condition:
        fail(text)


def wait_until(condition, seconds, text):
    """Returns what `condition` returned once that is true; fails the test after `seconds`."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > end:
            fail(f"not within {seconds} s: {text}")
        time.sleep(0.02)
    return result


class Lab:
    def __init__(self, *hosts):
        self.hosts = hosts
        self.prefix = f"tg{os.getpid()}"
        self.processes = []

    def __enter__(self):
        if os.geteuid() != 0:
            print("skipped: needs root for network namespaces")
            sys.exit(SKIPPED)
        if subprocess.run(["ip", "netns", "add", self.prefix], capture_output=True).returncode != 0:
            print("skipped: no network namespaces here")
            sys.exit(SKIPPED)
        self.folder = tempfile.mkdtemp(prefix="tapgraph-")
        os.chmod(self.folder, 0o777)
        try:
            self.ip(self.prefix, "link add switch type bridge ageing_time 0 mcast_snooping 0")
            self.sysctl(self.prefix)
            self.ip(self.prefix, "link set switch up")
            for host in self.hosts:
                self.plug(host)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for name in (self.prefix, *map(self.namespace, self.hosts)):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
        subprocess.run(["rm", "-rf", self.folder])

    # --- the network ---

    def namespace(self, host):
        return f"{self.prefix}-{host}"

    def address(self, host):
        return f"10.77.0.{self.hosts.index(host) + 1}"

    @staticmethod
    def ip(namespace, words):
        done = subprocess.run(["ip", "-n", namespace, *words.split()], capture_output=True, text=True)
        check(done.returncode == 0, f"ip -n {namespace} {words}: {done.stderr}")

    @staticmethod
    def sysctl(namespace):
        """No IPv6, so that a silent network is silent."""
        subprocess.run(["ip", "netns", "exec", namespace, "sh", "-c",
                        "for f in all default; do echo 1 >/proc/sys/net/ipv6/conf/$f/disable_ipv6;"
                        " done"], check=True)

    def plug(self, host):
        namespace = self.namespace(host)
        if not os.path.exists(f"/run/netns/{namespace}"):
            subprocess.run(["ip", "netns", "add", namespace], check=True)
            self.sysctl(namespace)
            self.ip(namespace, "link set lo up")
        port = f"port{self.hosts.index(host)}"
        self.ip(self.prefix, f"link add {port} type veth peer name eth0 netns {namespace}")
        self.ip(namespace, f"address add {self.address(host)}/24 dev eth0")
        self.ip(namespace, "link set eth0 up")
        self.ip(self.prefix, f"link set {port} master switch up")

    def unplug(self, host):
        self.ip(self.namespace(host), "link del eth0")

    def cable(self, one, other, interface, mtu=1500):
        """Connects two hosts with a cable of their own, at an interface that has this name at both."""
        self.ip(self.namespace(one), f"link add {interface} mtu {mtu} type veth peer name {interface} mtu {mtu} netns "
                f"{self.namespace(other)}")
        for host in (one, other):
            self.sysctl(self.namespace(host))
            self.ip(self.namespace(host), f"link set {interface} up")

    def wire(self, host, interface):
        """A socket that sends whole frames from there."""
        self.enter(host)
        try:
            sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            sender.bind((interface, 0))
            return sender
        finally:
            self.leave()

    def enter(self, host):
        """Moves the calling thread to the host, for connections that it then makes itself."""
        with open(f"/run/netns/{self.namespace(host)}") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    # --- programs ---

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def start(self, host, *command):
        """Starts a program on a host; what it prints goes to the file NAME.out in the folder."""
        with open(self.path(os.path.basename(command[0]) + ".out"), "a") as out:
            process = subprocess.Popen(["ip", "netns", "exec", self.namespace(host), *command],
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.processes.append(process)
        return process

    def run(self, host, *command, timeout=60):
        done = subprocess.run(["ip", "netns", "exec", self.namespace(host), *command],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
        check(done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def nginx(self, host, server):
        """Starts nginx with this `server` block's content. Its access log is access.log: method, path, status."""
        conf = self.write("nginx.conf", f"""
worker_processes 1;
daemon off;
pid {self.path('nginx.pid')};
error_log stderr error;
events {{ worker_connections 512; }}
http {{
    log_format plain '$request_method $uri $status';
    access_log {self.path('access.log')} plain;
    keepalive_requests 1000000;
    client_body_temp_path {self.path('body')};
    proxy_temp_path {self.path('proxy')};
    fastcgi_temp_path {self.path('fastcgi')};
    uwsgi_temp_path {self.path('uwsgi')};
    scgi_temp_path {self.path('scgi')};
    server {{ listen 80; {server} }}
}}
""")
        process = self.start(host, "nginx", "-c", conf)
        wait_until(lambda: os.path.exists(self.path("nginx.pid")), 10, "nginx starts")
        return process

    def capture(self, program, *options, host="tap", interfaces=("eth0",), name="tap", port=7117):
        """Starts tapgraph on the host's interfaces, with page, database NAME.db and log NAME.log, and waits until it
        captures."""
        watched = [word for interface in interfaces for word in ("-i", interface)]
        process = self.start(host, program, "capture", *watched, "--db", self.path(f"{name}.db"), "--log",
                             self.path(f"{name}.log"), "--listen", f"127.0.0.1:{port}", *options)
        wait_until(lambda: self.child(process, "tapgraph-sensor") and self.page(host, port=port), 20,
                   "tapgraph captures and serves its page")
        time.sleep(0.3)
        return process

    def page(self, host, path="/", timeout=2, port=7117):
        """The page's text, or None if it does not answer. In a thread that is on the host already, pass None."""
        if host is not None:
            self.enter(host)
        try:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"http://127.0.0.1:{port}{path}", timeout=timeout) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, OSError):
            return None
        finally:
            if host is not None:
                self.leave()

    @staticmethod
    def leave():
        """Back to where the test's process began."""
        ctypes.CDLL(None).setns(HOME.fileno(), CLONE_NEWNET)

    def ask(self, program, *command, name="tap"):
        """What a question to the database answers: an object a line. What the kernels of the lab say to each other
        (who listens to which multicast group) is left out."""
        done = subprocess.run([program, *command, "--db", self.path(f"{name}.db"), "--json"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        check(done.returncode == 0, f"tapgraph {' '.join(command)}: {done.stderr}")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return [row for row in rows if row.get("protocol") not in ("igmp", "icmpv6")]

    def events(self, name="tap"):
        """What happened to the collector, as (kind, text), the earliest first."""
        with sqlite3.connect(f"file:{self.path(name)}.db?mode=ro", uri=True) as db:
            return db.execute("SELECT kind, text FROM event ORDER BY time_ns").fetchall()

    def captured(self, counter, name="tap"):
        """The sum of a counter of the capture over all windows."""
        with sqlite3.connect(f"file:{self.path(name)}.db?mode=ro", uri=True) as db:
            return db.execute(f"SELECT total({counter}) FROM capture_window WHERE level = 0").fetchone()[0]

    def wait_for_window(self, name="tap"):
        """Waits until a window is stored that began after this was called."""
        begun = time.time_ns()

        def has_begun():
            with sqlite3.connect(f"file:{self.path(name)}.db?mode=ro", uri=True) as db:
                return (db.execute("SELECT max(start_ns) FROM capture_window WHERE level = 0").fetchone()[0] or 0) > begun
        wait_until(has_begun, 20, "windows end")

    def log(self, name="tap"):
        """The exchanges logged so far."""
        with open(self.path(f"{name}.log")) as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    @staticmethod
    def child(process, name):
        """The process id of the first descendant of that name, or None."""
        waiting = [process.pid]
        while waiting:
            pid = waiting.pop()
            found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
            for child in map(int, found.stdout.split()):
                try:
                    with open(f"/proc/{child}/comm") as comm:
                        if comm.read().strip() == name:
                            return child
                except OSError:
                    continue
                waiting.append(child)
        return None

    def stop(self, process):
        """Ctrl-C, and what the program makes of it."""
        process.send_signal(signal.SIGINT)
        try:
            status = process.wait(30)
        except subprocess.TimeoutExpired:
            fail("tapgraph does not stop after SIGINT")
        check(status == 0, f"tapgraph ended with status {status}\n{self.output()}")

    def output(self):
        with open(self.path("tapgraph.out")) as file:
            return file.read()
