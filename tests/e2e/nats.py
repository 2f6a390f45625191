"""nats.py - a small client of NATS, and its server on a host of the lab, with JetStream."""
import json
import socket

from lab import wait_until

PORT = 4222


def start(lab, host, rights=""):
    """`rights` is what else its one user may have. Passwords are "hunter2-canary"."""
    config = lab.write("nats.conf", f"""
listen: "{lab.address(host)}:{PORT}"
jetstream {{ store_dir: "{lab.path('jetstream')}" }}
authorization {{ users = [ {{ user: shop, password: "hunter2-canary" {rights} }} ] }}
""")
    lab.start(host, "nats-server", "-c", config)
    wait_until(lambda: f":{PORT} " in lab.run(host, "ss", "-ltn"), 20, "nats-server listens")


class Client:
    """Speaks from the host that the calling thread is on. Each call waits for what comes of it."""

    def __init__(self, lab, password="hunter2-canary", **options):
        self.socket = socket.create_connection((lab.address("server"), PORT), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")
        self.subscriptions, self.messages, self.inbox = 0, [], f"_INBOX.{id(self):x}Ab1Cd2"
        self.line()  # INFO
        self.say("CONNECT " + json.dumps({"verbose": False, "pedantic": False, "user": "shop", "pass": password, "lang": "py",
                                          "version": "1", "headers": True, "no_responders": True, **options}))
        self.refused = None
        self.flush()

    def say(self, line, payload=None):
        self.socket.sendall(line.encode() + b"\r\n" + (b"" if payload is None else payload + b"\r\n"))

    def line(self):
        return self.file.readline().decode().rstrip("\r\n")

    def next(self):
        """The next thing that is said: a line, with its message."""
        line = self.line()
        words = line.split()
        if words and words[0] in ("MSG", "HMSG"):
            body = self.file.read(int(words[-1]) + 2)[:-2]
            message = {"subject": words[1], "reply": words[3] if len(words) == (5 if words[0] == "MSG" else 6) else "",
                       "body": body}
            self.messages.append(message)
            return message
        if words and words[0] == "PING":
            self.say("PONG")
        if line.startswith("-ERR"):
            self.refused = line
        return line

    def flush(self):
        self.say("PING")
        while self.next() not in ("PONG", "") and not (self.refused and "Authorization" in self.refused):
            pass

    def subscribe(self, subject, queue=""):
        self.subscriptions += 1
        self.say(" ".join(word for word in ("SUB", subject, queue, str(self.subscriptions)) if word))

    def publish(self, subject, body=b"", reply="", headers=None):
        front = f"{subject} {reply} " if reply else f"{subject} "
        if headers is None:
            self.say(f"PUB {front}{len(body)}", body)
            return
        head = b"NATS/1.0\r\n" + b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items()) + b"\r\n"
        self.say(f"HPUB {front}{len(head)} {len(head) + len(body)}", head + body)

    def send(self, subject, body, number):
        """A request, which is not waited for."""
        if not number:
            self.subscribe(self.inbox + ".*")
        self.publish(subject, body, f"{self.inbox}.{number}")

    def receive(self):
        while not self.messages:
            self.next()
        return self.messages.pop(0)

    def close(self):
        self.socket.close()
