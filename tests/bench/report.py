"""report.py - the table of the benchmark, and the bounds that it is held against."""
import platform

import measure

MB = 1e6
# Ratio of CPU time to tcpdump's: what we aim at, and what is not to be exceeded.
RATIO = {"http1": (1.2, 2.0), "h2c": (1.7, 3.0), "grpc": (1.5, 2.5), "mixed": (1.5, 2.5)}
LOG = 2  # with a log, at most so many times that
PEAK = 128 * MB  # of both processes, on the captures above
MORE_FOR_FLOWS = 50 * MB  # that 100k concurrent connections may take beyond a few
WORKERS = 1.8  # two are at least so many times as fast as one
IDLE = 0.1  # processors that others may keep busy where time on the clock is to mean something


class Capture:
    """Of one capture, what each program took."""

    def __init__(self, name, packets, size, costs, tcpdump):
        self.name, self.packets, self.size, self.tcpdump, self.rows = name, packets, size, tcpdump, []
        for program, one in costs.items():
            self.add(program, one, tcpdump, (packets, size))

    def add(self, program, costs, tcpdump, size):
        cpu = max(measure.median(costs, "cpu"), 1e-3)
        self.rows.append({"program": program, "costs": costs, "cpu": cpu, "ratio": measure.ratio(costs, tcpdump),
                          "packets": size[0] / cpu, "bits": 8 * size[1] / cpu, "peak": measure.median(costs, "peak")})

    def row(self, program):
        return next((row for row in self.rows if row["program"] == program), None)


def bound_of(capture, program):
    """Aim and limit of a ratio, or None."""
    if capture not in RATIO or program not in ("replay", "replay --log FILE"):
        return None
    return tuple(LOG * one if "--log" in program else one for one in RATIO[capture])


def verdict(value, aim, limit):
    if value > limit:
        return f"FAIL: {100 * (value / limit - 1):.0f} % above the limit"
    return "ok, aim met" if value <= aim else f"ok, {100 * (value / aim - 1):.0f} % above the aim"


def print_row(capture, row, judge):
    bound = bound_of(capture.name, row["program"])
    text = ("", "", "")
    if bound:
        text = (f"{bound[0]:.1f}", f"{bound[1]:.1f}", verdict(row["ratio"], *bound) if judge else "too small to judge")
    print(f"| {capture.name:9} | {row['program']:41} | {row['cpu']:6.2f} | {row['ratio']:6.2f} | {row['packets'] / 1e6:9.2f} "
          f"| {row['bits'] / 1e9:6.2f} | {row['peak'] / MB:7.0f} | {text[0]:>3} | {text[1]:>9} | {text[2]} |")
    return bool(bound) and judge and row["ratio"] > bound[1]


def print_table(captures, judge):
    print(f"\n| {'capture':9} | {'program':41} | {'CPU s':>6} | {'ratio':>6} | Mpacket/s | {'Gbit/s':>6} | {'peak MB':>7} | aim "
          "| not above | |")
    print("| --- | --- | --: | --: | --: | --: | --: | --: | --: | --- |")
    return sum(print_row(capture, row, judge) for capture in captures for row in capture.rows)


# --- memory and workers ---

def bounds_of_memory(captures):
    """(What, measured bytes, bound)."""
    found = [(f"{one.name}, peak memory", one.row("replay")["peak"], PEAK) for one in captures if one.name in RATIO]
    base = next((one.row("replay")["peak"] for one in captures if one.name == "http1"), None)
    flows = next((one.row("replay")["peak"] for one in captures if one.name == "flows100k"), None)
    if base and flows:
        found.append(("flows100k, peak memory more than http1's", flows - base, MORE_FOR_FLOWS))
    return found


def print_speedup(capture, judge):
    """How many times as fast two workers are as one: by the clock, if other programs leave the processors alone. If not,
    the busiest thread tells what it would be, but not well enough to judge, for it is looked at now and then."""
    one, two = (capture.row(f"replay{more}")["costs"] for more in ("", " --workers 2"))
    others = max(cost.others for cost in one + two)
    times = measure.ratio(one, two, "wall" if others <= IDLE else "busiest")
    met = times >= WORKERS
    how = "by the clock" if others <= IDLE else "by the CPU time of the busiest thread"
    said = "too small to judge" if not judge else "not judged: the machine is busy" if others > IDLE else "ok" if met else "FAIL"
    print(f"| {capture.name}, two workers, {how} | {times:.2f} times as fast | at least {WORKERS} | {said} |")
    return said == "FAIL"


def print_bounds(captures, judge):
    missed = 0
    print("\n| what | measured | bound | |\n| --- | --: | --: | --- |")
    for what, measured, bound in bounds_of_memory(captures):
        said = "too small to judge" if not judge else "ok" if measured <= bound else "FAIL"
        print(f"| {what} | {measured / MB:.0f} MB | at most {bound / MB:.0f} MB | {said} |")
        missed += said == "FAIL"
    return missed + sum(print_speedup(one, judge) for one in captures if one.name in RATIO)


def show(captures, runs, start_up, judge):
    """Prints the tables; returns how many bounds are not met."""
    others = max(cost.others for one in captures for row in one.rows for cost in row["costs"])
    print(f"\n{platform.machine()}, {processor()}, Linux {platform.release()}; other programs kept up to {others:.1f} processors "
          "busy")
    for one in captures:
        print(f"{one.name}: {one.packets:,} packets, {one.size / MB:,.0f} MB on the wire; median of {runs}")
    missed = print_table(captures, judge)
    print("\nCPU s: user and system, all processes. ratio: to tcpdump's CPU time in the same round. Mpacket/s, Gbit/s: a second of "
          "CPU time.\npeak MB: VmHWM of /proc/PID/status, added up over a program's processes (sensor and keeper).\n"
          f"Of each replay, {start_up:.2f} s are for starting and ending it.")
    return missed + print_bounds(captures, judge)


def processor():
    with open("/proc/cpuinfo") as file:
        lines = file.read().splitlines()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0] if names else 'unknown'}"
