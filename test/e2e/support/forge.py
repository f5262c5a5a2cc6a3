"""Stand-ins of the APIs that GitHub and GitLab are answered by. Each checks what it is sent as the real one does (the
App's token by its public key, the installation's token, GitLab's access token), keeps each call, answers as told."""
import base64
import http.server
import json
import subprocess
import threading
import time
import urllib.parse


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class Call:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.at = method, path, time.time()
        self.headers = {k.lower(): v for k, v in headers.items()}
        self.body = json.loads(body) if body else None

    def __repr__(self):
        return f"<{self.method} {self.path} {self.body}>"


class Forge:
    """Listens on loopback; `troubles` are (status, headers) for the next calls that would change something."""

    def __init__(self):
        self.calls, self.troubles = [], []
        self.hangs, self.hanging = None, 0
        forge = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                call = Call(self.command, self.path, self.headers, body)
                forge.hang(call)
                forge.calls.append(call)
                status, headers, answer = forge.answer(call)
                data = json.dumps(answer).encode() if answer is not None else b""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def of(self, end):
        return [c for c in list(self.calls) if urllib.parse.urlsplit(c.path).path.endswith(end)]

    def hang_at(self, path):
        """Calls whose path begins so are answered when the event that is returned is set."""
        self.hangs = (path, threading.Event())
        return self.hangs[1]

    def hang(self, call):
        if self.hangs and call.path.startswith(self.hangs[0]) and not self.hangs[1].is_set():
            self.hanging += 1
            self.hangs[1].wait(60)

    def trouble(self):
        return self.troubles.pop(0) if self.troubles else None

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class GitHub(Forge):
    """An App and its installation; api.github.com as far as a deployment protection rule needs it."""

    def __init__(self, directory, app_id="4711"):
        super().__init__()
        self.app_id, self.directory = app_id, directory
        self.key = directory / "app.pem"
        self.public = directory / "app.pub"
        subprocess.run(["openssl", "genrsa", "-out", self.key, "2048"], check=True, capture_output=True)
        subprocess.run(["openssl", "rsa", "-in", self.key, "-pubout", "-out", self.public], check=True,
                       capture_output=True)
        self.tokens = {}  # token → repository
        self.refused = []

    def is_app(self, call):
        """Whether the JSON Web Token is signed by the App's key, says its number, and lasts ten minutes at most."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        head, claims, signature = (token.split(".") + ["", "", ""])[:3]
        if scheme != "Bearer" or not signature or json.loads(decoded(head)) != {"alg": "RS256", "typ": "JWT"}:
            return False
        name = f"jwt-{threading.get_ident()}"
        sign, text = self.directory / f"{name}.sig", self.directory / f"{name}.txt"
        sign.write_bytes(decoded(signature))
        text.write_text(f"{head}.{claims}")
        good = subprocess.run(["openssl", "dgst", "-sha256", "-verify", self.public, "-signature", sign, text],
                              capture_output=True).returncode == 0
        said = json.loads(decoded(claims))
        now = time.time()
        return good and str(said["iss"]) == self.app_id and said["iat"] <= now and now < said["exp"] <= now + 600

    def answer(self, call):
        for header, value in (("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")):
            if call.headers.get(header) != value:
                return 400, {}, {"message": f"{header} is missing"}
        if "user-agent" not in call.headers:
            return 403, {}, {"message": "Request forbidden by administrative rules."}
        if call.path == "/app":
            return (200, {}, {"id": int(self.app_id), "slug": "weir"}) if self.is_app(call) else (401, {}, {})
        if call.path.startswith("/app/installations/") and call.path.endswith("/access_tokens"):
            if not self.is_app(call):
                return 401, {}, {"message": "A JSON web token could not be decoded"}
            token = f"ghs_{len(self.tokens)}installation"
            self.tokens[token] = call.body["repositories"][0]
            assert call.body["permissions"] == {"deployments": "write"}, call.body
            expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
            return 201, {}, {"token": token, "expires_at": expires, "permissions": call.body["permissions"]}
        return self.review(call)

    def review(self, call):
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return 401, {}, {"message": "Bad credentials"}
        if self.tokens[token] != call.path.split("/")[3]:
            return 404, {}, {"message": "Not Found"}
        if trouble := self.trouble():
            return trouble[0], trouble[1], {"message": "trouble"}
        known = {"environment_name", "state", "comment"}
        said = call.body.get("state", "comment")
        named = call.body.get("environment_name") and not set(call.body) - known
        if not named or said not in ("approved", "rejected", "comment") or not call.body.get("comment"):
            return 422, {}, {"message": "Validation Failed"}
        return 204, {}, None

    def reviews(self, run):
        return [c.body for c in self.of(f"/actions/runs/{run}/deployment_protection_rule")]


class GitLab(Forge):
    """A GitLab with blocked deployments: job → (deployment, commit)."""

    def __init__(self, token="glpat-0123456789abcdef0123"):
        super().__init__()
        self.token, self.blocked = token, {}

    def answer(self, call):
        if call.headers.get("private-token") != self.token:
            return 401, {}, {"message": "401 Unauthorized"}
        path = urllib.parse.urlsplit(call.path)
        if path.path == "/api/v4/user":
            return 200, {}, {"id": 1, "username": "project_30_bot"}
        if call.method == "GET" and path.path.endswith("/deployments"):
            query = urllib.parse.parse_qs(path.query)
            assert query["status"] == ["blocked"] and query["environment"], path.query
            return 200, {}, [{"id": deployment, "iid": 1, "sha": sha, "status": "blocked",
                              "environment": {"name": query["environment"][0]}, "deployable": {"id": job}}
                             for job, (deployment, sha) in self.blocked.items()]
        if trouble := self.trouble():
            return trouble[0], trouble[1], {"message": "trouble"}
        if path.path.endswith("/approval"):
            good = call.body["status"] in ("approved", "rejected")
        else:
            good = {"sha", "external_status_check_id", "status"} == set(call.body)
        return (201 if good else 400), {}, {}
