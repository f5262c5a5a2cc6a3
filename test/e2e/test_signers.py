"""Who signed evidence: keys of an organization, envelopes made by OpenSSL, and a policy that asks for a signer."""
import base64
import json
import subprocess

from world import WorldCase, base64_of, sha256_of

TYPE = "application/vnd.in-toto+json"
SIGNED = """
apiVersion: weir/v1
kind: Policy
rules:
  - id: built-by-ci
    message: Provenance must be signed by the builder
    require:
      attestation: {type: provenance, signer: {subject: "*@ci.example", issuer: "weir:keys"}}
"""


def statement(digest):
    return json.dumps({
        "_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1",
        "subject": [{"name": "app", "digest": {"sha256": digest.removeprefix("sha256:")}}],
        "predicate": {"buildDefinition": {"buildType": "https://ci.example/build"},
                      "runDetails": {"builder": {"id": "https://ci.example/runner"}}}}).encode()


class Signers(WorldCase):
    agent = False

    @classmethod
    def prepare(cls):
        world = cls.world
        world.environment("prod")
        world.weir("flow", "create", "app")
        world.weir("trail", "begin", "t1", "--flow", "app")
        file = world.directory / "signed.yaml"
        file.write_text(SIGNED)
        world.weir("policy", "create", "signed", file)
        world.weir("policy", "attach", "signed", "--environment", "prod", "--mode", "enforce")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def key(self, name, *kind):
        private, public = self.world.directory / f"{name}.key", self.world.directory / f"{name}.pub"
        self.openssl("genpkey", *kind, "-out", private)
        self.openssl("pkey", "-in", private, "-pubout", "-out", public)
        return private, public

    def sign(self, private, payload, *digest, type=TYPE):
        text, signature = self.world.directory / "said.txt", self.world.directory / "said.sig"
        text.write_bytes(f"DSSEv1 {len(type)} {type} {len(payload)} ".encode() + payload)
        self.openssl("pkeyutl", "-sign", "-inkey", private, "-rawin", "-in", text, "-out", signature, *digest)
        return signature.read_bytes()

    def attest(self, digest, payload, signature=None, key_id="", code=201):
        content = payload if signature is None else json.dumps(
            {"payloadType": TYPE, "payload": base64_of(payload),
             "signatures": [{"keyid": key_id, "sig": base64_of(signature)}]}).encode()
        answer = self.world.api.send("POST", "attestations", {
            "flow": "app", "trail": "t1", "name": "built", "type": "provenance", "artifact": digest,
            "content": base64.b64encode(content).decode()})
        self.assertEqual(answer.status, code, answer)
        return answer.json

    def artifact(self):
        program = self.world.program()
        self.world.weir("attest", "artifact", program, "--flow", "app", "--trail", "t1", "--name", "app")
        return sha256_of(program)

    def gate(self, digest):
        answer = self.world.api.get(f"gate?environment=prod&artifact={digest}")
        return answer["rules"][0]["result"]

    def test_each_algorithm_counts_and_the_policy_sees_who_signed(self):
        for name, kind, digest in (("ed", ("-algorithm", "ed25519"), ()),
                                   ("ec", ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
                                    ("-digest", "sha256")),
                                   ("rsa", ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
                                    ("-digest", "sha256"))):
            with self.subTest(name):
                private, public = self.key(name, *kind)
                artifact = self.artifact()
                said = statement(artifact)
                signature = self.sign(private, said, *digest)
                before = self.attest(artifact, said, signature)["attestation"]
                self.assertEqual(before["signed"], "unknown-key")
                self.assertNotEqual(self.gate(artifact), "satisfied")
                self.world.weir("key", "add", name, "--public-key", public, "--identity", f"{name}@ci.example")
                made = self.attest(artifact, said, signature)["attestation"]
                self.assertEqual((made["signed"], made["signer"]["identity"]), ("verified", f"{name}@ci.example"))
                self.assertEqual(self.gate(artifact), "satisfied")

    def test_unsigned_bad_and_misdirected_ones_do_not_count(self):
        private, public = self.key("strict", "-algorithm", "ed25519")
        self.world.weir("key", "add", "strict", "--public-key", public, "--identity", "strict@ci.example", "--flow",
                        "app")
        artifact, other = self.artifact(), self.artifact()
        said = statement(artifact)
        signature = self.sign(private, said)
        self.assertEqual(self.attest(artifact, said)["attestation"]["signed"], "unsigned")
        bad = self.attest(artifact, said, signature[:-1] + bytes([signature[-1] ^ 1]), "strict", 400)
        self.assertIn("signatures[0]", json.dumps(bad))
        wrong = self.sign(private, said, type="text/plain")
        self.attest(artifact, said, wrong, "strict", 400)
        self.attest(other, said, signature, "strict", 400)
        self.assertNotEqual(self.gate(artifact), "satisfied")
        self.attest(artifact, said, signature, "strict")
        self.assertEqual(self.gate(artifact), "satisfied")

    def test_a_removed_key_vouches_for_nothing_that_comes_later(self):
        private, public = self.key("gone", "-algorithm", "ed25519")
        self.world.weir("key", "add", "gone", "--public-key", public, "--identity", "gone@ci.example")
        early, late = self.artifact(), self.artifact()
        self.attest(early, statement(early), self.sign(private, statement(early)), "gone")
        self.world.weir("key", "remove", "gone")
        made = self.attest(late, statement(late), self.sign(private, statement(late)), "gone")["attestation"]
        self.assertEqual(made["signed"], "unknown-key")
        self.assertEqual((self.gate(early), self.gate(late) == "satisfied"), ("satisfied", False))
        keys = self.world.weir_json("key", "list")
        self.assertTrue([k for k in keys if k["name"] == "gone" and k["removed_at"]])
        entries = self.world.weir("ledger", "entries", "--limit", "1000")
        self.assertIn("signing-key-declared", entries)
        self.assertIn("signing-key-removed", entries)
