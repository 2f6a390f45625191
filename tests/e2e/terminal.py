"""terminal.py - the dashboard in a terminal of its own: keys go in, what is on the screen comes out.

The terminal is tmux's, on a server of its own, so it is that of a user as nearly as can be."""
import os
import shlex
import subprocess
import sys
import tempfile
import time

KEYS = {'\n': 'Enter', '^': 'Escape', '\t': 'Tab', '←': 'Left', '→': 'Right', '↑': 'Up', '↓': 'Down'}


def fail(text):
    sys.exit(f'FAILED: {text}')


class Terminal:
    """A screen of `columns` by `rows` that runs `command`."""

    def __init__(self, command, columns=80, rows=24, environment=()):
        self.folder = tempfile.TemporaryDirectory()
        self.socket = os.path.join(self.folder.name, 'tmux')
        inner = ' '.join(['env', 'TZ=UTC', 'LC_ALL=C.UTF-8', *environment,
                          *[shlex.quote(part) for part in command]])
        self.tmux('-f', '/dev/null', 'new-session', '-d', '-s', 'it', '-x', str(columns),
                  '-y', str(rows), f'{inner}; echo ended with $?; exec cat')

    def tmux(self, *arguments):
        return subprocess.run(['tmux', '-S', self.socket, *arguments], check=True, timeout=30,
                              capture_output=True, text=True).stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(['tmux', '-S', self.socket, 'kill-server'], capture_output=True, check=False)
        self.folder.cleanup()

    def type(self, keys):
        for key in keys:
            self.tmux('send-keys', '-t', 'it', *([KEYS[key]] if key in KEYS else ['-l', key]))
        return self

    def process(self):
        """That of the command."""
        shell = self.tmux('display-message', '-p', '-t', 'it', '#{pane_pid}').strip()
        with open(f'/proc/{shell}/task/{shell}/children', encoding='ascii') as file:
            return int(file.read().split()[0])

    def screen(self):
        return self.tmux('capture-pane', '-p', '-t', 'it')

    def resize(self, columns, rows):
        self.tmux('resize-window', '-t', 'it', '-x', str(columns), '-y', str(rows))

    def click(self, row, column):
        """At a cell, counted from 0; as a terminal tells it whose terminfo begins it with \\E[M."""
        for button in (0, 3):
            event = b'\033[M' + bytes((32 + button, 33 + column, 33 + row))
            self.tmux('send-keys', '-t', 'it', '-H', *[f'{byte:02x}' for byte in event])

    def shows(self, *texts, without=(), within=20):
        """Waits until all texts are on the screen, and none of those in `without`."""
        until = time.monotonic() + within
        while True:
            screen = self.screen()
            if all(text in screen for text in texts) and not any(text in screen for text in without):
                self.last = screen
                return self
            if time.monotonic() > until:
                missing = [text for text in texts if text not in screen]
                missing += [f'no "{text}"' for text in without if text in screen]
                fail(f'the screen lacks {missing}:\n{screen}')
            time.sleep(0.05)
