"""measure.py - what a program costs: CPU time, time on the clock, peak memory."""
import os
import resource
import statistics
import subprocess
import time
from dataclasses import dataclass

LOOK_S = 0.02


@dataclass
class Cost:
    cpu: float  # seconds, user and system, of all processes
    wall: float  # seconds
    peak: int  # bytes: the sum of what each process had at its own peak (VmHWM)
    busiest: float  # seconds of CPU of the thread that took most, as it was seen last
    others: float  # processors that other programs kept busy meanwhile


def busy():
    """Seconds that the machine's processors have spent on anything."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


class Watch:
    """What the descendants of a process took, looked at while they run."""

    def __init__(self, pid):
        self.pid, self.peaks, self.threads = pid, {}, {}

    def look(self):
        self.look_at_children(self.pid)

    def look_at_children(self, pid):
        try:
            with open(f"/proc/{pid}/task/{pid}/children") as file:
                children = file.read().split()
            for child in children:
                self.look_at_children(child)
                self.look_at(child)
        except OSError:
            pass  # it has ended

    def look_at(self, pid):
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    self.peaks[pid] = int(line.split()[1]) * 1024
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
                self.threads[thread] = int(file.read().split()[0]) / 1e9


def run(command, cwd, pipe):
    """In a process of its own, since getrusage adds up all children that were ever waited for."""
    begun = time.monotonic()
    with open(os.devnull, "r+") as null:
        status = subprocess.run(command, stdin=null, stdout=null, stderr=null, cwd=cwd).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    os.write(pipe, f"{status} {used.ru_utime + used.ru_stime} {time.monotonic() - begun} {used.ru_maxrss}".encode())


def cost(command, cwd=None):
    read_end, write_end = os.pipe()
    before = busy()
    pid = os.fork()
    if pid == 0:
        try:
            run(command, cwd, write_end)
        finally:
            os._exit(0)
    os.close(write_end)
    watch = Watch(pid)
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        watch.look()
        time.sleep(LOOK_S)
    with os.fdopen(read_end) as pipe:
        status, cpu, wall, largest = pipe.read().split()
    if status != "0":
        raise RuntimeError(f"{' '.join(command)}: exit status {status}")
    cpu, wall = float(cpu), float(wall)
    peak = sum(watch.peaks.values()) or int(largest) * 1024
    return Cost(cpu, wall, peak, max(watch.threads.values(), default=cpu), max(0, busy() - before - cpu) / wall)


def ratio(costs, peer, what="cpu"):
    """The median over the rounds, in each of which both ran under the same conditions."""
    return statistics.median(getattr(one, what) / max(getattr(other, what), 1e-3) for one, other in zip(costs, peer))


def median(costs, what):
    return statistics.median(getattr(one, what) for one in costs)
