"""damage.py - the connections of a capture many times over in one file, each time damaged in another way.

A variant is a connection with its client's address replaced by the variant's own, so that the log tells them apart. For
little-endian pcap files of Ethernet frames with IPv4 and TCP inside."""
import collections
import ipaddress
import struct

TO_SERVER, TO_CLIENT = 0, 1
SERVER_PORTS = (50051, 8080, 8081)  # of the recorded captures

Frame = collections.namedtuple("Frame", "time_ns data direction start end sequence")


def read(path):
    """{(client, client_port, server, server_port): [Frame, ...]}"""
    with open(path, "rb") as file:
        data = file.read()
    flows, at = {}, 24
    while at < len(data):
        seconds, micros, captured, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + captured]
        at += 16 + captured
        tcp = 14 + (frame[14] & 15) * 4
        end = 14 + struct.unpack_from(">H", frame, 16)[0]
        start = tcp + (frame[tcp + 12] >> 4) * 4
        source, target = (str(ipaddress.ip_address(frame[place:place + 4])) for place in (26, 30))
        ports = struct.unpack_from(">HH", frame, tcp)
        forth, back = (source, ports[0], target, ports[1]), (target, ports[1], source, ports[0])
        key = forth if ports[1] in SERVER_PORTS else back
        flows.setdefault(key, []).append(Frame((seconds * 10**6 + micros) * 1000, frame,
                                               TO_SERVER if key == forth else TO_CLIENT, start, end,
                                               struct.unpack_from(">I", frame, tcp + 4)[0]))
    return flows


def payloads(frames):
    """The indices of frames with payload, but for those that were sent twice: no damage to one of these does any harm."""
    times = collections.Counter((frame.direction, frame.sequence) for frame in frames if frame.end > frame.start)
    return [index for index, frame in enumerate(frames)
            if frame.end > frame.start and times[frame.direction, frame.sequence] == 1]


def run_of(frames, index, run):
    """The indices of `run` frames with payload of one direction, from this one on."""
    return [i for i in payloads(frames) if i >= index and frames[i].direction == frames[index].direction][:run]


def without(frames, index, run=1):
    """`run` frames with payload of one direction, from this index on, were lost."""
    gone = run_of(frames, index, run)
    return [(frame, None) for i, frame in enumerate(frames) if i not in gone]


def joined(frames, index):
    """The capture began with this frame."""
    return [(frame, None) for frame in frames[index:]]


def cut_short(frames, index):
    """Only the first half of this frame's payload was captured."""
    return [(frame, (frame.start + frame.end) // 2 if i == index else None) for i, frame in enumerate(frames)]


class Batch:
    """Variants, to be written as one capture."""

    def __init__(self):
        self.clients, self.frames = {}, []

    def add(self, frames, what):
        """`frames` are pairs of a frame and where its capture ends; `what` is what address() will give."""
        client = ipaddress.ip_address("10.100.0.1") + len(self.clients)
        self.clients[str(client)] = what
        for order, (frame, captured) in enumerate(frames):
            data = bytearray(frame.data)
            place = 26 if frame.direction == TO_SERVER else 30
            data[place:place + 4] = client.packed
            self.frames.append((frame.time_ns, order, bytes(data[:captured]), len(data)))

    def write(self, path):
        self.frames.sort(key=lambda one: one[:2])
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
            for time_ns, _, data, length in self.frames:
                file.write(struct.pack("<IIII", time_ns // 10**9, time_ns % 10**9 // 1000, len(data), length) + data)
