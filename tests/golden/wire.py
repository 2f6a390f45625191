"""wire.py - captures made by hand: TCP conversations as frames in a pcap or pcapng file.

    capture = Capture()
    talk = Talk(capture)
    talk.open()
    ask = talk.says(b"GET / HTTP/1.1\\r\\n\\r\\n")
    answer = talk.hears(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
    talk.close()
    talk.expect(ask, answer, "GET", "/", "204")
    capture.write("name")      # name.pcap, and what is expected of it in name.log

Every frame is a millisecond after the one before it, unless wait() is called. Nothing here is random, so the
same script makes the same file.
"""
import datetime
import ipaddress
import json
import struct

START_NS = 1_700_000_000_000_000_000  # 2023-11-14T22:13:20Z
STEP_NS = 1_000_000

ETHERNET, NULL, RAW, LOOP, SLL, SLL2 = 1, 0, 101, 108, 113, 276
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
TO_SERVER, TO_CLIENT = 0, 1


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def rfc3339(ns):
    whole = datetime.datetime.fromtimestamp(ns // 10**9, datetime.timezone.utc)
    return whole.strftime("%Y-%m-%dT%H:%M:%S") + f".{ns % 10**9:09d}Z"


class Span:
    """When the first and the last byte of a message passed, and how many bytes it has."""

    def __init__(self, first_ns, last_ns, length):
        self.first_ns, self.last_ns, self.length = first_ns, last_ns, length

    def __add__(self, other):
        return Span(self.first_ns, max(self.last_ns, other.last_ns), self.length + other.length)


class Capture:
    def __init__(self, link=ETHERNET, nanoseconds=False, big_endian=False, pcapng=False):
        self.link, self.nanoseconds, self.pcapng = link, nanoseconds, pcapng
        self.endian = ">" if big_endian else "<"
        self.now_ns = START_NS
        self.frames = []    # (time, interface, bytes)
        self.expected = []  # one dictionary a line of the log

    def wait(self, ms):
        self.now_ns += int(ms * 1_000_000) - STEP_NS

    def add(self, frame, interface=0):
        self.now_ns += STEP_NS
        self.frames.append((self.now_ns, interface, frame))
        return self.now_ns

    def write(self, name):
        with open(f"{name}.pcap", "wb") as file:
            file.write(self.as_pcapng() if self.pcapng else self.as_pcap())
        with open(f"{name}.log", "w") as file:
            for line in self.expected:
                file.write(json.dumps(line) + "\n")

    def as_pcap(self):
        magic, unit = (0xA1B23C4D, 1) if self.nanoseconds else (0xA1B2C3D4, 1000)
        out = struct.pack(self.endian + "IHHiIII", magic, 2, 4, 0, 0, 262144, self.link)
        for time_ns, _, frame in self.frames:
            out += struct.pack(self.endian + "IIII", time_ns // 10**9, time_ns % 10**9 // unit,
                               len(frame), len(frame)) + frame
        return out

    def as_pcapng(self):
        """Two interfaces: the first counts microseconds, as files without options do, the second
        nanoseconds; between the packets a block of a kind that nobody knows."""
        def block(kind, body):
            body += bytes(-len(body) % 4)
            length = struct.pack(self.endian + "I", len(body) + 12)
            return struct.pack(self.endian + "I", kind) + length + body + length

        out = block(0x0A0D0D0A, struct.pack(self.endian + "IHHq", 0x1A2B3C4D, 1, 0, -1))
        out += block(1, struct.pack(self.endian + "HHI", self.link, 0, 262144))
        out += block(1, struct.pack(self.endian + "HHI", self.link, 0, 262144) +
                     struct.pack(self.endian + "HHB3x", 9, 1, 9) + struct.pack(self.endian + "HH", 0, 0))
        for time_ns, interface, frame in self.frames:
            ticks = time_ns if interface == 1 else time_ns // 1000
            out += block(6, struct.pack(self.endian + "IIIII", interface, ticks >> 32,
                                        ticks & 0xFFFFFFFF, len(frame), len(frame)) + frame)
            out += block(0x0BADF00D, b"skip me")
        return out


class Talk:
    """One TCP connection. `vlans` are tags, outermost first; `extensions` puts IPv6 extension headers
    before the TCP header."""

    protocol = 6  # of IP

    def __init__(self, capture, client=("10.0.0.1", 40000), server=("10.0.0.2", 80), vlans=(),
                 extensions=False, interface=0, first_byte=(1000, 5000)):
        self.capture, self.ends = capture, (client, server)
        self.vlans, self.extensions, self.interface = vlans, extensions, interface
        self.next = list(first_byte)  # sequence number by direction
        self.seen_start = False       # was the handshake captured?

    # --- frames ---

    def segment(self, direction, flags, payload=b"", sequence=None):
        """One frame, now. Does not move the sequence number."""
        sequence = self.next[direction] if sequence is None else sequence
        (source, source_port), (target, target_port) = \
            self.ends if direction == TO_SERVER else self.ends[::-1]
        acknowledged = self.next[1 - direction] if flags & ACK else 0
        tcp = struct.pack(">HHIIBBHHH", source_port, target_port, sequence & 0xFFFFFFFF,
                          acknowledged & 0xFFFFFFFF, 5 << 4, flags, 64240, 0, 0) + payload
        source, target = ipaddress.ip_address(source), ipaddress.ip_address(target)
        pseudo = source.packed + target.packed + struct.pack(">II", len(tcp), 6)
        tcp = tcp[:16] + struct.pack(">H", checksum(pseudo + tcp)) + tcp[18:]
        packet = self.ipv4(source, target, tcp) if source.version == 4 else \
            self.ipv6(source, target, tcp)
        return self.capture.add(self.link(packet, source.version, direction), self.interface)

    def ipv4(self, source, target, payload):
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), len(self.capture.frames) + 1,
                           0x4000, 64, self.protocol, 0) + source.packed + target.packed
        return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload

    def ipv6(self, source, target, payload):
        kind = self.protocol
        if self.extensions:  # hop-by-hop, then destination options, each one PadN
            payload = bytes([60, 0, 1, 4, 0, 0, 0, 0]) + bytes([6, 0, 1, 4, 0, 0, 0, 0]) + payload
            kind = 0
        return struct.pack(">IHBB", 6 << 28, len(payload), kind, 64) + source.packed + \
            target.packed + payload

    def link(self, packet, version, direction):
        kind = 0x0800 if version == 4 else 0x86DD
        link = self.capture.link
        if link == ETHERNET:
            macs = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
            frame = macs[1 - direction] + macs[direction]
            for depth, vlan in enumerate(self.vlans):
                tag = 0x88A8 if depth < len(self.vlans) - 1 else 0x8100
                frame += struct.pack(">HH", tag, vlan)
            return frame + struct.pack(">H", kind) + packet
        if link == SLL:
            return struct.pack(">HHH8sH", 4 * (1 - direction), 1, 6, b"\2\0\0\0\0\1", kind) + packet
        if link == SLL2:
            return struct.pack(">HHIHBB8s", kind, 0, 3, 1, 4 * (1 - direction), 6,
                               b"\2\0\0\0\0\1") + packet
        if link == NULL:  # in the byte order of the machine that captured
            return struct.pack(self.capture.endian + "I", 2 if version == 4 else 30) + packet
        if link == LOOP:  # in network byte order
            return struct.pack(">I", 2 if version == 4 else 30) + packet
        return packet

    # --- what the ends do ---

    def open(self):
        self.segment(TO_SERVER, SYN)
        self.next[TO_SERVER] += 1
        self.segment(TO_CLIENT, SYN | ACK)
        self.next[TO_CLIENT] += 1
        self.segment(TO_SERVER, ACK)
        self.seen_start = True

    def send(self, direction, data, at=(), lost=()):
        """Sends `data`, cut at the places `at`; the pieces whose numbers are in `lost` never reach
        the capture. Returns the span of what was captured."""
        places = [0, *at, len(data)]
        times = []
        for number, (begin, end) in enumerate(zip(places, places[1:])):
            if number in lost:
                self.capture.now_ns += STEP_NS
            else:
                times.append(self.segment(direction, PSH | ACK, data[begin:end]))
            self.next[direction] += end - begin
        return Span(times[0], times[-1], len(data)) if times else None

    def says(self, data, at=(), lost=()):
        return self.send(TO_SERVER, data, at, lost)

    def hears(self, data, at=(), lost=()):
        return self.send(TO_CLIENT, data, at, lost)

    def finish(self, direction):
        time_ns = self.segment(direction, FIN | ACK)
        self.next[direction] += 1
        return time_ns

    def acknowledge(self, direction):
        self.segment(direction, ACK)

    def close(self, first=TO_SERVER):
        self.finish(first)
        self.finish(1 - first)
        self.acknowledge(first)

    def reset(self, direction):
        self.segment(direction, RST | ACK)

    # --- what is expected ---

    def expect(self, ask, answer, method, path, status, **other):
        """The next line of the log. Keys that are not given follow from the times and sizes of the
        messages; `None` is what JSON calls null, and the key `drop` names keys not to compare."""
        drop = other.pop("drop", "").split()
        (client, client_port), (server, server_port) = self.ends
        line = {
            "time": rfc3339(ask.first_ns) if ask else None,
            "protocol": "http",
            "client_address": client, "client_port": client_port,
            "server_address": server, "server_port": server_port,
            "method": method, "host": "shop.test", "path": path,
            "operation": f"{method} {path}", "status": status,
            "outcome": "ok" if status and status[0] in "123" else
                       "client_error" if status and status[0] == "4" else
                       "server_error" if status else "unanswered",
            "duration_ms": (answer.last_ns - ask.first_ns) / 1e6 if ask and answer else None,
            "ttfb_ms": (answer.first_ns - ask.last_ns) / 1e6 if ask and answer else None,
            "request_bytes": ask.length if ask else 0,
            "response_bytes": answer.length if answer else 0,
            "notes": [],
        }
        line.update(other)
        self.capture.expected.append({key: value for key, value in line.items() if key not in drop})


class Datagrams(Talk):
    """Two ends that talk over UDP, over IPv4: each says() or hears() is one datagram."""

    protocol = 17

    def send(self, direction, data, at=(), lost=()):
        (source, source_port), (target, target_port) = \
            self.ends if direction == TO_SERVER else self.ends[::-1]
        source, target = ipaddress.ip_address(source), ipaddress.ip_address(target)
        udp = struct.pack(">HHHH", source_port, target_port, 8 + len(data), 0) + data
        time_ns = self.capture.add(self.link(self.ipv4(source, target, udp), 4, direction), self.interface)
        return Span(time_ns, time_ns, len(data))
