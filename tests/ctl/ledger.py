"""Writes consent logs for tests, from docs/LEDGER.md and the specifications
that it names, with none of the project's own code: entries, tiles of the
lowest level and checkpoints signed by openssl."""

import base64
import datetime
import hashlib
import json
import os
import subprocess

POLICY = '{"version":"1"}'
NOTICE = '{"title":"Çerezler \\"hepsi\\""}'
START = datetime.datetime(2025, 1, 30, tzinfo=datetime.timezone.utc)


def sha256(data):
    return hashlib.sha256(data).digest()


def text_hash(text):
    return sha256(text.encode()).hex()


def leaf(line):
    return sha256(b"\0" + line.encode())


def root(leaves):
    """RFC 6962 2.1, from the right edge of the tree."""
    stack = []
    for index, node in enumerate(leaves):
        while index & 1:
            node = sha256(b"\1" + stack.pop() + node)
            index >>= 1
        stack.append(node)
    if not stack:
        return sha256(b"")
    node = stack.pop()
    while stack:
        node = sha256(b"\1" + stack.pop() + node)
    return node


class Key:
    """An Ed25519 key of a log, in a folder."""

    def __init__(self, folder, origin):
        self.origin, self.path = origin, f"{folder}/key.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out",
                        self.path], check=True, capture_output=True)
        public = subprocess.run(
            ["openssl", "pkey", "-in", self.path, "-pubout", "-outform",
             "DER"], check=True, capture_output=True).stdout[-32:]
        typed = b"\1" + public
        self.id = sha256(origin.encode() + b"\n" + typed)[:4]
        self.vkey = (f"{origin}+{self.id.hex()}+"
                     f"{base64.b64encode(typed).decode()}")
        self.file = f"{folder}/key.pub"
        with open(self.file, "w", encoding="utf-8") as f:
            f.write(self.vkey + "\n")

    def sign(self, text):
        path = f"{self.path}.text"
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        signature = subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path,
             "-in", path], check=True, capture_output=True).stdout
        return base64.b64encode(self.id + signature).decode()


class Log:
    """A log in a folder of that name, and its key beside it."""

    minutes = 40        # between two entries

    def __init__(self, folder, origin, segment=1000):
        self.folder, self.origin, self.segment = folder, origin, segment
        for name in ("entries", "policies", "notices"):
            os.makedirs(f"{folder}/log/{name}")
        self.dir = f"{folder}/log"
        self.key = Key(folder, origin)
        self.lines, self.leaves = [], []
        for kind, text in (("policies", POLICY), ("notices", NOTICE)):
            self.write(f"{kind}/{text_hash(text)}.json", text)
        self.add({"type": "start", "what": "notary",
                  "why": 'a "new" log \\o/'})
        self.add({"type": "policy", "hash": text_hash(POLICY)})
        self.add({"type": "notice", "hash": text_hash(NOTICE)})

    def write(self, path, data):
        path = f"{self.dir}/{path}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        mode = "wb" if isinstance(data, bytes) else "w"
        # nothing strange may be seen in the log
        part = f"{self.folder}/part"
        with open(part, mode,
                  **({} if mode == "wb" else {"encoding": "utf-8"})) as f:
            f.write(data)
        os.rename(part, path)

    def spell(self, members, seq=None):
        seq = len(self.lines) if seq is None else seq
        kind = members.pop("type")
        time = START + datetime.timedelta(minutes=self.minutes * seq)
        identity = f"{self.origin[:4]}{seq:017d}A"
        return json.dumps(
            {"seq": seq, "id": identity,
             "time": time.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "type": kind,
             "node": "n/1", "version": "1.0", **members},
            separators=(",", ":"), ensure_ascii=False)

    def add(self, members):
        self.lines.append(self.spell(members))
        self.leaves.append(leaf(self.lines[-1]))

    def choice(self, seq, lang="tr"):
        granted = ["analytics"] if seq % 3 else []
        members = {"type": "choice"}
        if granted:
            members["sub"] = f"s{seq % 100:020d}A"
        return {**members, "act": "choose" if granted else "reject",
                "granted": granted,
                "denied": [c for c in ("analytics", "marketing")
                           if c not in granted],
                "policy": text_hash(POLICY), "notice": text_hash(NOTICE),
                "lang": lang, "signal": "gpc" if seq % 5 == 0 else "none",
                "via": "notice", "kid": "k1"}

    def grow(self, to):
        while len(self.lines) < to:
            self.add(self.choice(len(self.lines)))

    def erase(self, numbers):
        """An erase entry, and the tombstones that it makes."""
        by = len(self.lines)
        self.add({"type": "erase", "entries": numbers, "why": "asked to"})
        for seq in numbers:
            self.lines[seq] = json.dumps(
                {"seq": seq, "erased": self.leaves[seq].hex(), "by": by},
                separators=(",", ":"))

    def publish(self, size=None):
        """Writes entries, then tiles, then the checkpoint."""
        size = len(self.lines) if size is None else size
        for first in range(0, len(self.lines), self.segment):
            self.write(f"entries/{first:012d}.jsonl", "".join(
                line + "\n" for line in
                self.lines[first:first + self.segment]))
        for index in range(0, (size + 255) // 256):
            hashes = self.leaves[index * 256:min(size, index * 256 + 256)]
            part = "" if len(hashes) == 256 else f".p/{len(hashes)}"
            self.write(f"tile/0/{index:03d}{part}", b"".join(hashes))
        self.checkpoint(size)

    def checkpoint(self, size):
        text = (f"{self.origin}\n{size}\n"
                f"{base64.b64encode(root(self.leaves[:size])).decode()}\n")
        self.write("checkpoint", f"{text}\n— {self.origin} "
                   f"{self.key.sign(text)}\n")
