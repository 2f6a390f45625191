"""h2_lab.py - HTTP/2 peers without gRPC on the hosts of a lab: nghttp's tools, and what they say that they did."""
import collections
import os
import re

from lab import check, wait_until
from grpc_lab import listens
from truth import outcome_of_http


def parse(text):
    """Exchanges in what `nghttpd -v` or `nghttp -v` prints: {(connection, stream): {field: value}}. Fields that were
    received come before the frame's line, each with its stream; those that were sent follow the frame's line."""
    found = collections.defaultdict(dict)
    connection, sends, stream, received = "1", False, None, {}
    for line in text.splitlines():
        if match := re.match(r"(?:\[id=(\d+)\] )?\[ *[\d.]+\] (.*)", line):
            connection, words = match[1] or "1", match[2]
            if match := re.match(r"recv \(stream_id=\d+[^)]*\) (:\w+): (.*)", words):
                received[match[1]] = match[2]
            elif match := re.match(r"(send|recv) (\w+) frame .*stream_id=(\d+)>", words):
                sends, stream = match[1] == "send" and match[2] in ("HEADERS", "PUSH_PROMISE"), int(match[3])
                if match[1] == "recv" and match[2] == "HEADERS":
                    note(found[connection, stream], received)
                    received = {}
        elif match := re.search(r"promised_stream_id=(\d+)", line):
            stream = int(match[1])
            note(found[connection, stream], {"pushed": True, **received})
            received = {}
        elif sends and (match := re.match(r" +(:\w+): (.*)", line)):
            note(found[connection, stream], {match[1]: match[2]})
    return {key: fields for key, fields in found.items() if ":path" in fields}


def note(fields, new):
    """An interim status gives way to the one that follows it."""
    for name, value in new.items():
        if name not in fields or fields[name].startswith("1"):
            fields[name] = value


def truth_of(exchanges, **where):
    """What the log must say of these."""
    truth = []
    for (_, stream), fields in exchanges.items():
        want = {"protocol": "http2", **where, "stream_id": stream, "method": fields[":method"],
                "path": fields[":path"].partition("?")[0], "status": fields[":status"],
                "outcome": outcome_of_http(int(fields[":status"]))}
        if ":authority" in fields:
            want["host"] = fields[":authority"]
        if fields.get("pushed"):
            want["notes"] = ["pushed"]
        truth.append(want)
    return truth


class Nghttpd:
    """nghttpd on a host, in its own folder of files."""

    def __init__(self, lab, host, *options, port=8080):
        self.lab, self.address = lab, f"{lab.address(host)}:{port}"
        self.folder = folder = lab.path("files")
        os.makedirs(folder, exist_ok=True)
        for name, size in (("index.html", 300), ("style.css", 3000), ("large.txt", 20_000)):
            with open(os.path.join(folder, name), "w") as file:
                file.write("<p>text " * (size // 8))
        self.said_before = len(self.said()) if os.path.exists(lab.path("nghttpd.out")) else 0
        lab.start(host, "nghttpd", "-v", "--no-tls", "-d", folder, "-a", lab.address(host), *options, str(port))
        wait_until(lambda: listens(lab, host, port), 10, "nghttpd listens")

    def said(self):
        with open(self.lab.path("nghttpd.out")) as file:
            return file.read()

    def served(self):
        """What it says that it served; to be asked before another is started."""
        return parse(self.said()[self.said_before:])


def nghttp(lab, host, *words):
    """Runs nghttp; what it says that it asked and got."""
    return parse(lab.run(host, "nghttp", "-v", "-n", *words))


def every_frame(lab, client, there):
    """Padding, priorities, pushes, header blocks of several frames, trailers, 100 (Continue), resized tables. Needs a
    server that pushes /style.css with /index.html. Returns what nghttp says, connection by connection."""
    at = f"http://{there.address}"
    return [nghttp(lab, client, *words) for words in (
        ("-p", "200", "-b", "60", f"{at}/index.html", f"{at}/missing", f"{at}/style.css?v=2"),
        ("--continuation", f"{at}/style.css"),
        ("-d", f"{there.folder}/style.css", "--expect-continue", "--trailer", "x-end: 1", f"{at}/index.html?add"),
        ("-m", "5", "--no-dep", "-c", "0", "-c", "8192", f"{at}/style.css"),
        ("--no-push", f"{at}/large.txt", f"{at}/index.html"))]


def statuses(exchanges):
    return collections.Counter((fields[":path"], fields[":status"]) for fields in exchanges.values())


def check_agree(client, server):
    """`client` is a list of what nghttp said, each of one connection."""
    asked = sum((statuses(one) for one in client), collections.Counter())
    check(asked == statuses(server), f"client and server do not agree: {asked} {statuses(server)}")


def check_h2load(said, served):
    """What h2load says of statuses must be what the server says."""
    counts = collections.Counter()
    for number, digit in re.findall(r"(\d+) (\d)xx", said):
        counts[digit] += int(number)
    for (_, status), number in statuses(served).items():
        counts[status[0]] -= number
    check(not any(counts.values()), f"h2load and server do not agree:\n{said}\n{statuses(served)}")
