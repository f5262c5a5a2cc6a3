"""Bad input gets one clear error with its place and status, and changes nothing."""
import json
import socket
import uuid

from world import ORG, WorldCase, base64_of, wait_until

DEEP = b'{"description":' + b"[" * 65 + b"]" * 65 + b"}"
CASES = [
    # name, body, status, what the message says
    ("malformed", b'{"description": ', 400, ""),
    ("two values", b"{} {}", 400, ""),
    ("not an object", b"[]", 400, ""),
    ("an unknown field", b'{"descripton": "x"}', 400, "descripton"),
    ("a field of another type", b'{"description": 7}', 400, "description"),
    ("a duplicate key", b'{"description": "a", "description": "b"}', 400, "description"),
    ("not UTF-8", b'{"description": "\xff\xfe"}', 400, ""),
    ("nested too deep", DEEP, 400, ""),
    ("a number that does not fit", b'{"description": 99999999999999999999999}', 400, ""),
    ("a text that is too long", json.dumps({"description": "x" * 4097}).encode(), 413, "description"),
    ("a body that is too large", json.dumps({"description": "x" * (1024 * 1024)}).encode(), 413, ""),
]
NAMES = ["..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "a%00b", "a%0ab", "%ff", "x" * 256, "a%2fb", "%20", "."]


class BadInput(WorldCase):
    agent = False

    def refused(self, answer, status, says=""):
        statuses = (status,) if isinstance(status, int) else status
        self.assertIn(answer.status, statuses, answer)
        error = answer.json["error"]
        self.assertTrue(error["code"] and error["message"])
        self.assertIn(says, error["message"] + error.get("field", ""))

    def test_a_bad_body_is_refused_with_its_place_and_changes_nothing(self):
        size = self.world.ledger_size()
        for name, body, status, says in CASES:
            with self.subTest(name):
                self.refused(self.world.api.send("PUT", "flows/bad", raw=body), status, says)
        self.assertEqual(self.world.ledger_size(), size)
        self.assertEqual(self.world.api.send("GET", "flows/bad").status, 404)

    def test_a_name_never_leaves_its_place(self):
        size = self.world.ledger_size()
        for name in NAMES:
            with self.subTest(name[:30]):
                self.assertIn(self.world.api.send("PUT", f"flows/{name}", {}).status, (400, 404, 413))
        self.assertEqual(self.world.ledger_size(), size)

    def test_a_wrong_digest_is_refused(self):
        for digest in ("sha256:12", "sha256:" + "g" * 64, "md5:" + "0" * 32, "", "latest"):
            with self.subTest(digest):
                answer = self.world.api.send("POST", "approvals", {"artifact": digest, "environment": "host"})
                self.refused(answer, 400, "artifact")

    def test_unknown_names_are_not_found(self):
        unknown = "sha256:" + "0" * 64
        for method, path, body in (
                ("GET", "flows/nothing", None), ("GET", f"artifacts/{unknown}", None),
                ("GET", "environments/nothing", None), ("GET", "alerts/999999", None),
                ("GET", "ledger/entries/999999", None), ("GET", "nothing", None),
                ("POST", "approvals/999999/revoke", {"reason": "x"}),
                ("POST", "approvals", {"artifact": unknown, "environment": "nothing"}),
                ("PUT", "flows/nothing/trails/t", {})):
            with self.subTest(f"{method} {path}"):
                self.refused(self.world.api.send(method, path, body), 404)

    def test_a_method_that_a_path_does_not_have_is_refused(self):
        self.assertIn(self.world.api.send("DELETE", "flows").status, (404, 405))

    def test_without_a_token_or_with_a_wrong_one_nothing_is_answered(self):
        for token in (None, "wrong", "weir_" + "A" * 40):
            answer = self.world.api.with_token(token).send("GET", "flows")
            self.refused(answer, (401, 429))

    def test_a_broken_request_does_not_end_the_server(self):
        for raw in (b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 70000,
                    b"POST /v1/orgs/default/flows HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                    b"POST /v1/orgs/default/flows HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                    b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20000 + b"\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.world.port), timeout=10) as connection:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
                try:
                    while connection.recv(65536):
                        pass
                except ConnectionResetError:
                    pass
        self.assertTrue(self.world.is_ready())

    def test_an_unsigned_or_unknown_report_is_refused(self):
        body = {"version": 1, "environment": "host", "host": "h", "incarnation": uuid.uuid4().hex, "sequence": 1,
                "sent_at": "2026-11-22T00:00:00Z", "full": True}
        for headers in ({}, {"Weir-Reporter": "0" * 64, "Weir-Signature": base64_of(b"x" * 64)}):
            answer = self.world.api.with_token(None).send("POST", "reports", body, headers=headers)
            self.refused(answer, (400, 401))
        self.assertEqual(self.world.reporters(), [])

    def test_a_join_token_that_is_wrong_enrols_nobody(self):
        enrolment = {"environment": "host", "host": "h", "public_key": base64_of(b"k" * 32), "token": "weir_join_x.y"}
        answer = self.world.api.with_token(None).send("POST", "reporters", enrolment,
                                                      headers={"Weir-Signature": base64_of(b"s" * 64)})
        self.refused(answer, (400, 401, 403))
        self.assertEqual(self.world.reporters(), [])


class Guessing(WorldCase):
    agent = False

    def test_guessing_tokens_is_slowed_down(self):
        wrong = self.world.api.with_token("weir_" + "B" * 40)
        statuses = [wrong.send("GET", "me").status for _ in range(15)]
        self.assertEqual(statuses[:10], [401] * 10)
        self.assertEqual(statuses[-1], 429)


class Doors(WorldCase):
    agent = False

    def test_the_page_is_served_with_a_strict_policy_and_no_secret(self):
        answer = self.world.api.with_token(None).send("GET", "/")
        self.assertEqual(answer.status, 200)
        policy = answer.headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy.replace("default-src 'self'", "default-src 'none'"))
        self.assertNotIn("unsafe-inline", policy.split("script-src")[1].split(";")[0] if "script-src" in policy else "")
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        self.assertNotIn(self.world.token.encode(), answer.body)

    def test_the_openapi_document_is_served(self):
        document = self.world.api.get("/v1/openapi.json")
        self.assertTrue(document["openapi"].startswith("3.1"))
        self.assertIn(ORG.replace("default", "{org}") + "approvals", document["paths"])

    def test_no_secret_is_in_a_log_or_an_entry(self):
        world = self.world
        account = world.api.post("service-accounts", {"name": "ci", "roles": ["recorder"]})
        world.api.with_token(account["token"]).send("GET", "me")
        wait_until(lambda: world.api.get("ledger/entries?from=0")["size"] > 0)
        self.assertNotIn(account["token"], world.server.text())
        self.assertNotIn(world.token, world.server.text())
        self.assertNotIn(account["token"], world.api.send("GET", "ledger/entries?from=0&limit=1000").body.decode())
