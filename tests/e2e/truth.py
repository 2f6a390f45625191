"""truth.py - holds a log against what peers counted.

A line of truth is a dictionary. Its keys are those of the log and must hold, but for these:
    least, most   {key: number}: the log's number is not below, not above; half a millisecond is given for clocks
    among         {key: [value, ...]}: one of these
    perhaps       {key: value}: this, or the log says that it does not know (null, "", "unknown", "{unknown #3}")
    notes         those that must be there; the log may have others
    maybe         true: the line may be missing in the log
Order is of no importance. Every line of the log must be called for by one of truth.
"""
import json

SLACK = 0.5
IDENTITY = ("request_id", "client_address", "server_address", "server_port", "protocol", "stream_id")
SPECIAL = ("least", "most", "among", "perhaps", "notes", "maybe")

NAMES = ("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
         "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
         "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED")
SERVER_ERRORS = (2, 12, 13, 14, 15)


def outcome_of_grpc(status):
    return {0: "ok", 1: "cancelled", 4: "timeout"}.get(
        status, "server_error" if status in SERVER_ERRORS else "client_error")


def outcome_of_http(status):
    return "ok" if status < 400 else "client_error" if status < 500 else "server_error"


def is_unknown(got):
    return got in (None, "", "unknown") or (isinstance(got, str) and "{unknown" in got)


def is_same(want, got):
    if isinstance(want, float) and isinstance(got, (int, float)):
        return abs(want - got) < 5e-7
    return want == got


def wrong(want, got):
    """What is wrong in the log's line, as words."""
    found = [f"{key} is {got.get(key)!r}, not {value!r}" for key, value in want.items()
             if key not in SPECIAL and not is_same(value, got.get(key))]
    for key, value in want.get("least", {}).items():
        if got.get(key) is None or got[key] < value - SLACK:
            found.append(f"{key} is {got.get(key)!r}, below {value}")
    for key, value in want.get("most", {}).items():
        if got.get(key) is None or got[key] > value + SLACK:
            found.append(f"{key} is {got.get(key)!r}, above {value}")
    for key, values in want.get("among", {}).items():
        if got.get(key) not in values:
            found.append(f"{key} is {got.get(key)!r}, none of {values!r}")
    for key, value in want.get("perhaps", {}).items():
        if not is_same(value, got.get(key)) and not is_unknown(got.get(key)):
            found.append(f"{key} is {got.get(key)!r}, neither {value!r} nor unknown")
    if missing := set(want.get("notes", [])) - set(got.get("notes", [])):
        found.append(f"notes {got.get('notes')} lack {sorted(missing)}")
    return found


def differences(truth, log):
    """Yields what differs, as lines."""
    left = list(log)
    for want in sorted(truth, key=lambda line: line.get("maybe", False)):
        candidates = [got for got in left if all(got.get(key) == want[key] for key in IDENTITY if key in want)]
        best = min(candidates, key=lambda got: len(wrong(want, got)), default=None)
        if best is None:
            if not want.get("maybe"):
                yield f"missing: {json.dumps(want)}"
            continue
        left.remove(best)
        who = best.get("operation"), best.get("request_id"), best.get("stream_id")
        yield from (f"{who}: {words}" for words in wrong(want, best))
    for got in left:
        yield f"not expected: {json.dumps(got)}"


def check(truth, log):
    """Fails the test if there is a difference."""
    found = list(differences(truth, log))
    for line in found[:40]:
        print(f"    {line}")
    if found:
        print(f"FAIL: {len(found)} differences between the log and what the peers counted")
        raise SystemExit(1)
