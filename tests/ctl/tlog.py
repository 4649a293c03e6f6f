"""Reads transparency logs by the specifications, with no code of ours.

RFC 6962 2.1 word for word, C2SP signed-note, tlog-checkpoint, tlog-tiles and
tlog-proof; signatures are checked by the openssl program.
"""

import base64
import hashlib
import json
import os
import subprocess
import tempfile

# DER of an Ed25519 public key (RFC 8410) up to the 32 bytes of the key
SPKI = bytes.fromhex("302a300506032b6570032100")


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(line):
    return sha256(b"\x00" + line)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def split(n):
    """The largest power of two below n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root_hash(leaves):
    """MTH of RFC 6962 2.1, over hashes of leaves."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(root_hash(leaves[:k]), root_hash(leaves[k:]))


def climb(index, size, leaf, path):
    """The root that an audit path leads to, by the recursion of 2.1.1."""
    if size == 1:
        assert index == 0 and not path, "a path that is too long"
        return leaf
    assert path, "a path that is too short"
    k = split(size)
    if index < k:
        return node_hash(climb(index, k, leaf, path[:-1]), path[-1])
    return node_hash(path[-1], climb(index - k, size - k, leaf, path[:-1]))


def read_vkey(vkey):
    """Name, key id and public key of a verifier key (signed-note)."""
    name, key_id, key = vkey.strip().split("+", 2)
    key = base64.b64decode(key, validate=True)
    assert key[0] == 1 and len(key) == 33, "not Ed25519"
    wanted = sha256(name.encode() + b"\n" + key)[:4]
    assert bytes.fromhex(key_id) == wanted, "the key id is another"
    return name, wanted, key[1:]


def write_vkey(key, name):
    """The verifier key of the 32 bytes of a public key."""
    key = b"\x01" + key
    key_id = sha256(name.encode() + b"\n" + key)[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(key).decode()}"


def public_key(path):
    """The 32 bytes of the public key that belongs to a private one."""
    done = subprocess.run(["openssl", "pkey", "-in", path, "-pubout",
                           "-outform", "DER"], capture_output=True,
                          timeout=60, check=True)
    assert done.stdout.startswith(SPKI)
    return done.stdout[len(SPKI):]


def openssl_verify(key, text, signature):
    with tempfile.TemporaryDirectory() as folder:
        def put(name, data):
            path = os.path.join(folder, name)
            with open(path, "wb") as f:
                f.write(data)
            return path
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform",
             "DER", "-inkey", put("key", SPKI + key), "-in",
             put("text", text), "-sigfile", put("signature", signature)],
            capture_output=True, timeout=60, check=False)
    return done.returncode == 0


def read_checkpoint(note, vkey):
    """Size and root of a checkpoint that the key has signed."""
    name, key_id, key = read_vkey(vkey)
    text, signatures = note.rsplit(b"\n\n", 1)
    text += b"\n"
    origin, size, root, end = text.split(b"\n")
    assert origin == name.encode() and end == b"", "not a checkpoint of ours"
    good = False
    for line in signatures.splitlines():
        dash, signer, blob = line.decode().split(" ")
        blob = base64.b64decode(blob, validate=True)
        if dash == "\u2014" and signer == name and blob[:4] == key_id:
            good = openssl_verify(key, text, blob[4:])
    assert good, "not signed"
    return int(size), base64.b64decode(root, validate=True)


def read_proof(proof):
    """Index, path and checkpoint of a tlog-proof."""
    head, checkpoint = proof.split(b"\n\n", 1)
    version, index, *path = head.split(b"\n")
    assert version == b"c2sp.org/tlog-proof@v1", version
    word, number = index.split(b" ")
    assert word == b"index"
    return (int(number), [base64.b64decode(h, validate=True) for h in path],
            checkpoint)


def check_receipt(text, vkey):
    """The entry of a receipt, after its proof was checked."""
    receipt = json.loads(text)
    assert sorted(receipt) == ["entry", "proof"], sorted(receipt)
    line = receipt["entry"].encode()
    index, path, checkpoint = read_proof(receipt["proof"].encode())
    size, root = read_checkpoint(checkpoint, vkey)
    assert index < size and climb(index, size, leaf_hash(line), path) == root
    assert json.loads(line)["seq"] == index
    return line


def read_lines(log):
    lines = []
    for name in sorted(os.listdir(f"{log}/entries")):
        with open(f"{log}/entries/{name}", "rb") as f:
            lines += f.read().split(b"\n")[:-1]
    return lines


def tile_path(level, index, width):
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.insert(0, f"x{index % 1000:03d}")
    return (f"tile/{level}/" + "/".join(parts) +
            (f".p/{width}" if width < 256 else ""))


def tiles(lines):
    """All files under tile/ of a log of these lines, by path."""
    files = {}
    row = [leaf_hash(line) for line in lines]
    for i in range(0, len(lines), 256):
        part = lines[i:i + 256]
        files[tile_path("entries", i // 256, len(part))] = b"".join(
            len(line).to_bytes(2, "big") + line for line in part)
    level = 0
    while row:
        for i in range(0, len(row), 256):
            part = row[i:i + 256]
            files[tile_path(level, i // 256, len(part))] = b"".join(part)
        row = [root_hash(row[i:i + 256])
               for i in range(0, len(row) - 255, 256)]
        level += 1
    return files
