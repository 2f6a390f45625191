#!/usr/bin/python3
"""generate.py - writes the stories beside it: header blocks of an encoder that is not ours, and what they say.

usage: generate.py (needs Debian's python3-hpack)

A story is {"description", "cases": [{"wire": hexadecimal, "headers": [{name: value}, ...]}, ...]}, as the HTTP/2 Japan
Community writes them. The same run writes the same bytes.
"""
import json
import os
import random

from hpack import Encoder


class Story:
    def __init__(self, name, description):
        self.name, self.description = name, description
        self.encoder = Encoder()
        self.random = random.Random(name)
        self.cases = []

    def block(self, *fields, huffman=True):
        wire = self.encoder.encode([(f[0], f[1], len(f) > 2) for f in fields], huffman=huffman)
        self.cases.append({"wire": wire.hex(), "headers": [{f[0]: f[1]} for f in fields]})

    def size(self, size):
        self.encoder.header_table_size = size

    def hex(self, digits):
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def write(self):
        cases = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        path = os.path.join(os.path.dirname(__file__), self.name + ".json")
        with open(path, "w", encoding="ascii") as file:
            file.write(f'{{"description": {json.dumps(self.description)},\n"cases": [\n{cases}]}}\n')


def call(story, method, *more):
    return [(":method", "POST"), (":scheme", "http"), (":path", "/shop.v1.Cart/" + method),
            (":authority", "cart.shop.svc:50051"), ("te", "trailers"), ("content-type", "application/grpc"),
            ("user-agent", "grpc-go/1.51.0"),
            ("traceparent", f"00-{story.hex(32)}-{story.hex(16)}-01"), *more]


def calls():
    """Unary calls of a few methods; each has a value that never comes again, so the table turns over."""
    story = Story("calls", calls.__doc__)
    for _ in range(90):
        method = story.random.choice(["Add", "Add", "Remove", "Show"])
        story.block(*call(story, method), ("authorization", "Bearer " + story.hex(20), "never indexed"))
    story.write()


def repeated():
    """The same call over and over: what was set by the first block is never set again."""
    story = Story("repeated", repeated.__doc__)
    for number in range(30):
        story.block((":method", "POST"), (":scheme", "http"), (":path", "/health.v1.Health/Check"),
                    (":authority", "db:9000"), ("te", "trailers"), ("grpc-timeout", f"{number % 3 + 1}S"),
                    huffman=number % 2 == 0)
    story.write()


def resized():
    """A table that grows, shrinks, is emptied and grows again, sometimes twice between two blocks."""
    story = Story("resized", resized.__doc__)
    sizes = [[4096], [200], [0], [0, 4096], [100, 300], [16384], [60], [0, 1000], [31], [64], [8192], [500]]
    for number in range(120):
        if number and number % 8 == 0:
            for size in sizes[number // 8 % len(sizes)]:
                story.size(size)
        story.block((":status", story.random.choice(["200", "200", "404", "503"])),
                    ("content-type", story.random.choice(["text/html", "application/json", "image/png"])),
                    ("etag", '"' + story.hex(8) + '"'), ("server", "shop"),
                    ("x-cache", story.random.choice(["hit", "miss", "stale"])))
    story.write()


def large():
    """A table of 64 KiB that refers far back, and odd bytes in long values."""
    story = Story("large", large.__doc__)
    story.size(65536)
    values = [story.hex(story.random.choice([20, 80, 300])) for _ in range(120)]
    for number in range(80):
        known = values[:3 + number * 2]
        story.block((":path", "/" + story.random.choice(known[-8:])), ("x-key", story.random.choice(known)),
                    ("x-old", story.random.choice(known[:6])), ("x-odd", "\t\"#<>\\^`{|}~ \x7f"),
                    ("empty", ""))
    story.write()


for write in (calls, repeated, resized, large):
    write()
