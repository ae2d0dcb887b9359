"""A terminal with a shell in it, as people have it: tmux draws it, and says what stands there."""

import os
import subprocess

import pytest
from conftest import BINARIES, wait_until


class Screen:
    """80 × 24 at first. Its shell prints '$ ' when it waits."""

    def __init__(self, directory, environment=None):
        self._socket = str(directory / "tmux")
        environment = {
            **os.environ, "LC_ALL": "C.UTF-8", "PS1": "$ ", "HISTFILE": "", **(environment or {}), "TMUX": "", "NO_COLOR": ""}
        subprocess.run(
            ["tmux", "-S", self._socket, "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24",
             "bash", "--norc", "--noprofile"], env=environment, check=True, timeout=60)
        self.server = int(self._tmux("display", "-p", "#{pid}"))
        self.wait_for("$")

    def _tmux(self, *arguments):
        return subprocess.run(
            ["tmux", "-S", self._socket, *arguments], check=True, capture_output=True, text=True, timeout=60).stdout

    def close(self):
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], capture_output=True, timeout=60)
        # An orphan of its first client, it has become a child of this process.
        wait_until(lambda: os.waitpid(self.server, os.WNOHANG)[0], what="the end of tmux")

    @property
    def text(self):
        """The lines without the spaces at their ends."""
        return self._tmux("capture-pane", "-p")

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def styled(self):
        """With control sequences for colours."""
        return self._tmux("capture-pane", "-p", "-e")

    def keys(self, *keys):
        """By their names in tmux; a text of several letters is typed."""
        self._tmux("send-keys", *keys)

    def run(self, command):
        self.keys("-l", command)
        self.keys("Enter")

    def resize(self, width, height):
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def wait_for(self, what, gone=False):
        """Until a text stands there, or a function of the screen returns something; what that is."""
        def look():
            return what(self) if callable(what) else (what in self.text) != gone

        try:
            return wait_until(look, what=f"{what!r} on the screen")
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{self.text}") from None

    @property
    def modes(self):
        """What a program may have left behind: the other screen, no cursor, no wrapping; and where the cursor stands."""
        return self._tmux("display", "-p", "#{alternate_on} #{cursor_flag} #{wrap_flag} #{keypad_flag} #{mouse_any_flag}").split()


@pytest.fixture
def screen(tmp_path, cluster):
    made = Screen(tmp_path, {"PATH": f"{BINARIES}:{os.environ['PATH']}", "XDG_STATE_HOME": str(cluster.state)})
    try:
        yield made
    finally:
        made.close()
