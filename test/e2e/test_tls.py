"""A join token pins the key of the server that issued it: no authority is asked, and no other key will do."""
import hashlib
import ssl
import subprocess
import unittest

from world import WEIR, Process, World, wait_until


def certificate(world, name):
    """A self-signed certificate for loopback with a key of its own: (certificate file, key file)."""
    cert, key = world.directory / f"{name}.pem", world.directory / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key),
                    "-out", str(cert)], check=True, capture_output=True)
    return cert, key


def pin_of(cert):
    """SHA-256 of the public key as DER, by openssl's own reading."""
    pem = subprocess.run(["openssl", "x509", "-in", str(cert), "-noout", "-pubkey"], check=True, capture_output=True)
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=pem.stdout, check=True,
                         capture_output=True)
    return hashlib.sha256(der.stdout).hexdigest()


class Tls(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        self.cert, self.key = certificate(self.world, "first")
        self.serve(self.cert, self.key)
        self.world.api.put("environments/host", {"kind": "host"})

    def serve(self, cert, key):
        self.world.tls = ssl.create_default_context(cafile=str(cert))
        self.world.start_server("--tls-cert", cert, "--tls-key", key)

    def join_token(self):
        return self.world.api.post("environments/host/join-tokens", {})["token"]

    def start_with(self, token, state):
        """An agent that is expected to be refused: it goes on trying, and says why it isn't heard."""
        directory = self.world.directory / state
        directory.mkdir(exist_ok=True)
        (directory / "join.token").write_text(token)
        agent = Process([WEIR, "agent", "--server", self.world.url, "--environment", "host", "--state", directory,
                         "--token-file", directory / "join.token"], self.world.directory / f"{state}.log",
                        env=self.world.clean_variables())
        self.world.children.append(agent)
        return agent

    def test_the_token_carries_the_key_and_lets_the_agent_in_without_an_authority(self):
        self.assertEqual(self.join_token().split(".")[1:], [pin_of(self.cert)])
        self.world.start_agent()

    def test_a_token_with_another_key_lets_nobody_in(self):
        secret = self.join_token().split(".")[0]
        agent = self.start_with(f"{secret}.{'0' * 64}", "wrong")
        wait_until(lambda: "another key" in agent.text(), 20, "the agent says that the key is another")
        self.assertTrue(agent.runs(), agent.text())
        self.assertNotIn(secret, agent.text())
        self.assertEqual(self.world.reporters(), [])

    def test_a_token_without_its_key_does_not_make_an_unknown_certificate_trusted(self):
        agent = self.start_with(self.join_token().split(".")[0], "bare")
        wait_until(lambda: "not heard" in agent.text(), 20, "the agent is not heard")
        self.assertEqual(self.world.reporters(), [])

    def test_an_enrolled_agent_reports_to_no_server_with_another_key(self):
        agent = self.world.start_agent()
        self.world.server.end()
        self.serve(*certificate(self.world, "second"))
        before = [r["sequence"] for r in self.world.reporters()]
        wait_until(lambda: "another key" in agent.text(), 20, "the agent says that the key is another")
        self.world.run(self.world.program(), "0").child.wait(10)
        agent.end()  # tries to say what it still has to
        self.assertEqual([r["sequence"] for r in self.world.reporters()], before)


if __name__ == "__main__":
    unittest.main()
