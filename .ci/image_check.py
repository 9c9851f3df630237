"""Tries the image as a team would use it: `image_check.py IMAGE CONTAINER`, from .ci/image, by a Python with Synapse.

The homeserver and its accounts are the demo's own (config/demo), and the bot is confined as compose.yaml confines it. A
question is asked in a room and answered; the mounted data is changed and the room told; the health check passes; SIGTERM
ends it in order.
"""

import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import yaml

IMAGE, CONTAINER = sys.argv[1:]
DEMO = pathlib.Path("config/demo").resolve()
PATIENCE = 120  # seconds, on a machine that is busy with other things
NEW_RECORD = """
[[company]]
id = "container-check-robotics"
name = "Container Check Robotics"
summary = "Robot maker."

[[company.claims]]
property = "founded"
value = "2016"
sources = ["{source}"]
"""


def podman(*arguments):
    done = subprocess.run(["podman", *arguments], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"podman {arguments[0]} failed: {done.stderr}")
    return done.stdout.strip()


def wait_for(what, look):
    """What `look` returns once it is something. A server that is not there yet counts as nothing."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if found := look():
                return found
        except ConnectionError:
            pass
        time.sleep(0.1)
    sys.exit(f"{what}: not within {PATIENCE} s")


class Person:
    """Somebody on the homeserver, by plain HTTP."""

    def __init__(self, port, name, password):
        self.port, self.token, self.since = port, None, None
        login = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": name}, "password": password}
        self.token = self.call("POST", "login", login)["access_token"]

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        connection.request(method, "/_matrix/client/v3/" + path, body and json.dumps(body), headers)
        answer = connection.getresponse()
        content = json.load(answer)
        if answer.status != 200:
            sys.exit(f"{method} {path}: {answer.status} {content}")
        return content

    def hear(self, room):
        """The next events in the room."""
        sync = self.call("GET", f"sync?timeout=1000&since={self.since}" if self.since else "sync")
        self.since = sync["next_batch"]
        joined = sync.get("rooms", {}).get("join", {})
        return joined[room]["timeline"]["events"] if room in joined else []

    def wait(self, room, what, fits):
        return wait_for(what, lambda: next((event for event in self.hear(room) if fits(event)), None))

    def told(self, room, *words):
        """Waits for a notice with these words: the event that it replies to, if any."""
        def fits(event):
            content = event["content"]
            return content.get("msgtype") == "m.notice" and all(word in content["body"] for word in words)
        event = self.wait(room, f"a notice with {words}", fits)
        return event["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")

    def ask(self, room, question, *words):
        path = f"rooms/{urllib.parse.quote(room)}/send/m.room.message/{time.monotonic_ns()}"
        asked = self.call("PUT", path, {"msgtype": "m.text", "body": question})["event_id"]
        if self.told(room, *words) != asked:
            sys.exit(f"the answer to {question} replies to something else")


def main():
    home = pathlib.Path(tempfile.mkdtemp(prefix="tigerdesk-image-check-"))
    # Ends the homeserver and removes the folder when this process is gone, however it went.
    command = [sys.executable, "tests/support/guard.py"]
    guard = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)
    print(f"folder {home}", file=guard.stdin, flush=True)
    try:
        check(home, guard)
    finally:
        guard.stdin.close()
        guard.wait()


def check(home, guard):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    listener = {"port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "resources": [{"names": ["client"]}]}
    (home / "port.yaml").write_text(json.dumps({"listeners": [listener]}))
    with open(home / "homeserver.log", "w") as log:
        command = [sys.executable, "-m", "synapse.app.homeserver"]
        command += ["--config-path", str(DEMO / "homeserver.yaml"), "--config-path", str(home / "port.yaml")]
        homeserver = subprocess.Popen(command, cwd=home, stdout=log, stderr=log, start_new_session=True)
    print(f"process {homeserver.pid}", file=guard.stdin, flush=True)
    wait_for("the homeserver answers", lambda: socket.create_connection(("127.0.0.1", port), 1))
    for _ in range(2):  # The second time finds everything there.
        command = [sys.executable, DEMO / "accounts.py", f"http://127.0.0.1:{port}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    data = home / "data"
    shutil.copytree("data", data)
    home.chmod(0o711)  # The bot is another user.
    lines = (DEMO / "demo.env").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if line.startswith("TIGERDESK__"))
    # By a name that only the container's /etc/hosts has.
    settings["TIGERDESK__MATRIX__HOMESERVER"] = f"http://homeserver.test:{port}"
    settings["TIGERDESK__DIGEST__QUIET_PERIOD"] = "1s"
    environment = [word for key, value in settings.items() for word in ("--env", f"{key}={value}")]
    started = time.monotonic()
    podman("run", "--detach", "--name", CONTAINER, *restrictions(), "--network=host",
           "--add-host=homeserver.test:127.0.0.1", f"--volume={data}:/data:ro", *environment, IMAGE)
    try:
        use(port, data, started)
    except BaseException:
        subprocess.run(["podman", "logs", CONTAINER])
        raise


def restrictions():
    """What compose.yaml keeps from the bot, for podman."""
    bot = yaml.safe_load(pathlib.Path("compose.yaml").read_text())["services"]["tigerdesk"]
    assert bot["read_only"]
    return ["--read-only", "--read-only-tmpfs=false",
            f"--memory={bot['mem_limit']}", f"--pids-limit={bot['pids_limit']}",
            *(f"--ulimit={limit}={number}" for limit, number in bot["ulimits"].items()),
            *(f"--cap-drop={capability}" for capability in bot["cap_drop"]),
            *(f"--security-opt={option.removesuffix(':true')}" for option in bot["security_opt"])]


def use(port, data, started):
    alice = Person(port, "alice", "six-tigers")
    bot = "@tigerdesk:localhost"
    room = alice.call("POST", "createRoom", {"preset": "private_chat", "invite": [bot]})["room_id"]
    alice.wait(room, "the bot joins",
               lambda event: event.get("state_key") == bot and event["content"]["membership"] == "join")
    print(f"-- in the room after {time.monotonic() - started:.1f} s")
    alice.ask(room, "!company moonshot", "Moonshot AI", "月之暗面")
    print("-- a question was answered")

    alice.ask(room, "!digest on", "told")
    source = (data / "sources.toml").read_text().partition('id = "')[2].partition('"')[0]
    (data / "new.toml").write_text(NEW_RECORD.format(source=source))
    alice.told(room, "What changed", "Container Check Robotics")
    print("-- the room was told of a change in the data")

    wait_for("healthy", lambda: subprocess.run(["podman", "healthcheck", "run", CONTAINER]).returncode == 0)
    pid = podman("inspect", "--format", "{{.State.Pid}}", CONTAINER)
    status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    confined = {"Uid": "10001\t" * 3 + "10001", "CapEff": "0" * 16, "NoNewPrivs": "1", "NSpid": f"{pid}\t1"}
    for key, value in confined.items():
        if status[key] != value:
            sys.exit(f"the bot's {key} is {status[key]}, not {value}")
    print("-- healthy, process 1, user 10001, without capabilities")
    print(f"-- memory: {status['VmRSS'].strip()}, at most {status['VmHWM'].strip()}")

    stopping = time.monotonic()
    podman("kill", "--signal", "TERM", CONTAINER)
    code = podman("wait", CONTAINER)
    if code != "0" or time.monotonic() - stopping > 10:
        sys.exit(f"the bot ended with {code} after {time.monotonic() - stopping:.1f} s")
    print(f"-- ended in order {time.monotonic() - stopping:.1f} s after SIGTERM")


main()
