"""A world of its own for a test: the real binary as server and agents, a data directory, and programs to run.

Everything listens on loopback, lives in one temporary directory, and ends with the test. Nothing here sleeps for a
result: `wait_until` asks again until the condition holds.
"""
import base64
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WEIR = Path(os.environ.get("WEIR_BINARY", ROOT / "build/weir"))
ORG = "/v1/orgs/default/"


def wait_until(condition, seconds=10.0, what=None):
    """The first true answer of `condition`. Fails the test, showing the last answer, when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            name = what or getattr(condition, "__name__", "condition")
            raise AssertionError(f"not within {seconds} s: {name}; last answer: {answer!r}")
        time.sleep(0.01)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sha256_of(path):
    return "sha256:" + hashlib.sha256(Path(path).read_bytes()).hexdigest()


class Answer:
    """Of an HTTP request: status, headers, body; `json` when the body is."""

    def __init__(self, response):
        self.status = response.status
        self.headers = dict((k.lower(), v) for k, v in response.getheaders())
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:600]!r}>"


class Client:
    """The HTTP API with one token. Paths are under the organization unless they begin with a slash."""

    def __init__(self, port, token=None, tls=None):
        self.port, self.token, self.tls = port, token, tls

    def send(self, method, path, body=None, headers=None, raw=None):
        sent = {"Connection": "close"}
        if self.token:
            sent["Authorization"] = "Bearer " + self.token
        if method in ("POST", "PUT", "DELETE"):
            sent["Idempotency-Key"] = uuid.uuid4().hex
        if body is not None or raw is not None:
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        connection = (http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.tls) if self.tls
                      else http.client.HTTPConnection("127.0.0.1", self.port, timeout=30))
        try:
            connection.request(method, path if path.startswith("/") else ORG + path,
                               raw if raw is not None else None if body is None else json.dumps(body).encode(), sent)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def ask(self, method, path, body=None, **options):
        """The JSON of an answer that must be a success."""
        answer = self.send(method, path, body, **options)
        if answer.status not in (200, 201):
            raise AssertionError(f"{method} {path}: {answer}")
        return answer.json

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body):
        return self.ask("POST", path, body)

    def put(self, path, body):
        return self.ask("PUT", path, body)

    def with_token(self, token):
        return Client(self.port, token, self.tls)


class Process:
    """A child with its output in a file; ended by its own process id only."""

    def __init__(self, arguments, log, env=None, cwd=None):
        self.log = Path(log)
        self.child = subprocess.Popen([str(a) for a in arguments], stdin=subprocess.DEVNULL,
                                      stdout=self.log.open("ab"), stderr=subprocess.STDOUT, cwd=cwd,
                                      env=os.environ | (env or {}))

    @property
    def pid(self):
        return self.child.pid

    def runs(self):
        return self.child.poll() is None

    def end(self, number=signal.SIGTERM, seconds=15):
        if self.runs():
            self.child.send_signal(number)
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError(f"did not end within {seconds} s of signal {number}: {self.text()[-2000:]}")

    def text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""


class World:
    """Server, agents and programs of one test or test class; `close` ends them and proves the ledger."""

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="weir-e2e-"))
        self.data = self.directory / "data"
        self.port = free_port()
        self.server = None
        self.tls = None  # an ssl.SSLContext that trusts the server, when it is started with a certificate
        self.children = []
        self.closers = []

    # -- server

    def start_server(self, *options, data=None):
        log = self.directory / "server.log"
        self.server = Process([WEIR, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", data or self.data,
                               *options], log, env=self.clean_variables())
        wait_until(self.is_ready, 20, "the server is ready")
        return self

    def is_ready(self):
        if not self.server.runs():
            raise AssertionError("the server ended: " + self.server.text()[-3000:])
        try:
            return Client(self.port, tls=self.tls).send("GET", "/readyz").status == 200
        except OSError:
            return False

    def restart_server(self, number=signal.SIGTERM):
        self.server.end(number)
        return self.start_server()

    @property
    def token(self):
        return (self.data / "admin.token").read_text().strip()

    @property
    def api(self):
        return Client(self.port, self.token, self.tls)

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def clean_variables(self):
        return {name: "" for name in os.environ if name.startswith("WEIR_")} | {"HOME": str(self.directory)}

    # -- command line

    def weir(self, *arguments, code=0, token=None, input=None, env=None):
        """Runs the command line against the server; its standard output as text."""
        variables = {k: v for k, v in os.environ.items() if not k.startswith("WEIR_")}
        variables |= {"WEIR_URL": self.url, "WEIR_TOKEN": token or self.token, "HOME": str(self.directory)}
        done = subprocess.run([str(WEIR), *map(str, arguments)], input=input, capture_output=True, text=True,
                              env=variables | (env or {}), timeout=120)
        if code is not None and done.returncode != code:
            raise AssertionError(f"weir {' '.join(map(str, arguments))}: exit {done.returncode}, not {code}\n"
                                 f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done.stdout

    def weir_json(self, *arguments, **options):
        return json.loads(self.weir(*arguments, "--output", "json", **options))

    # -- agents

    def environment(self, name="host", kind="host"):
        self.weir("env", "create", name, "--kind", kind)
        return name

    def start_agent(self, environment="host", *options, state="agent", host=None):
        """An agent on this machine, once it is live."""
        directory = self.directory / state
        directory.mkdir(exist_ok=True)
        token = directory / "join.token"
        if not token.exists():
            token.write_text(self.api.post(f"environments/{environment}/join-tokens", {})["token"])
            token.chmod(0o600)
        known = set() if host is None else {r["id"] for r in self.reporters(environment)}
        arguments = [WEIR, "agent", "--server", self.url, "--environment", environment, "--state", directory,
                     "--token-file", token, *(("--host", host) if host else ()), *options]
        began = time.time()
        agent = Process(arguments, self.directory / f"{state}.log", env=self.clean_variables())
        self.children.append(agent)

        def live():
            if not agent.runs():
                raise AssertionError("the agent ended: " + agent.text()[-3000:])
            return [r for r in self.reporters(environment) if r["state"] == "live" and r["id"] not in known
                    and r["last_seen_at"] and seconds_of(r["last_seen_at"]) >= began and r["sources"]]
        wait_until(live, 30, f"the agent of {environment} is live")
        return agent

    def reporters(self, environment="host"):
        return self.api.get(f"environments/{environment}")["reporters"]

    # -- programs

    def program(self, name=None, source="/bin/sleep"):
        """A copy of `source` with content that nobody ever saw; bytes after an ELF image change nothing it does."""
        path = self.directory / "bin" / (name or "p" + uuid.uuid4().hex[:12])
        path.parent.mkdir(exist_ok=True)
        shutil.copyfile(source, path)
        with path.open("ab") as file:
            file.write(uuid.uuid4().bytes)
        path.chmod(0o755)
        return path

    def run(self, *arguments, **options):
        child = Process(arguments, self.directory / "programs.log", **options)
        self.children.append(child)
        return child

    def recorded(self, path, flow="app", trail="build-1"):
        """Records the file as an artifact of a flow's trail."""
        self.weir("flow", "create", flow)
        self.weir("trail", "begin", trail, "--flow", flow)
        self.weir("attest", "artifact", path, "--flow", flow, "--trail", trail, "--name", Path(path).name)
        return sha256_of(path)

    # -- what Weir says

    def workloads(self, environment="host", digest=None):
        found = self.weir_json("env", "show", environment)["workloads"]
        return [w for w in found if digest is None or digest in w["digests"]]

    def workload(self, digest, environment="host", verdict=None, seconds=10):
        """The one workload of a digest, once it is there (with that verdict)."""
        def there():
            found = self.workloads(environment, digest)
            return [w for w in found if verdict is None or w["verdict"] == verdict]
        return wait_until(there, seconds, f"a workload {digest} with verdict {verdict}")[0]

    def alerts(self, digest=None, cause=None, state=None, environment=None):
        query = "&".join(f"{k}={v}" for k, v in (("state", state), ("environment", environment)) if v)
        found, cursor = [], None
        while True:
            page = self.api.get(f"alerts?limit=1000&{query}" + (f"&cursor={cursor}" if cursor else ""))
            found += page["alerts"]
            cursor = page["next"]
            if not cursor:
                break
        return [a for a in found if (digest is None or digest in a["workload"]["digests"])
                and (cause is None or a["cause"] == cause)]

    def alert(self, seconds=10, **which):
        """The one alert that matches, once it is there."""
        return wait_until(lambda: self.alerts(**which), seconds, f"an alert with {which}")[0]

    def ledger_size(self):
        return int(self.api.send("GET", "ledger/checkpoint").body.split(b"\n")[1])

    # -- end

    def verify_ledger(self):
        self.weir("ledger", "verify", "--data", self.data, token="unused")

    def close(self):
        try:
            for child in reversed(self.children):
                if child.runs():
                    child.end(signal.SIGKILL)
            for closer in reversed(self.closers):
                closer()
            if self.server is not None:
                code = self.server.end()
                assert code == 0, f"the server ended with {code}: {self.server.text()[-3000:]}"
                self.verify_ledger()
        finally:
            if self.server is not None and self.server.runs():
                self.server.end(signal.SIGKILL)
            shutil.rmtree(self.directory, ignore_errors=True)


class WorldCase(unittest.TestCase):
    """One world for the tests of a class: server, environment `host`, and a live agent unless `agent` is False."""

    agent = True
    server_options = ()

    @classmethod
    def setUpClass(cls):
        if not WEIR.exists():
            raise AssertionError(f"{WEIR} is not there; make build")
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.world.start_server(*cls.server_options)
        cls.prepare()

    @classmethod
    def prepare(cls):
        cls.world.environment()
        if cls.agent:
            cls.world.start_agent()

    def setUp(self):
        self.maxDiff = None


def seconds_of(time_text):
    """Unix seconds of an RFC 3339 time with microseconds, UTC."""
    import datetime
    return datetime.datetime.fromisoformat(time_text.replace("Z", "+00:00")).timestamp()


def base64_of(data):
    return base64.b64encode(data).decode()


def needs_root(test):
    return unittest.skipUnless(os.geteuid() == 0, "needs root")(test)
