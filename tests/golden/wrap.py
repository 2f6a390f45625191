#!/usr/bin/env python3
"""wrap.py - the same capture as a mirror, a cloud or a carrier would send it: every frame in a tunnel.

usage: wrap.py KIND FROM.pcap TO.pcap      KIND is one of KINDS, below

Times and what is cut off stay. For little-endian pcap files of Ethernet frames; frames that hold no IP go where the
tunnel can carry them, and elsewhere stay as they are.
"""
import struct
import sys

ETHERNET, SLL, SLL2 = 1, 113, 276
MACS = bytes.fromhex("0200000000f2" "0200000000f1")
V4 = bytes.fromhex("ac100001"), bytes.fromhex("ac100002")
V6 = (bytes.fromhex("20010db8000100000000000000000001"), bytes.fromhex("20010db8000100000000000000000002"))
TAGS = (0x8100, 0x88A8, 0x9100, 0x9200, 0x9300)


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Frame:
    """An Ethernet frame on its way through tunnels. `length` is that on the wire, `number` its place in the capture."""

    def __init__(self, data, length, number):
        self.data, self.length, self.number = data, length, number

    def behind(self, header):
        return Frame(header + self.data, self.length + len(header), self.number)

    def packet(self):
        """What is behind Ethernet header and tags, and its EtherType; IP packets end where their length says."""
        at = 12
        kind = int.from_bytes(self.data[at:at + 2], "big")
        while kind in TAGS:
            at += 4
            kind = int.from_bytes(self.data[at:at + 2], "big")
        inner = Frame(self.data[at + 2:], self.length - at - 2, self.number)
        if kind == 0x0800:
            inner.end(int.from_bytes(inner.data[2:4], "big"))
        elif kind == 0x86DD:
            inner.end(int.from_bytes(inner.data[4:6], "big") + 40)
        return inner, kind

    def end(self, length):
        self.length = min(self.length, length)
        self.data = self.data[:length]


# --- layers: each takes what it carries and returns a Frame that begins with its own header ---

def ethernet(inner, kind):
    return inner.behind(MACS + struct.pack(">H", kind))


def tags(frame, *pairs):
    """Tags, outermost first, behind the addresses of a frame."""
    header = b"".join(struct.pack(">HH", kind, vlan) for kind, vlan in pairs)
    return Frame(frame.data[:12] + header + frame.data[12:], frame.length + len(header), frame.number)


def ipv4(inner, protocol):
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + inner.length, inner.number & 0xFFFF, 0, 64, protocol, 0) + V4[0] + V4[1]
    return ethernet(inner.behind(head[:10] + struct.pack(">H", checksum(head)) + head[12:]), 0x0800)


def ipv6(inner, protocol):
    return ethernet(inner.behind(struct.pack(">IHBB", 6 << 28, inner.length, protocol, 64) + V6[0] + V6[1]), 0x86DD)


def udp(inner, port, ip=ipv4):
    source = 49152 + inner.number % 16000  # as a hash of the flow would be
    return ip(inner.behind(struct.pack(">HHHH", source, port, inner.length + 8, 0)), 17)


def gre(inner, kind, key=None, number=None, checked=False, ip=ipv4):
    flags = (0x8000 if checked else 0) | (0 if key is None else 0x2000) | (0 if number is None else 0x1000)
    header = struct.pack(">HH", flags, kind) + (bytes(4) if checked else b"")
    header += b"".join(struct.pack(">I", field) for field in (key, number) if field is not None)
    return ip(inner.behind(header), 47)


def labels(*numbers):
    return b"".join(struct.pack(">I", number << 12 | (place == len(numbers) - 1) << 8 | 64)
                    for place, number in enumerate(numbers))


def pppoe(packet, kind):
    protocol = 0x0021 if kind == 0x0800 else 0x0057
    return ethernet(packet.behind(struct.pack(">BBHHH", 0x11, 0, 7, packet.length + 2, protocol)), 0x8864)


def erspan2(frame, session=5):
    return gre(frame.behind(struct.pack(">HHI", 0x1000, session, 0)), 0x88BE, number=frame.number)


def erspan3(frame, subheader=b""):
    header = struct.pack(">HHIHH", 0x2000, 5, frame.number * 10, 0, 1 if subheader else 0)
    return gre(frame.behind(header + subheader), 0x22EB, number=frame.number)


def vxlan(frame, vni=5, port=4789, ip=ipv4):
    return udp(frame.behind(struct.pack(">II", 0x08000000, vni << 8)), port, ip)


def gpe(inner, protocol):
    return udp(inner.behind(struct.pack(">II", 0x0C000000 | protocol, 5 << 8)), 4790)


def nsh(inner, protocol, kind=1):
    metadata = bytes(16) if kind == 1 else bytes(12)
    return inner.behind(struct.pack(">HBBI", 0x0FC0 | (8 + len(metadata)) // 4, kind, protocol, 0x100) + metadata)


def geneve(inner, kind, options=b"", vni=5, port=6081):
    return udp(inner.behind(struct.pack(">BBHI", len(options) // 4, 0, kind, vni << 8) + options), port)


def gateway(packet, kind):
    """As a cloud's load balancer sends it: three options, network 0."""
    options = b"".join(struct.pack(">HBBQ", 0x108, number, 2, packet.number) for number in (1, 2)) + \
        struct.pack(">HBBI", 0x108, 3, 1, packet.number)
    return geneve(packet, kind, options, vni=0)


def gtp(packet, _, extensions=b"", flags=0):
    optional = struct.pack(">HBB", packet.number & 0xFFFF, 0, 0x85 if extensions else 0) + extensions if flags else b""
    header = struct.pack(">BBHI", 0x30 | flags, 255, packet.length + len(optional), 0x1000 + packet.number % 2)
    return udp(packet.behind(header + optional), 2152)


def protocol_of(kind):
    return 4 if kind == 0x0800 else 41


def next_of(kind):
    return 1 if kind == 0x0800 else 2


def sll(packet, kind):
    return packet.behind(struct.pack(">HHH8sH", 0, 1, 6, b"\2\0\0\0\0\1", kind))


def sll2(packet, kind):
    return packet.behind(struct.pack(">HHIHBB8s", kind, 0, 3, 1, 0, 6, b"\2\0\0\0\0\1"))


# --- kinds: of a frame, or of the IP packet in it and its EtherType ---

FRAMES = {
    "vlan": lambda f: tags(f, (0x8100, 5)),
    "qinq": lambda f: tags(f, (0x88A8, 7), (0x8100, 5)),
    "old tags": lambda f: tags(f, (0x9300, 4), (0x9200, 3), (0x9100, 2)),
    "mpls pseudowire": lambda f: ethernet(f.behind(labels(16, 17)), 0x8847),
    "mpls control word": lambda f: ethernet(f.behind(labels(16, 17) + struct.pack(">I", f.number & 0xFFFF)), 0x8847),
    "nvgre": lambda f: gre(f, 0x6558, key=0x123456 << 8 | f.number & 0xFF),
    "gre with everything": lambda f: gre(f, 0x6558, key=5, number=f.number, checked=True, ip=ipv6),
    "gre mpls pseudowire": lambda f: gre(f.behind(labels(16) + bytes(4)), 0x8847),
    "erspan 1": lambda f: gre(f, 0x88BE),
    "erspan 2": erspan2,
    "erspan 3": erspan3,
    "erspan 3 subheader": lambda f: erspan3(f, bytes(8)),
    "vxlan": vxlan,
    "vxlan over ipv6": lambda f: vxlan(f, ip=ipv6),
    "vxlan 8472": lambda f: vxlan(f, port=8472),
    "vxlan-gpe ethernet": lambda f: gpe(f, 3),
    "vxlan-gpe nsh": lambda f: gpe(nsh(f, 3), 4),
    "geneve": lambda f: geneve(f, 0x6558),
    "vxlan in erspan 2 in a vlan": lambda f: tags(erspan2(vxlan(f)), (0x8100, 9)),
    "qinq in geneve in gre in mpls": lambda f: ethernet(
        gre(geneve(tags(f, (0x88A8, 7), (0x8100, 5)), 0x6558), 0x6558, key=9).behind(labels(20)), 0x8847),
}
PACKETS = {
    "mpls": lambda p, kind: ethernet(p.behind(labels(16)), 0x8847),
    "mpls multicast, three labels": lambda p, kind: ethernet(p.behind(labels(16, 17, 18)), 0x8848),
    "mpls in ip": lambda p, kind: ipv4(p.behind(labels(16)), 137),
    "pppoe": pppoe,
    "gre": gre,
    "gre ppp": lambda p, kind: gre(p.behind(b"\0\x21" if kind == 0x0800 else b"\0\x57"), 0x880B),
    "vxlan-gpe": lambda p, kind: gpe(p, next_of(kind)),
    "nsh 2": lambda p, kind: ethernet(nsh(p, next_of(kind), 2), 0x894F),
    "geneve of a gateway": gateway,
    "ip in ip": lambda p, kind: ipv4(p, protocol_of(kind)),
    "ip in ipv6": lambda p, kind: ipv6(p, protocol_of(kind)),
    "gtp": gtp,
    "gtp with extensions": lambda p, kind: gtp(p, kind, bytes.fromhex("01100185" "01100100"), 6),
    "pppoe in two vlans in vxlan": lambda p, kind: vxlan(tags(pppoe(p, kind), (0x88A8, 7), (0x8100, 5))),
    "gtp in ip in ip in vxlan": lambda p, kind: vxlan(ipv4(gtp(p, kind).packet()[0], 4)),
    "linux cooked": sll,
    "linux cooked 2": sll2,
}
LINKS = {"linux cooked": SLL, "linux cooked 2": SLL2}
KINDS = [*FRAMES, *PACKETS]
LINK_ONLY = {"vlan", "qinq", "old tags", *LINKS}  # no tunnels


def wrapped(frame, kind):
    if kind in FRAMES:
        return FRAMES[kind](frame)
    packet, ethertype = frame.packet()
    if ethertype in (0x0800, 0x86DD) or kind in LINKS:
        return PACKETS[kind](packet, ethertype)
    return frame


def can(path):
    with open(path, "rb") as file:
        head = file.read(24)
    return head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") and head[20:24] == b"\1\0\0\0"


def read(path):
    """The head of a capture, and its frames as (seconds, fraction, Frame)."""
    with open(path, "rb") as file:
        data = file.read()
    frames, at = [], 24
    while at < len(data):
        seconds, fraction, captured, length = struct.unpack_from("<IIII", data, at)
        frames.append((seconds, fraction, Frame(data[at + 16:at + 16 + captured], length, len(frames))))
        at += 16 + captured
    return data[:24], frames


def write(path, head, frames):
    with open(path, "wb") as file:
        file.write(head)
        for seconds, fraction, frame in frames:
            file.write(struct.pack("<IIII", seconds, fraction, len(frame.data), frame.length) + frame.data)


def wrap(source, target, kind):
    head, frames = read(source)
    head = head[:20] + struct.pack("<I", LINKS.get(kind, ETHERNET))
    write(target, head, [(seconds, fraction, wrapped(frame, kind)) for seconds, fraction, frame in frames])


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in KINDS:
        sys.exit(__doc__ + "\nKINDS: " + ", ".join(KINDS))
    wrap(sys.argv[2], sys.argv[3], sys.argv[1])
