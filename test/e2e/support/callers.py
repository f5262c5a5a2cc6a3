"""What the tests of callers share: an environment that asks for tests, programs of commits, and a bare request."""
import hashlib
import http.client
import json
import uuid

from world import WorldCase

TESTED = """
apiVersion: weir/v1
kind: Policy
rules:
  - id: tests-pass
    message: Unit tests must have passed
    who: developers of the service
    fix: Run the tests in the pipeline and attest the JUnit file
    require:
      attestation: {type: test, name: unit-tests}
"""
PASSED = '<testsuite tests="1"><testcase name="a"/></testsuite>'
FAILED = '<testsuite tests="1"><testcase name="a"><failure message="no"/></testcase></testsuite>'


class Callers(WorldCase):
    agent = False
    host = "https://github.com"

    @classmethod
    def prepare(cls):
        world = cls.world
        for name in ("production", "staging"):
            world.environment(name)
        file = world.directory / "tested.yaml"
        file.write_text(TESTED)
        world.weir("policy", "create", "tested", file)
        world.weir("policy", "attach", "tested", "--environment", "production", "--mode", "enforce")
        cls.count = 0

    def send(self, method, path, headers, body=None):
        """One request with these headers and no others."""
        connection = http.client.HTTPConnection("127.0.0.1", self.world.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
            for name, value in headers.items():
                connection.putheader(name, value)
            if data is not None:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def built(self, repository="acme/shop", tests=None):
        """A program of a new commit of the repository, recorded as its pipeline does; its commit, digest and trail."""
        type(self).count += 1
        commit = hashlib.sha1(uuid.uuid4().bytes).hexdigest()
        flow, trail = f"flow-{self.count}", commit
        program = self.world.program()
        self.world.weir("flow", "create", flow)
        self.begin(flow, trail, commit, f"{self.host}/{repository}/actions/runs/{self.count}")
        self.world.weir("attest", "artifact", program, "--flow", flow, "--trail", trail, "--name", "shop")
        if tests:
            self.attest(program, flow, trail, tests)
        digest = "sha256:" + hashlib.sha256(program.read_bytes()).hexdigest()
        return {"commit": commit, "digest": digest, "program": program, "flow": flow, "trail": trail}

    def begin(self, flow, trail, commit, url):
        self.world.api.put(f"flows/{flow}/trails/{trail}", {"commit": commit, "url": url})

    def attest(self, program, flow, trail, result):
        file = self.world.directory / f"{flow}.xml"
        file.write_text(result)
        self.world.weir("attest", "junit", program, "--flow", flow, "--trail", trail, "--name", "unit-tests", "--file",
                        file)

    def attest_for(self, built, result):
        self.attest(built["program"], built["flow"], built["trail"], result)
