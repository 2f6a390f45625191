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
        folder = lab.path(f"files-{host}-{port}")
        os.makedirs(folder, exist_ok=True)
        for name, size in (("index.html", 300), ("style.css", 3000), ("large.txt", 40_000)):
            with open(os.path.join(folder, name), "w") as file:
                file.write("<p>text " * (size // 8))
        lab.write("nghttpd.out", "")
        lab.start(host, "nghttpd", "-v", "--no-tls", "-d", folder, "-a", lab.address(host), *options, str(port))
        wait_until(lambda: listens(lab, host, port), 10, "nghttpd listens")

    def served(self):
        """What it says that it served."""
        with open(self.lab.path("nghttpd.out")) as file:
            return parse(file.read())


def nghttp(lab, host, *words):
    """Runs nghttp; what it says that it asked and got."""
    return parse(lab.run(host, "nghttp", "-v", "-n", *words))


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
