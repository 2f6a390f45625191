#!/usr/bin/env python3
"""kafka_broker.py - a broker of Kafka, alone in its cluster, as far as librdkafka's producer and consumers need one: topics
of one partition in memory, groups of one member. Waits as Fetch says. Every request becomes a line of its journal:
API, topics, records asked with or answered, error, and whether it is answered.

usage: kafka_broker.py ADDRESS PORT JOURNAL [PASSWORD]   with PASSWORD only who signs on with it (SASL PLAIN) is served

To a topic that begins with "sealed" nobody may write; topics that begin with "missing" do not exist.
"""
import json
import socket
import struct
import sys
import threading
import time

PRODUCE, FETCH, LIST_OFFSETS, METADATA, OFFSET_COMMIT, OFFSET_FETCH, FIND, JOIN, HEARTBEAT, LEAVE, SYNC = (
    0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14)
SASL_HANDSHAKE, API_VERSIONS, SASL_AUTHENTICATE = 17, 18, 36
NAMES = {0: "Produce", 1: "Fetch", 2: "ListOffsets", 3: "Metadata", 8: "OffsetCommit", 9: "OffsetFetch", 10: "FindCoordinator",
         11: "JoinGroup", 12: "Heartbeat", 13: "LeaveGroup", 14: "SyncGroup", 17: "SaslHandshake", 18: "ApiVersions",
         36: "SaslAuthenticate"}
LATEST = {PRODUCE: 7, FETCH: 11, LIST_OFFSETS: 1, METADATA: 4, OFFSET_COMMIT: 2, OFFSET_FETCH: 1, FIND: 0, JOIN: 0, HEARTBEAT: 0,
          LEAVE: 0, SYNC: 0, SASL_HANDSHAKE: 1, API_VERSIONS: 3, SASL_AUTHENTICATE: 0}
UNKNOWN_TOPIC, FORBIDDEN, UNSUPPORTED_VERSION, BAD_PASSWORD = 3, 29, 35, 58


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        taken = self.data[self.at:self.at + count]
        assert len(taken) == count
        self.at += count
        return taken

    def number(self, code):
        return struct.unpack(">" + code, self.take(struct.calcsize(">" + code)))[0]

    def text(self):
        size = self.number("h")
        return None if size < 0 else self.take(size).decode()

    def blob(self):
        size = self.number("i")
        return b"" if size < 0 else self.take(size)

    def each(self, read):
        return [read() for _ in range(max(self.number("i"), 0))]


def text(value):
    return struct.pack(">h", -1) if value is None else struct.pack(">h", len(value)) + value.encode()


def blob(value):
    return struct.pack(">i", len(value)) + value


def array(parts):
    return struct.pack(">i", len(parts)) + b"".join(parts)


def batches(records):
    """Each batch, and how many records it has."""
    while len(records) >= 61:
        size = 12 + struct.unpack(">i", records[8:12])[0]
        yield records[:size], struct.unpack(">i", records[57:61])[0]
        records = records[size:]


class Log:
    """Of one topic."""
    def __init__(self):
        self.batches, self.end = [], 0

    def append(self, records):
        first = self.end
        for batch, count in batches(records):
            self.batches.append((self.end, count, struct.pack(">q", self.end) + batch[8:]))
            self.end += count
        return first

    def since(self, offset, room):
        found, size, count = [], 0, 0
        for first, records, batch in self.batches:
            if first + records > offset and (not found or size + len(batch) <= room):
                found.append(batch)
                size += len(batch)
                count += records
        return b"".join(found), count


class Broker:
    def __init__(self, address, port, journal, password):
        self.address, self.port, self.password = address, port, password
        self.journal = open(journal, "w")
        self.logs, self.offsets, self.plans = {}, {}, {}
        self.changed = threading.Condition()

    def note(self, **facts):
        self.journal.write(json.dumps(facts) + "\n")
        self.journal.flush()

    def log(self, topic):
        return None if topic.startswith("missing") else self.logs.setdefault(topic, Log())

    # --- what is answered: (body, facts) ---

    def produce(self, r, version):
        if version >= 3:
            r.text()
        acks, _ = r.number("h"), r.number("i")
        wanted = r.each(lambda: (r.text(), r.each(lambda: (r.number("i"), r.blob()))))
        parts, count, error = [], 0, 0
        with self.changed:
            for topic, partitions in wanted:
                answers = []
                for index, records in partitions:
                    count += sum(records for _, records in batches(records))
                    failed = FORBIDDEN if topic.startswith("sealed") else 0
                    error = error or failed
                    first = -1 if failed else self.log(topic).append(records)
                    answers.append(struct.pack(">ihq", index, failed, first) + struct.pack(">q", -1) * (version >= 2) +
                                   struct.pack(">q", 0) * (version >= 5))
                parts.append(text(topic) + array(answers))
            self.changed.notify_all()
        return None if acks == 0 else array(parts) + struct.pack(">i", 0) * (version >= 1), dict(
            topics=[topic for topic, _ in wanted], asked=count, error=error, answered=acks != 0)

    def fetch(self, r, version):
        _, wait, least = r.number("i"), r.number("i"), r.number("i")
        if version >= 3:
            r.take(4)
        if version >= 4:
            r.take(1)
        if version >= 7:
            r.take(8)

        def partition():
            index = r.number("i")
            if version >= 9:
                r.take(4)
            offset = r.number("q")
            if version >= 5:
                r.take(8)
            return index, offset, r.number("i")
        wanted = r.each(lambda: (r.text(), r.each(partition)))
        end = time.monotonic() + wait / 1000
        with self.changed:
            while True:
                found = [(topic, [(index, *self.log(topic).since(offset, room)) for index, offset, room in partitions])
                         for topic, partitions in wanted]
                size = sum(len(data) for _, partitions in found for _, data, _ in partitions)
                if size >= least or not self.changed.wait(max(end - time.monotonic(), 0)):
                    break
            parts, count = [], 0
            for topic, partitions in found:
                answers = []
                for index, data, records in partitions:
                    count += records
                    answers.append(struct.pack(">ihq", index, 0, self.log(topic).end) + (struct.pack(
                        ">q", self.log(topic).end) * (version >= 4) + struct.pack(">q", 0) * (version >= 5) + struct.pack(
                            ">i", 0) * (version >= 4) + struct.pack(">i", -1) * (version >= 11)) + blob(data))
                parts.append(text(topic) + array(answers))
        head = struct.pack(">i", 0) * (version >= 1) + struct.pack(">hi", 0, 0) * (version >= 7)
        return head + array(parts), dict(topics=[topic for topic, _ in wanted], served=count)

    def list_offsets(self, r, version):
        r.take(4)
        wanted = r.each(lambda: (r.text(), r.each(lambda: (r.number("i"), r.number("q")))))
        return array([text(topic) + array([struct.pack(">ihqq", index, 0, -1, self.log(topic).end if when == -1 else 0)
                                           for index, when in partitions]) for topic, partitions in wanted]), {}

    def metadata(self, r, version):
        topics = r.each(r.text) or sorted(self.logs)
        brokers = array([struct.pack(">i", 1) + text(self.address) + struct.pack(">i", self.port) + text(None) * (version >= 1)])
        parts, error = [], 0
        for topic in topics:
            failed = UNKNOWN_TOPIC if self.log(topic) is None else 0
            error = error or failed
            partition = struct.pack(">hiiiiii", 0, 0, 1, 1, 1, 1, 1)
            parts.append(struct.pack(">h", failed) + text(topic) + b"\0" * (version >= 1) + array([] if failed else [partition]))
        return (struct.pack(">i", 0) * (version >= 3) + brokers + text("alone") * (version >= 2) +
                struct.pack(">i", 1) * (version >= 1) + array(parts)), dict(error=error)

    def find(self, r, version):
        return struct.pack(">hi", 0, 1) + text(self.address) + struct.pack(">i", self.port), {}

    def join(self, r, version):
        r.text(), r.take(4)
        member = r.text() or "member-1"
        r.text()
        protocols = r.each(lambda: (r.text(), r.blob()))
        time.sleep(0.3)  # who else may come
        return (struct.pack(">hi", 0, 1) + text(protocols[0][0]) + text(member) + text(member) +
                array([text(member) + blob(protocols[0][1])])), {}

    def sync(self, r, version):
        group = r.text()
        r.take(4), r.text()
        for _, plan in r.each(lambda: (r.text(), r.blob())):
            self.plans[group] = plan
        return struct.pack(">h", 0) + blob(self.plans.get(group, b"")), {}

    def heartbeat(self, r, version):
        return struct.pack(">h", 0), {}

    leave = heartbeat

    def offset_commit(self, r, version):
        group = r.text()
        r.take(4), r.text(), r.take(8)
        wanted = r.each(lambda: (r.text(), r.each(lambda: (r.number("i"), r.number("q"), r.text()))))
        for topic, partitions in wanted:
            for index, offset, _ in partitions:
                self.offsets[group, topic, index] = offset
        return array([text(topic) + array([struct.pack(">ih", index, 0) for index, _, _ in partitions])
                      for topic, partitions in wanted]), {}

    def offset_fetch(self, r, version):
        group = r.text()
        wanted = r.each(lambda: (r.text(), r.each(lambda: r.number("i"))))
        return array([text(topic) + array([struct.pack(">iq", index, self.offsets.get((group, topic, index), -1)) + text("") +
                                           struct.pack(">h", 0) for index in partitions]) for topic, partitions in wanted]), {}

    def sasl_handshake(self, r, version):
        return struct.pack(">h", 0) + array([text("PLAIN")]), dict(topics=[r.text()])

    def sasl_authenticate(self, r, version):
        good = r.blob().split(b"\0")[2] == self.password.encode()
        error = 0 if good else BAD_PASSWORD
        return struct.pack(">h", error) + text(None) + blob(b""), dict(error=error)

    def api_versions(self, r, version):
        if version > LATEST[API_VERSIONS]:
            return struct.pack(">hi", UNSUPPORTED_VERSION, 0), dict(error=UNSUPPORTED_VERSION)
        if version < 3:
            return struct.pack(">h", 0) + array([struct.pack(">hhh", key, 0, latest) for key, latest in LATEST.items()]) + (
                struct.pack(">i", 0) * (version >= 1)), {}
        rows = b"".join(struct.pack(">hhhb", key, 0, latest, 0) for key, latest in LATEST.items())
        return struct.pack(">hb", 0, len(LATEST) + 1) + rows + struct.pack(">ib", 0, 0), {}

    # --- connections ---

    def answer(self, message):
        r = Reader(message)
        key, version, correlation = r.number("h"), r.number("h"), r.number("i")
        r.text()
        handlers = {PRODUCE: self.produce, FETCH: self.fetch, LIST_OFFSETS: self.list_offsets, METADATA: self.metadata,
                    FIND: self.find, JOIN: self.join, SYNC: self.sync, HEARTBEAT: self.heartbeat, LEAVE: self.leave,
                    OFFSET_COMMIT: self.offset_commit, OFFSET_FETCH: self.offset_fetch, SASL_HANDSHAKE: self.sasl_handshake,
                    SASL_AUTHENTICATE: self.sasl_authenticate, API_VERSIONS: self.api_versions}
        body, facts = handlers[key](r, version)
        self.note(**{"api": NAMES[key], "version": version, "topics": [], "asked": 0, "served": 0, "error": 0, "answered": True,
                     **facts})
        return None if body is None else blob(struct.pack(">i", correlation) + body)

    def serve(self, client):
        with client, client.makefile("rb") as stream:
            while len(head := stream.read(4)) == 4:
                answer = self.answer(stream.read(struct.unpack(">i", head)[0]))
                if answer:
                    client.sendall(answer)

    def run(self):
        listener = socket.create_server((self.address, self.port))
        while True:
            client, _ = listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()


if __name__ == "__main__":
    Broker(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else "").run()
