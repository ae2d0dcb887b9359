"""A headless Chromium by its DevTools protocol: pages that are opened, asked, photographed, and whose requests are watched."""

import base64
import itertools
import json
import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WATCHDOG = 60  # s
KEYS = {"Escape": 27}  # what a dialog looks at


class Browser:
    """A process of its own with a profile of its own, gone when the block ends."""

    def __init__(self, directory):
        self.profile = Path(directory) / "profile"
        self.profile.mkdir()
        self.downloads = Path(directory) / "downloads"
        self.downloads.mkdir()

    def __enter__(self):
        self.process = subprocess.Popen(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             # None of the browser's own requests, which would look like the page's.
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
             "--disable-features=Translate,OptimizationHints,MediaRouter", "--remote-debugging-port=0",
             # A page that nobody looks at would be drawn once a second.
             "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
             f"--user-data-dir={self.profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            port = self._wait(lambda: self._port(), "the browser to listen")
            self.base = f"http://127.0.0.1:{port}"
        except BaseException:
            self.__exit__()
            raise
        return self

    def _port(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{CHROMIUM} has ended with {self.process.returncode}")
        path = self.profile / "DevToolsActivePort"
        lines = path.read_text().split() if path.exists() else []
        return lines[0] if len(lines) == 2 else None

    @staticmethod
    def _wait(condition, what):
        end = time.monotonic() + WATCHDOG
        while time.monotonic() < end:
            if value := condition():
                return value
            time.sleep(0.02)
        raise AssertionError(f"waited in vain for {what}")

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def page(self, url="about:blank"):
        request = urllib.request.Request(f"{self.base}/json/new?about:blank", method="PUT")
        target = json.load(urllib.request.urlopen(request, timeout=WATCHDOG))
        page = Page(target["webSocketDebuggerUrl"], self.downloads)
        if url != "about:blank":
            page.open(url)
        return page


class Page:
    def __init__(self, address, downloads):
        self.downloads = downloads
        self.requests, self.problems = [], []
        self._numbers = itertools.count(1)
        self._answers, self._arrived = {}, threading.Condition()
        self._connection = connect(address, max_size=None, open_timeout=WATCHDOG, proxy=None)
        self._socket = self._connection.__enter__()
        threading.Thread(target=self._receive, daemon=True).start()
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))

    def close(self):
        self.call("Page.close")
        self._connection.__exit__(None, None, None)

    def _receive(self):
        try:
            for text in self._socket:
                self._take(json.loads(text))
        except ConnectionClosed:
            pass

    def _take(self, message):
        with self._arrived:
            if "id" in message:
                self._answers[message["id"]] = message
                self._arrived.notify_all()
            else:
                self._note(message["method"], message["params"])

    def _note(self, event, details):
        if event == "Network.requestWillBeSent":
            self.requests.append(details["request"]["url"])
        elif event == "Network.webSocketCreated":
            self.requests.append(details["url"])
        elif event == "Runtime.exceptionThrown":
            thrown = details["exceptionDetails"]
            self.problems.append(thrown.get("exception", {}).get("description", thrown["text"]))
        elif event == "Log.entryAdded" and details["entry"]["level"] == "error":
            self.problems.append(details["entry"]["text"])

    def call(self, method, **parameters):
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        with self._arrived:
            if not self._arrived.wait_for(lambda: number in self._answers, WATCHDOG):
                raise AssertionError(f"no answer to {method}")
            answer = self._answers.pop(number)
        assert "error" not in answer, f"{method}: {answer.get('error')}"
        return answer["result"]

    def open(self, url):
        # A change behind the # alone would load nothing.
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)

    def run(self, expression):
        """The value of a JavaScript expression, awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, f"{expression}: {answer['exceptionDetails']}"
        return answer["result"].get("value")

    def wait_for(self, expression, timeout=WATCHDOG):
        """Until an expression is true; its value, and true for an element."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            # While a page loads there is nothing to ask yet.
            value = self.run(f"(() => {{ try {{ const value = {expression}; return value instanceof Node || value; }} catch {{ return null }} }})()")
            if value:
                return value
            time.sleep(0.02)
        text = self.run("document.body?.innerText ?? ''")
        raise AssertionError(f"waited {timeout} s in vain for {expression}; problems: {self.problems}; the page says:\n{text[:3000]}")

    def click(self, selector, text=""):
        """The first visible element that fits, by its text if one is given. By itself and not by its place: what comes and goes
        above moves it."""
        self.wait_for(
            f"[...document.querySelectorAll({json.dumps(selector)})].filter((e) => !e.disabled && e.checkVisibility() "
            f"&& e.textContent.includes({json.dumps(text)})).slice(0, 1).map((e) => {{ e.click(); return true; }})[0]")

    def press(self, key):
        """By its name, or the character that it types."""
        for kind in ("keyDown", "keyUp"):
            typed = {"text": key} if len(key) == 1 and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=KEYS.get(key, ord(key[0])), **typed)

    def look(self, width, height, scheme="light", scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def photograph(self, path, whole=False):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        Path(path).write_bytes(base64.b64decode(data))
