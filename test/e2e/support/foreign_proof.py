"""Checks a C2SP tlog-proof with nothing of Weir: SHA-256 from Python, Ed25519 from the openssl command."""
import base64
import hashlib
import subprocess
import tempfile
from pathlib import Path


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(index, size, leaf, path):
    """RFC 9162, section 2.1.3.2."""
    node, last, here = leaf, size - 1, index
    for sibling in path:
        assert last != 0, "the proof is too long"
        if here % 2 == 1 or here == last:
            node = node_hash(sibling, node)
            while here % 2 == 0 and here != 0:
                here, last = here >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        here, last = here >> 1, last >> 1
    assert last == 0, "the proof is too short"
    return node


def signed_text(note, vkey):
    """The text of a signed note whose signature by the key holds."""
    name, key_id, key = vkey.strip().split("+", 2)
    raw = base64.b64decode(key)
    assert raw[0] == 1 and len(raw) == 33, "not an Ed25519 key"
    assert hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] == key_id, "the key's id is not its own"
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        blob = base64.b64decode(signature)
        if dash == "—" and signer == name and blob[:4].hex() == key_id:
            check_ed25519(raw[1:], text.encode(), blob[4:])
            return text
    raise AssertionError("the note is not signed by this key")


def check_ed25519(public_key, message, signature):
    with tempfile.TemporaryDirectory() as directory:
        paths = [Path(directory, name) for name in ("key", "message", "signature")]
        # SubjectPublicKeyInfo of an Ed25519 key, RFC 8410: a constant head and the key.
        paths[0].write_bytes(bytes.fromhex("302a300506032b6570032100") + public_key)
        paths[1].write_bytes(message)
        paths[2].write_bytes(signature)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths[0],
                               "-rawin", "-in", paths[1], "-sigfile", paths[2]], capture_output=True, text=True)
        assert done.returncode == 0, f"the signature is wrong: {done.stdout}{done.stderr}"


def check(proof_text, vkey, leaf):
    """(index, size) of a proof that holds; AssertionError otherwise."""
    head, note = proof_text.split("\n\n", 1)
    lines = head.splitlines()
    assert lines.pop(0) == "c2sp.org/tlog-proof@v1"
    if lines[0].startswith("extra "):
        lines.pop(0)
    word, index = lines.pop(0).split(" ")
    assert word == "index"
    origin, size, root = signed_text(note, vkey).splitlines()[:3]
    assert origin == vkey.split("+")[0]
    path = [base64.b64decode(line) for line in lines]
    assert root_of(int(index), int(size), leaf_hash(leaf), path) == base64.b64decode(root), "the proof does not hold"
    return int(index), int(size)
