"""grpc_plan.py - steps for the gRPC clients of peers/: every kind of call, and the ways in which calls end."""

DELAYS_MS = {"Add": 5, "Get": 20, "List": 50}


def unary(times=3):
    """Methods that each take their own time."""
    return [{"method": f"shop.Cart/{name}", "times": times, "ask": {"delay_ms": delay}}
            for name, delay in DELAYS_MS.items()]


FAILING = [
    {"method": "shop.Cart/Get", "ask": {"status": 5, "message": "no such lamp"}},
    {"method": "shop.Cart/Remove", "ask": {"status": 7, "delay_ms": 5, "message": "50 % off \u2260 free"}},
    {"method": "shop.Stock/Get", "ask": {"status": 14}},
    {"method": "shop.Stock/Get", "ask": {"status": 13, "delay_ms": 3, "message": "out of lamps"}},
    {"method": "shop.Stock/Missing"},
]

STREAMING = [
    {"method": "shop.Cart/Import", "send": 4, "send_bytes": 100, "ask": {"delay_ms": 10}},
    {"method": "shop.Stock/Watch", "ask": {"answers": 5, "delay_ms": 3}},
    {"method": "shop.Cart/Chat", "send": 3, "ask": {"delay_ms": 2}},
    {"method": "shop.Stock/Watch", "ask": {"answers": 2, "status": 8, "message": "no more"}},
]

IMPATIENT = [
    {"method": "shop.Cart/Get", "deadline_ms": 100, "ask": {"delay_ms": 400}},
    {"method": "shop.Cart/Get", "deadline_ms": 5000, "ask": {"delay_ms": 5}},
    {"method": "shop.Stock/Watch", "cancel_after_ms": 75, "ask": {"answers": 9, "delay_ms": 30}},
    {"method": "shop.Cart/Get", "cancel_after_ms": 75, "ask": {"delay_ms": 300}},
]

COMPRESSED = [
    {"method": "shop.Cart/List", "gzip": True, "send_bytes": 3000, "ask": {"answer_bytes": 3000, "gzip": True}},
]

# Header blocks of several frames; messages that wait for the receiver's window.
LARGE = [
    {"method": "shop.Cart/Get", "metadata_bytes": 24_000},
    {"method": "shop.Cart/Get", "ask": {"answer_bytes": 70_000}},
    {"method": "shop.Cart/Add", "ask": {"delay_ms": 5}},
]

AT_ONCE = [{"method": "shop.Stock/Quote", "times": 12, "at_once": 4, "ask": {"delay_ms": 10}}]

EVERY_KIND = unary() + FAILING + STREAMING + IMPATIENT + COMPRESSED + AT_ONCE

# For grpc_web.py, which knows neither streams nor cancelled calls.
WEB = [
    {"method": "shop.Cart/Add", "times": 3, "ask": {"delay_ms": 5}},
    {"method": "shop.Cart/Add", "times": 2, "text": True, "ask": {"delay_ms": 20}},
    {"method": "shop.Stock/Watch", "chunked": True, "ask": {"answers": 3}},
    {"method": "shop.Stock/Watch", "chunked": True, "text": True, "ask": {"answers": 4, "answer_bytes": 50}},
    {"method": "shop.Cart/Get", "ask": {"status": 5, "message": "no such lamp"}},
    {"method": "shop.Cart/Get", "text": True, "ask": {"status": 13, "message": "50 % off"}},
    {"method": "shop.Cart/Get", "ask": {"status": 16, "message": "who are you?", "status_in_head": True}},
]
