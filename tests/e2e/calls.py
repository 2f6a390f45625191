"""calls.py - captures of services that call each other by HTTP: as many as wanted, without a network.

write(path, calls): each call is a dict of client, server (addresses), host (the server's name), and
optionally port, method, target, status, headers, at_s (since START), ms (how long it took)."""
import struct

START = 1770120000  # 2026-02-03 12:00:00 UTC
SYN, PSH_ACK, ACK, SYN_ACK, FIN_ACK = 0x02, 0x18, 0x10, 0x12, 0x11


def address(text):
    return bytes(int(part) for part in text.split('.'))


def segment(source, target, ports, numbers, flags, data=b''):
    tcp = struct.pack('>HHIIBBHHH', *ports, *numbers, 0x50, flags, 65535, 0, 0) + data
    ip = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0)
    return b'\x02' * 12 + b'\x08\x00' + ip + address(source) + address(target) + tcp


def exchange(call, number):
    """The frames of one connection with one request: (time in us, frame)."""
    client, server = call['client'], call['server']
    there = (20000 + number % 40000, call.get('port', 8080))
    back = there[::-1]
    begin = int((START + call.get('at_s', 0)) * 1e6)
    end = begin + 300 + int(call.get('ms', 5) * 1000)
    request = (f"{call.get('method', 'GET')} {call.get('target', '/')} HTTP/1.1\r\n"
               f"Host: {call['host']}\r\n{call.get('headers', '')}\r\n").encode()
    answer = f"HTTP/1.1 {call.get('status', 200)} X\r\nContent-Length: 2\r\n\r\nok".encode()
    asked, answered = 1 + len(request), 1 + len(answer)
    return [
        (begin, segment(client, server, there, (0, 0), SYN)),
        (begin + 100, segment(server, client, back, (0, 1), SYN_ACK)),
        (begin + 200, segment(client, server, there, (1, 1), ACK)),
        (begin + 300, segment(client, server, there, (1, 1), PSH_ACK, request)),
        (end, segment(server, client, back, (1, asked), PSH_ACK, answer)),
        (end + 100, segment(client, server, there, (asked, answered), FIN_ACK)),
        (end + 200, segment(server, client, back, (answered, asked + 1), FIN_ACK)),
        (end + 300, segment(client, server, there, (asked + 1, answered + 1), ACK)),
    ]


def write(path, calls):
    frames = [frame for number, call in enumerate(calls) for frame in exchange(call, number)]
    frames.sort(key=lambda frame: frame[0])
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for time_us, data in frames:
            file.write(struct.pack('<IIII', time_us // 1000000, time_us % 1000000, len(data),
                                   len(data)) + data)


def shop(seconds=120):
    """A small shop, in which pay fails now and then and gets slow in the second half."""
    services = {'web': 2, 'cart': 3, 'pay': 4, 'stock': 5, 'users': 6, 'ledger': 7, 'mail': 8}
    edges = [('', 'web', 4), ('web', 'cart', 3), ('web', 'pay', 1), ('web', 'users', 2),
             ('cart', 'stock', 2), ('pay', 'ledger', 1), ('pay', 'users', 1), ('ledger', 'mail', 1),
             ('web', 'stock', 1), ('mail', 'users', 1)]
    calls = []
    for client, server, rate in edges:
        for i in range(seconds * rate):
            at_s = i / rate + services[server] / 100
            late = server == 'pay' and at_s > seconds / 2
            calls.append({
                'client': f'10.0.0.{services[client]}' if client else '203.0.113.9',
                'server': f'10.0.0.{services[server]}', 'host': server, 'at_s': at_s,
                'target': f'/{server}/{["list", "item", "add"][i % 3]}',
                'status': 503 if late and i % 4 == 0 else 200,
                'ms': (40 if late else 4) * (1 + i * 7919 % 13) + services[server]})
    return calls


def traced(traces=5):
    """Orders, each a trace of four hops: most of the time is the stock's own."""
    hops = [('203.0.113.9', '10.0.0.2', 'web', '/order', 0, 60), ('10.0.0.2', '10.0.0.3', 'cart', '/cart/7', 5, 45),
            ('10.0.0.3', '10.0.0.5', 'stock', '/stock/9', 8, 38), ('10.0.0.2', '10.0.0.4', 'pay', '/pay', 52, 6)]
    return [{'client': client, 'server': server, 'host': host, 'target': target, 'ms': ms,
             'at_s': trace + after / 1000, 'status': 503 if host == 'pay' and trace == 0 else 200,
             'headers': f'traceparent: 00-{trace + 0xabc:032x}-{hop + 1:016x}-01\r\n'}
            for trace in range(traces) for hop, (client, server, host, target, after, ms) in enumerate(hops)]


def town(services=2000, fan_out=3):
    """Many services in ten layers; each calls some of the next layer, near its own height."""
    layer = services // 10
    name = lambda at, i: f'svc-{at * layer + i:04d}'
    ip = lambda at, i: f'10.{at}.{i // 250}.{i % 250 + 1}'
    calls = []
    for at in range(9):
        for i in range(layer):
            for k in range(fan_out):
                to = (i * 3 // 2 + k * 7) % layer
                calls.append({'client': ip(at, i), 'server': ip(at + 1, to), 'host': name(at + 1, to),
                              'at_s': (len(calls) % 300) / 10, 'ms': 1 + (i + k) % 30,
                              'status': 500 if (i + k) % 41 == 0 else 200})
    return calls
