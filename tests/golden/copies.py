"""copies.py - a capture as a mirror port would deliver it: frames twice and thrice, with a VLAN tag, behind a router, in a
tunnel, late, and cut into IP fragments. For little-endian pcap files of Ethernet frames with IPv4 or IPv6 inside."""
import struct

ETHERNET = 14
ROUTER_MACS = bytes.fromhex("0200000000f1" "0200000000f2")


def checksum(head):
    total = sum(struct.unpack(f">{len(head) // 2}H", head))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def read(path):
    """The file's header, and (time in ns, frame) of each frame."""
    with open(path, "rb") as file:
        data = file.read()
    unit = {b"\xd4\xc3\xb2\xa1": 1000, b"\x4d\x3c\xb2\xa1": 1}[data[:4]]
    frames, at = [], 24
    while at < len(data):
        seconds, fraction, captured, _ = struct.unpack_from("<IIII", data, at)
        frames.append((seconds * 10**9 + fraction * unit, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return frames


def write(path, frames):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))
        for time_ns, frame in frames:
            file.write(struct.pack("<IIII", time_ns // 10**9, time_ns % 10**9, len(frame), len(frame)) + frame)


def ip_of(frame):
    """The IP packet, without padding; None if there is none."""
    if frame[12:14] == b"\x08\x00":
        return frame[ETHERNET:ETHERNET + struct.unpack_from(">H", frame, ETHERNET + 2)[0]]
    if frame[12:14] == b"\x86\xdd":
        return frame[ETHERNET:ETHERNET + 40 + struct.unpack_from(">H", frame, ETHERNET + 4)[0]]
    return None


def with_header(ip):
    """An IPv4 packet with its checksum made right."""
    length = (ip[0] & 15) * 4
    head = ip[:10] + b"\0\0" + ip[12:length]
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + ip[length:]


def same(frame):
    return frame


def tagged(frame, vlan=100):
    return frame[:12] + struct.pack(">HH", 0x8100, vlan) + frame[12:]


def routed(frame):
    """One hop on: TTL is one less, and the MAC addresses are the router's."""
    ip = ip_of(frame)
    if ip is None:
        return frame
    if ip[0] >> 4 == 4:
        ip = with_header(ip[:8] + bytes([ip[8] - 1]) + ip[9:])
    else:
        ip = ip[:7] + bytes([ip[7] - 1]) + ip[8:]
    return ROUTER_MACS + frame[12:14] + ip


class Tunnel:
    """Puts frames into GRE (RFC 2784) over IPv4, each outer packet with an id of its own."""

    def __init__(self):
        self.id = 0

    def __call__(self, frame):
        self.id = self.id % 65535 + 1
        inner = struct.pack(">HHI", 0x2000, 0x6558, 77) + frame
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(inner), self.id, 0, 64, 47, 0, b"\xac\x10\0\1", b"\xac\x10\0\2")
        return ROUTER_MACS + b"\x08\x00" + with_header(ip + inner)


def copied(frames, ways, delay_ns=0):
    """Each frame in each of these ways; those after the first `delay_ns` to twice as late, so that copies of different
    frames interleave."""
    out = []
    for number, (time_ns, frame) in enumerate(frames):
        for nth, way in enumerate(ways):
            late = nth and delay_ns + delay_ns * (number % 7) // 7
            out.append((time_ns + late, way(frame)))
    return sorted(out, key=lambda each: each[0]) if delay_ns else out


def fragments_of(frame, size, number, overlap=0):
    """The frame as IP fragments of `size` bytes; a short packet stays as it is. Each begins `overlap` bytes early."""
    ip = ip_of(frame)
    head = 20 if ip and ip[0] >> 4 == 4 else 40
    if ip is None or len(ip) - head <= size or (ip[0] >> 4 == 4 and ip[0] != 0x45):
        return [frame]
    data, out = ip[head:], []
    for at in range(0, len(data), size):
        begin = max(0, at - overlap)
        piece, more = data[begin:at + size], at + size < len(data)
        if head == 20:
            flags = begin // 8 | (0x2000 if more else 0)
            ident = ip[4:6] if ip[4:6] != b"\0\0" else struct.pack(">H", number % 65535 + 1)
            part = with_header(ip[:2] + struct.pack(">H", 20 + len(piece)) + ident + struct.pack(">H", flags) + ip[8:20]) + \
                piece
        else:
            part = ip[:4] + struct.pack(">HB", 8 + len(piece), 44) + ip[7:40] + \
                struct.pack(">BBHI", ip[6], 0, begin | more, number) + piece
        out.append(frame[:ETHERNET] + part)
    return out


def in_fragments(frames, size, order, overlap=0):
    """`order` puts the fragments of a frame in their order. All have the time of the frame."""
    return [(time_ns, part) for number, (time_ns, frame) in enumerate(frames)
            for part in order(fragments_of(frame, size, number, overlap))]


def interleaved(frames, size):
    """The fragments of two frames, one after the other, by turns."""
    out = []
    for number in range(0, len(frames), 2):
        trains = [[(time_ns, part) for part in fragments_of(frame, size, number + nth)]
                  for nth, (time_ns, frame) in enumerate(frames[number:number + 2])]
        # The first is complete before the second.
        first, second = trains[0], trains[1] if len(trains) > 1 else []
        mixed = []
        while len(first) > 1 and len(second) > 1:
            mixed += [first.pop(0), second.pop(0)]
        out += mixed + first + second
    return out
