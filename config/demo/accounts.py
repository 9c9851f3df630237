"""Makes the demo's two accounts on the homeserver at the address given, and a room with both; once, however often it runs.

What is made here has no secrets: the homeserver is reached from one machine only.
"""

import hashlib
import hmac
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

SECRET = b"demo"  # registration_shared_secret in homeserver.yaml
PERSON = ("alice", "six-tigers", True)
BOT = ("tigerdesk", "red-curtain", False)


def call(method, path, body=None, token=None):
    """Asks the homeserver; the answer, or the errcode of a refusal as a string."""
    request = urllib.request.Request(sys.argv[1] + path, method=method)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    # Nothing between us and the homeserver, whatever proxy the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        return json.load(refusal)["errcode"]


def register(name, password, admin):
    path = "/_synapse/admin/v1/register"
    nonce = call("GET", path)["nonce"]
    words = [nonce, name, password, "admin" if admin else "notadmin"]
    mac = hmac.new(SECRET, "\0".join(words).encode(), hashlib.sha1).hexdigest()
    body = {"nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac}
    answer = call("POST", path, body)
    if isinstance(answer, str) and answer != "M_USER_IN_USE":
        sys.exit(f"the account {name} can't be made: {answer}")


def make_room(name, password):
    login = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": name}, "password": password}
    me = call("POST", "/_matrix/client/v3/login", login)
    server = me["user_id"].partition(":")[2]
    room = {
        "name": "Research desk",
        "topic": "Ask !help, or !company moonshot",
        "preset": "trusted_private_chat",
        "room_alias_name": "desk",
        "invite": [f"@{BOT[0]}:{server}"],
        "initial_state": [{"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}],
    }
    answer = call("POST", "/_matrix/client/v3/createRoom", room, me["access_token"])
    if isinstance(answer, str) and answer != "M_ROOM_IN_USE":
        sys.exit(f"the room can't be made: {answer}")
    call("POST", "/_matrix/client/v3/logout", {}, me["access_token"])


register(*PERSON)
register(*BOT)
make_room(*PERSON[:2])
print("Open http://localhost:8080 and log in as alice, password six-tigers. The room is there: ask !help")
