"""damage.py - the connections of a capture many times over in one file, each time damaged in another way.

A variant is a connection with its client's address replaced by the variant's own, so that the log tells them apart. For
little-endian pcap files of Ethernet frames with IPv4 and TCP inside; what else is in them is left out."""
import collections
import ipaddress
import struct

TO_SERVER, TO_CLIENT = 0, 1
SERVER_PORTS = (80, 8080, 8081, 8082, 50051)  # of captures without a handshake
FIN, SYN, RST, ACK = 1, 2, 4, 16

# `start` and `end` are those of the payload in `data`, `acknowledged` is None without ACK.
Frame = collections.namedtuple("Frame", "time_ns data direction start end sequence flags acknowledged")


def can(path):
    """Is it a file that read() understands?"""
    with open(path, "rb") as file:
        head = file.read(24)
    return head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") and head[20:24] == b"\1\0\0\0"


def records(path):
    """(time_ns, captured, length) of each frame of a file."""
    with open(path, "rb") as file:
        data = file.read()
    unit, at = 1 if data[:4] == b"\x4d\x3c\xb2\xa1" else 1000, 24
    while at < len(data):
        seconds, fraction, captured, length = struct.unpack_from("<IIII", data, at)
        yield seconds * 10**9 + fraction * unit, data[at + 16:at + 16 + captured], length
        at += 16 + captured


def tcp_of(frame):
    """Where the TCP header is, or None."""
    if frame[12:14] != b"\x08\x00" or frame[23] != 6 or len(frame) < 54:
        return None
    return 14 + (frame[14] & 15) * 4


def ends_of(frame, tcp):
    source, target = (str(ipaddress.ip_address(frame[place:place + 4])) for place in (26, 30))
    ports = struct.unpack_from(">HH", frame, tcp)
    return (source, ports[0], target, ports[1]), (target, ports[1], source, ports[0])


def clients(path):
    """{ends, either way round: the ends with the client first}, for each connection of a capture: who sends a SYN is the
    client, or else who has no port of a server, or the higher one."""
    found = {}
    for _, frame, _ in records(path):
        tcp = tcp_of(frame)
        if not tcp:
            continue
        forth, back = ends_of(frame, tcp)
        (_, from_port, _, to_port), syn = forth, frame[tcp + 13] & (SYN | ACK)
        asks = to_port in SERVER_PORTS or (from_port not in SERVER_PORTS and to_port < from_port)
        if syn == SYN:
            found[forth] = found[back] = forth
        elif forth not in found:
            found[forth] = found[back] = forth if asks else back
    return found


def read(path):
    """{(client, client_port, server, server_port): [Frame, ...]}"""
    flows, whose = {}, clients(path)
    for time_ns, frame, _ in records(path):
        tcp = tcp_of(frame)
        if not tcp:
            continue
        forth, _ = ends_of(frame, tcp)
        key, flags = whose[forth], frame[tcp + 13]
        sequence, acknowledged = struct.unpack_from(">II", frame, tcp + 4)
        flows.setdefault(key, []).append(Frame(
            time_ns, frame, TO_SERVER if key == forth else TO_CLIENT, tcp + (frame[tcp + 12] >> 4) * 4,
            14 + struct.unpack_from(">H", frame, 16)[0], sequence, flags, acknowledged if flags & ACK else None))
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


def without_frame(frames, index):
    """This frame, whatever is in it, was lost."""
    return [(frame, None) for i, frame in enumerate(frames) if i != index]


def swapped(frames, index):
    """This frame was shown after the one behind it."""
    first, second = frames[index:index + 2]
    turned = [second._replace(time_ns=first.time_ns), first._replace(time_ns=second.time_ns)]
    return [(frame, None) for frame in frames[:index] + turned + frames[index + 2:]]


def shifted(frames, direction, by_ns):
    """The clock of the port that shows this direction is ahead by so much, or behind; in the order of the stamps."""
    moved = [frame._replace(time_ns=frame.time_ns + (by_ns if frame.direction == direction else 0)) for frame in frames]
    return [(frame, None) for frame in sorted(moved, key=lambda frame: frame.time_ns)]


def snapped(frames, length):
    """No more than so many bytes of each frame were captured."""
    return [(frame, length if len(frame.data) > length else None) for frame in frames]


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
            file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))
            for time_ns, _, data, length in self.frames:
                file.write(struct.pack("<IIII", time_ns // 10**9, time_ns % 10**9, len(data), length) + data)
