"""Publishes a log that a test wrote: tiles, bundles and a checkpoint signed
with a new key, from the C2SP texts and not with the daemon's own code."""

import base64
import os
import subprocess

import tlog

ORIGIN = "library.example/one"


def put(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def write_tree(folder, lines):
    """Writes the tiles of all levels; returns the root."""
    entries = [line.encode() for line in lines]
    for path, data in tlog.tiles(entries).items():
        put(f"{folder}/{path}", data)
    return tlog.root_hash([tlog.leaf_hash(entry) for entry in entries])


def new_key(path):
    """Makes an Ed25519 key at path; returns the 32 public bytes."""
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519",
                    "-out", path], check=True, capture_output=True)
    return tlog.public_key(path)


def sign(text, path, public, name):
    note = f"{path}.note"
    with open(note, "w", encoding="utf-8") as f:
        f.write(text)
    signature = subprocess.run(
        ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", path,
         "-in", note], check=True, capture_output=True).stdout
    key_id = tlog.read_vkey(tlog.write_vkey(public, name))[1]
    line = base64.b64encode(key_id + signature).decode()
    return f"{text}\n\u2014 {name} {line}\n"


def publish(folder, lines, key, name=ORIGIN):
    """Publishes the log's lines; returns the verifier key of a new key,
    which is written to the file named by key."""
    public = new_key(key)
    root = base64.b64encode(write_tree(folder, lines)).decode()
    note = sign(f"{name}\n{len(lines)}\n{root}\n", key, public, name)
    put(f"{folder}/checkpoint", note.encode())
    return tlog.write_vkey(public, name)
