"""Argo CD, Argo Rollouts, Spinnaker, Jenkins and Flagger ask the gate by the very requests that they send."""
import json
import os
import shutil
import subprocess
import textwrap
import unittest

from callers import FAILED, PASSED, Callers
from world import ORG, ROOT


class Pulling(Callers):
    """Who asks and reads the answer, or its status, at once."""

    def bearer(self):
        return {"Host": f"127.0.0.1:{self.world.port}", "Authorization": "Bearer " + self.world.token}

    def gate_path(self, artifact, status=True, environment="production"):
        return f"{ORG}gate?artifact={artifact}&environment={environment}" + ("&status=verdict" if status else "")

    def test_the_status_says_the_verdict_when_it_is_asked_to(self):
        built = self.built()
        path = self.gate_path(built["digest"])
        status, answer = self.send("GET", path, self.bearer())
        self.assertEqual((status, answer["verdict"]), (409, "undecided"))
        self.assertEqual(self.send("GET", self.gate_path(built["digest"], False), self.bearer())[0], 200)
        self.attest_for(built, FAILED)
        status, answer = self.send("GET", path, self.bearer())
        self.assertEqual((status, answer["verdict"]), (403, "deny"))
        self.attest_for(built, PASSED)
        status, answer = self.send("GET", path, self.bearer())
        self.assertEqual((status, answer["verdict"]), (200, "allow"))
        image = f"registry.example:5000/acme/shop:1.2@{built['digest']}"
        status, named = self.send("GET", self.gate_path(image), self.bearer())
        self.assertEqual((status, named["decision"]), (200, answer["decision"]))

    def test_a_refused_question_is_no_verdict(self):
        for path, wanted in ((self.gate_path("shop:latest"), 400), (self.gate_path("shop@sha256:12"), 400),
                             (self.gate_path("sha256:" + "0" * 64, environment="none"), 404),
                             (self.gate_path("sha256:" + "0" * 64) + "x", 400)):
            status, answer = self.send("GET", path, self.bearer())
            self.assertEqual(status, wanted, path)
            self.assertIn("error", answer)

    def test_argo_rollouts_reads_a_member_of_an_answer_that_is_always_a_success(self):
        built = self.built(tests=PASSED)
        # A web metric's GET: the headers of the template, and Go's own.
        headers = self.bearer() | {"User-Agent": "Go-http-client/1.1", "Accept-Encoding": "gzip"}
        status, answer = self.send("GET", self.gate_path(built["digest"], status=False), headers)
        self.assertEqual((status, answer["verdict"]), (200, "allow"))
        # And its POST with jsonBody.
        body = {"artifact": built["digest"], "environment": "production"}
        status, posted = self.send("POST", ORG + "gate", headers | {"Content-Type": "application/json"}, body)
        self.assertEqual((status, posted["decision"]), (200, answer["decision"]))

    def test_argo_cd_asks_in_a_hook_job_and_waits(self):
        built = self.built()
        self.world.weir("gate", built["digest"], "--environment", "production", "--wait", "300ms", code=1)
        self.attest_for(built, PASSED)
        image = f"registry.example/acme/shop@{built['digest']}"
        self.world.weir("gate", image, "--environment", "production", "--wait", "5m")

    def run_hook(self, artifact, code):
        """The very script of the recipe's Job, as its container runs it."""
        recipe = (ROOT / "docs/how-to/gate-from-argo-cd.md").read_text()
        script = textwrap.dedent(recipe.split("            - |\n")[1].split("```")[0])
        gate = f"{self.world.url}{ORG}gate?environment=production&status=verdict"
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60,
                              env=os.environ | {"IMAGE": artifact, "GATE": gate, "TOKEN": self.world.token})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    @unittest.skipUnless(shutil.which("curl"), "needs curl")
    def test_the_hook_of_the_recipe_ends_as_the_verdict_says(self):
        built = self.built(tests=PASSED)
        image = f"registry.example/acme/shop@{built['digest']}"
        self.assertEqual(json.loads(self.run_hook(image, 0))["verdict"], "allow")
        self.attest_for(built, FAILED)
        self.assertEqual(json.loads(self.run_hook(image, 1))["verdict"], "deny")
        self.assertIn("error", json.loads(self.run_hook("registry.example/acme/shop:latest", 1)))

    def test_spinnaker_posts_and_polls_by_status_and_by_member(self):
        built = self.built()
        headers = self.bearer() | {"Content-Type": "application/json", "Accept": "application/json, application/*+json",
                                   "User-Agent": "okhttp/4.9.3", "Accept-Encoding": "gzip"}
        path = ORG + "gate?status=verdict"
        body = {"artifact": f"registry.example/acme/shop@{built['digest']}", "environment": "production",
                "class": "normal"}
        status, answer = self.send("POST", path, headers, body)
        self.assertEqual((status, answer["verdict"]), (409, "undecided"), "409 stands among retryStatusCodes")
        self.attest_for(built, PASSED)
        polling = self.bearer() | {"Accept": "application/json", "User-Agent": "okhttp/4.9.3"}
        status, answer = self.send("GET", self.gate_path(built["digest"], status=False), polling)
        self.assertEqual((status, answer["verdict"]), (200, "allow"), "allow stands among successStatuses")

    def test_jenkins_asks_by_its_plugin(self):
        built = self.built(tests=FAILED)
        headers = self.bearer() | {"User-Agent": "Apache-HttpClient/5.4 (Java/17.0.11)", "Accept-Encoding": "gzip",
                                   "Connection": "keep-alive", "Accept": "application/json"}
        status, answer = self.send("GET", self.gate_path(built["digest"]), headers)
        self.assertEqual((status, answer["missing"][0]["who"]), (403, "developers of the service"))


class Flagger(Callers):
    def canary(self, phase="Progressing", **metadata):
        return {"name": "shop", "namespace": "prod", "phase": phase, "checksum": "85d557f47b", "metadata": metadata}

    def post(self, path, body):
        return self.send("POST", path, {"Host": f"127.0.0.1:{self.world.port}", "User-Agent": "Go-http-client/1.1",
                                        "Content-Type": "application/json", "Accept-Encoding": "gzip"}, body)

    def test_a_canary_goes_on_only_while_the_gate_lets_it(self):
        answer = self.world.weir_json("integration", "create", "canary", "--kind", "flagger", "--environment",
                                      "production")
        path = answer["path"]
        built = self.built()
        image = f"registry.example/acme/shop@{built['digest']}"
        status, answer = self.post(path, self.canary("Waiting", artifact=image))
        self.assertEqual((status, answer["verdict"]), (409, "undecided"))
        self.attest_for(built, PASSED)
        for phase in ("Waiting", "Progressing", "WaitingPromotion"):
            status, answer = self.post(path, self.canary(phase, artifact=image, type="confirm"))
            self.assertEqual((status, answer["verdict"]), (200, "allow"))
        self.attest_for(built, FAILED)
        self.assertEqual(self.post(path, self.canary(artifact=image))[0], 403)
        self.assertEqual(self.post(path, self.canary())[0], 400, "without an artifact nothing is let through")
        self.assertEqual(answer["environment"], "production")

    def test_its_secret_opens_this_gate_and_nothing_else(self):
        made = self.world.weir_json("integration", "create", "narrow", "--kind", "flagger", "--environment", "staging")
        path, secret = made["path"], made["path"].rsplit("/", 1)[1]
        built = self.built()
        asking = self.canary(artifact=built["digest"], environment="production")
        status, answer = self.post(path, asking)
        self.assertEqual(answer["environment"], "staging", "what it says of an environment counts nothing")
        self.assertEqual(self.world.api.with_token(secret).send("GET", "me").status, 401)
        self.assertEqual(self.post(path.replace("narrow", "canary2"), asking)[0], 401)
        self.assertEqual(self.post(path[:-1] + ("A" if path[-1] != "A" else "B"), asking)[0], 401)
        shown = json.dumps(self.world.api.get("integrations")) + self.world.weir("ledger", "entries")
        self.assertNotIn(secret, shown)
        again = self.world.weir_json("integration", "create", "narrow", "--kind", "flagger", "--environment", "staging",
                                     "--rotate")
        self.assertEqual(self.post(path, asking)[0], 401)
        self.assertNotEqual(self.post(again["path"], asking)[0], 401)


class Guessing(Callers):
    def test_guesses_are_slowed_as_those_of_tokens_are(self):
        self.world.weir("integration", "create", "canary", "--kind", "flagger", "--environment", "production")
        statuses = []
        for guess in range(12):
            status, _ = self.send("POST", f"{ORG}integrations/canary/gate/wh_{guess}",
                                  {"Host": "x", "Content-Type": "application/json"}, {"name": "a", "namespace": "b"})
            statuses.append(status)
        self.assertEqual(statuses[:10], [401] * 10)
        self.assertEqual(statuses[10:], [429, 429])
