"""GitHub and GitLab deliver what they ask, and are told the verdict by their own API; stand-ins on loopback check the
tokens they get and keep every call."""
import base64
import hashlib
import hmac
import json
import time
import uuid

from callers import FAILED, PASSED, Callers
from forge import GitHub, GitLab
from world import ORG, base64_of, wait_until


class Deciding(Callers):
    """Who is told later, by a call of ours."""

    name = "github"

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.secret = "octo-cat-" + uuid.uuid4().hex

    def requests(self, state=None):
        query = f"?state={state}" if state else ""
        return self.world.api.get(f"integrations/{self.name}/requests{query}")["requests"]


class OfGitHub(Deciding):
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.github = GitHub(cls.world.directory)
        cls.addClassCleanup(cls.github.close)
        cls.host = cls.github.url
        cls.world.weir("integration", "create", "github", "--kind", "github", "--api", cls.github.url,
                       "--app-id", "4711", "--private-key", cls.github.key, "--map", "prod=production",
                       "--map", "staging=staging",
                       env={"WEIR_WEBHOOK_SECRET": cls.secret})
        cls.latest = 30000

    def payload(self, commit, environment="prod", run=None, callback=None, repository="acme/shop"):
        """As GitHub documents `deployment_protection_rule`, with what its objects hold besides."""
        owner, name = repository.split("/")
        type(self).latest += 1
        run = run or self.latest
        base = f"{self.github.url}/repos/{repository}"
        return {
            "action": "requested", "environment": environment, "event": "push", "ref": "refs/heads/main", "sha": commit,
            "deployment_callback_url": callback or f"{base}/actions/runs/{run}/deployment_protection_rule",
            "deployment": {"url": f"{base}/deployments/{run + 1}", "id": run + 1, "node_id": "DE_kwDO",
                           "task": "deploy", "original_environment": environment, "environment": environment,
                           "description": None,
                           "created_at": "2026-11-20T09:00:00Z", "updated_at": "2026-11-20T09:00:00Z",
                           "statuses_url": f"{base}/deployments/{run + 1}/statuses", "repository_url": base,
                           "creator": {"login": "octocat", "id": 1, "type": "User", "site_admin": False},
                           "sha": commit, "ref": "main", "payload": {}, "transient_environment": False,
                           "production_environment": True, "performed_via_github_app": None},
            "pull_requests": [],
            "repository": {"id": 101, "node_id": "R_1", "name": name, "full_name": repository, "private": False,
                           "owner": {"login": owner, "id": 7, "type": "Organization"},
                           "html_url": f"https://github.com/{repository}", "default_branch": "main",
                           "topics": ["x" * 400] * 30},
            "organization": {"login": owner, "id": 7},
            "installation": {"id": 5151, "node_id": "MDIz"},
            "sender": {"login": "octocat", "id": 1, "type": "User", "site_admin": False}}

    def deliver(self, payload, secret=None, event="deployment_protection_rule", delivery=None, alter=b"", name=None):
        body = json.dumps(payload).encode()
        signature = hmac.new((secret or self.secret).encode(), body, hashlib.sha256).hexdigest()
        headers = {"Host": f"127.0.0.1:{self.world.port}", "User-Agent": "GitHub-Hookshot/7a1b2c3", "Accept": "*/*",
                   "Content-Type": "application/json", "X-GitHub-Delivery": delivery or str(uuid.uuid4()),
                   "X-GitHub-Event": event, "X-GitHub-Hook-ID": "292430182",
                   "X-GitHub-Hook-Installation-Target-ID": "4711",
                   "X-GitHub-Hook-Installation-Target-Type": "integration",
                   "X-Hub-Signature-256": "sha256=" + signature}
        return self.send("POST", f"{ORG}integrations/{name or self.name}/events", headers, body + alter)

    def reviews(self, run, count=1, seconds=10):
        return wait_until(lambda: len(self.github.reviews(run)) >= count and self.github.reviews(run), seconds,
                          f"{count} reviews of run {run}")

    def settled(self, run, seconds=10):
        """The last review of a run once it says a state."""
        return wait_until(lambda: [r for r in self.github.reviews(run) if "state" in r], seconds, f"run {run}")[-1]

    def test_it_knows_the_app_by_its_key(self):
        self.assertEqual(self.world.weir_json("integration", "test", "github")["state"], "answered")

    def test_what_may_run_is_approved(self):
        built = self.built(tests=PASSED)
        payload = self.payload(built["commit"])
        status, answer = self.deliver(payload)
        self.assertEqual((status, answer["replayed"]), (202, False))
        review = self.settled(self.latest)
        self.assertEqual((review["state"], review["environment_name"]), ("approved", "prod"))
        self.assertIn("allowed in production", review["comment"])
        request = wait_until(lambda: [r for r in self.requests("answered") if r["id"] == answer["requests"][0]], 5,
                             "the request is answered")[0]
        self.assertEqual(request["said"], "approved")
        entries = self.world.weir("ledger", "entries")
        self.assertIn("caller-answered", entries)

    def test_what_may_not_is_rejected_with_what_is_missing_and_who_can_supply_it(self):
        built = self.built(tests=FAILED)
        self.deliver(self.payload(built["commit"]))
        review = self.settled(self.latest)
        self.assertEqual(review["state"], "rejected")
        for word in ("tests-pass", "Unit tests must have passed", "developers of the service", "attest the JUnit file"):
            self.assertIn(word, review["comment"])

    def test_outside_a_window_it_is_rejected_with_the_next_opening(self):
        built = self.built(tests=PASSED)
        self.world.weir("approve", built["program"], "--environment", "staging")
        self.world.weir("freeze", "staging", "--for", "2h", "--reason", "stocktaking")
        try:
            self.deliver(self.payload(built["commit"], environment="staging"))
            review = self.settled(self.latest)
            self.assertEqual(review["state"], "rejected")
            self.assertRegex(review["comment"], r"opens at 20\d\d-")
        finally:
            self.world.weir("thaw", "staging")

    def test_while_it_is_undecided_a_comment_stands_and_the_answer_comes_when_the_evidence_does(self):
        built = self.built()
        run = (self.deliver(self.payload(built["commit"])), self.latest)[1]
        first = self.reviews(run)[0]
        self.assertNotIn("state", first)
        self.assertIn("undecided", first["comment"])
        began = time.monotonic()
        self.attest_for(built, PASSED)
        self.assertEqual(self.settled(run)["state"], "approved")
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(len([r for r in self.github.reviews(run) if "state" in r]), 1)

    def test_evidence_that_comes_while_a_comment_is_under_way_is_not_missed(self):
        built = self.built(repository="acme/busy")
        release = self.github.hang_at("/repos/acme/busy/")
        self.addCleanup(release.set)
        hanging = self.github.hanging
        self.deliver(self.payload(built["commit"], repository="acme/busy"))
        run = self.latest
        wait_until(lambda: self.github.hanging > hanging, 10, "the comment is under way")
        self.attest_for(built, PASSED)
        release.set()
        self.assertEqual(self.settled(run)["state"], "approved")

    def test_a_commit_that_nobody_recorded_is_answered_when_somebody_does(self):
        built = self.built(repository="acme/other", tests=PASSED)
        payload = self.payload(built["commit"])
        self.deliver(payload)
        run = self.latest
        self.assertIn("nothing is recorded of commit", self.reviews(run)[0]["comment"], "it is of another repository")
        twin = self.built(tests=PASSED)
        self.begin(twin["flow"], "again", built["commit"], f"{self.host}/acme/shop/actions/runs/9")
        self.world.weir("attest", "artifact", twin["program"], "--flow", twin["flow"], "--trail", "again", "--name",
                        "shop")
        self.attest(twin["program"], twin["flow"], "again", PASSED)
        self.assertEqual(self.settled(run)["state"], "approved")

    def test_another_flows_word_counts_where_its_service_is_of_the_repository(self):
        world, twin = self.world, self.built(repository="acme/bank", tests=PASSED)
        commit = hashlib.sha1(uuid.uuid4().bytes).hexdigest()
        url = f"{self.github.url}/acme/shop"
        world.api.put("flows/foreign", {"service": ""})
        self.begin("foreign", "claims", commit, url + "/actions/runs/9")
        world.weir("attest", "artifact", twin["program"], "--flow", "foreign", "--trail", "claims", "--name", "shop")
        self.deliver(self.payload(commit))
        run = self.latest
        self.assertIn("nothing is recorded of commit", self.reviews(run)[0]["comment"], "it only says so of itself")
        world.api.put("services/foreign", {"team": "shop", "repository": url})
        world.api.put("flows/foreign", {"service": "foreign"})
        self.assertEqual(self.settled(run)["state"], "approved")

    def test_a_mapping_that_is_made_later_reaches_who_waits(self):
        built = self.built(tests=PASSED)
        self.world.environment("canary")
        create = ["integration", "create", "mapped", "--kind", "github", "--api", self.github.url, "--app-id", "4711",
                  "--private-key", self.github.key, "--webhook-secret", self.secret]
        self.world.weir(*create, "--map", "prod=production")
        self.deliver(self.payload(built["commit"], environment="small"), name="mapped")
        run = self.latest
        self.assertIn("no environment of Weir stands for small", self.reviews(run)[0]["comment"])
        self.world.weir("approve", built["program"], "--environment", "canary")
        self.world.weir(*create, "--map", "prod=production", "--map", "small=canary")
        review = self.settled(run)
        self.assertEqual(review["state"], "approved")
        self.assertIn("canary", review["comment"])
        self.world.weir("integration", "remove", "mapped")

    def test_a_project_whose_answers_hang_does_not_keep_others_waiting(self):
        built, slow = self.built(tests=PASSED), self.built(repository="acme/slow", tests=PASSED)
        release = self.github.hang_at("/repos/acme/slow/")
        self.addCleanup(release.set)
        for _ in range(40):
            self.deliver(self.payload(slow["commit"], repository="acme/slow"))
        last = self.latest
        wait_until(lambda: self.github.hanging, 10, "an answer hangs")
        began = time.monotonic()
        self.deliver(self.payload(built["commit"]))
        self.assertEqual(self.settled(self.latest, 5)["state"], "approved")
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(self.github.reviews(last), [])
        release.set()
        self.assertEqual(self.settled(last, 30)["state"], "approved")

    def test_an_environment_that_nobody_mapped_is_never_approved(self):
        built = self.built(tests=PASSED)
        self.deliver(self.payload(built["commit"], environment="sandbox"))
        review = self.reviews(self.latest)[0]
        self.assertNotIn("state", review)
        self.assertIn("no environment of Weir stands for sandbox", review["comment"])

    def test_a_wrong_signature_an_altered_body_and_a_stranger_are_refused(self):
        built = self.built(tests=PASSED)
        payload = self.payload(built["commit"])
        before = len(self.requests())
        self.assertEqual(self.deliver(payload, secret="wrong")[0], 401)
        self.assertEqual(self.deliver(payload, alter=b" ")[0], 401)
        self.assertEqual(self.deliver(payload, name="nobody")[0], 401)
        self.assertEqual(len(self.requests()), before)
        self.assertEqual(self.deliver(payload)[0], 202, "who was known is not locked out by guesses")

    def test_a_delivery_that_comes_again_is_answered_once(self):
        built = self.built(tests=PASSED)
        payload, delivery = self.payload(built["commit"]), str(uuid.uuid4())
        run = self.latest
        first = self.deliver(payload, delivery=delivery)[1]
        self.settled(run)
        for other in (delivery, str(uuid.uuid4())):
            status, again = self.deliver(payload, delivery=other)
            self.assertEqual((status, again["replayed"], again["requests"]), (202, True, first["requests"]))
        self.deliver(self.payload(self.built(tests=PASSED)["commit"]))
        self.settled(self.latest)
        self.assertEqual(len(self.github.reviews(run)), 1)

    def test_a_callback_that_leads_elsewhere_is_never_called(self):
        built = self.built(tests=PASSED)
        stranger = GitLab()
        self.addCleanup(stranger.close)
        end = "/repos/acme/shop/actions/runs/1/deployment_protection_rule"
        for callback in (stranger.url + end, self.github.url + ".evil.example" + end,
                         self.github.url + "@evil.example" + end, self.github.url + "/repos/acme/../../admin",
                         self.github.url + "/repos/acme/bank/actions/runs/1/deployment_protection_rule",
                         "http://169.254.169.254/latest/meta-data", "file:///etc/passwd"):
            status, answer = self.deliver(self.payload(built["commit"], callback=callback))
            self.assertEqual((status, answer["error"]["field"]), (400, "deployment_callback_url"), callback)
        self.assertEqual(stranger.calls, [])

    def test_other_events_are_taken_and_ask_nothing(self):
        status, answer = self.deliver({"zen": "Design for failure.", "hook_id": 1}, event="ping")
        self.assertEqual((status, answer["requests"]), (202, []))
        self.assertIn("asks nothing", answer["ignored"])

    def test_trouble_is_tried_again_when_it_was_asked_to(self):
        built = self.built(tests=PASSED)
        self.github.troubles = [(503, {"Retry-After": "2"}), (403, {"Retry-After": "1"})]
        self.deliver(self.payload(built["commit"]))
        run = self.latest
        wait_until(lambda: len(self.github.reviews(run)) >= 3, 20, "the third try")
        tries = self.github.of(f"/runs/{run}/deployment_protection_rule")
        self.assertGreaterEqual(tries[1].at - tries[0].at, 2.0)
        self.assertGreaterEqual(tries[2].at - tries[1].at, 1.0)
        wait_until(lambda: [r for r in self.requests("answered") if r["asked"].get("run") == run], 5, "it is answered")

    def test_what_is_refused_for_good_is_dead_and_can_be_retried(self):
        built = self.built(tests=PASSED)
        self.github.troubles = [(422, {})] * 3
        answer = self.deliver(self.payload(built["commit"]))[1]
        id = answer["requests"][0]
        dead = wait_until(lambda: [r for r in self.requests("dead") if r["id"] == id], 20, "it is dead")[0]
        self.assertEqual((dead["last_status"], dead["attempts"]), (422, 3))
        self.world.weir("integration", "retry", "github", str(dead["id"]))
        wait_until(lambda: [r for r in self.requests("answered") if r["id"] == dead["id"]], 10, "answered after all")

    def test_an_answer_survives_a_restart_in_between(self):
        built = self.built()
        run = (self.deliver(self.payload(built["commit"])), self.latest)[1]
        self.reviews(run)
        self.github.troubles = [(502, {})] * 2
        self.world.restart_server()
        self.attest_for(built, PASSED)
        wait_until(lambda: not self.github.troubles, 20, "both failed")
        self.world.restart_server(9)
        wait_until(lambda: [r for r in self.requests("answered") if r["asked"].get("run") == run], 20, "answered")
        self.assertEqual(self.settled(run)["state"], "approved")

    def test_its_secrets_are_nowhere_to_be_seen(self):
        shown = json.dumps(self.world.api.get("integrations")) + self.world.weir("ledger", "entries")
        size = self.world.ledger_size()
        for index in range(size):
            entry = self.world.api.get(f"ledger/entries/{index}")
            shown += json.dumps(entry.get("payload")) if entry["type"].startswith(("integration", "caller")) else ""
        shown += self.world.server.text() + json.dumps(self.requests())
        for hidden in (self.secret, "PRIVATE KEY", self.github.key.read_text().split("\n")[2], "ghs_"):
            self.assertNotIn(hidden, shown)

    def test_one_that_waits_too_long_is_rejected(self):
        self.world.weir("integration", "create", "hasty", "--kind", "github", "--api", self.github.url, "--app-id",
                        "4711", "--private-key", self.github.key, "--map", "prod=production", "--wait", "1s",
                        "--webhook-secret", self.secret)
        self.deliver(self.payload(self.built()["commit"]), name="hasty")
        review = self.settled(self.latest)
        self.assertEqual(review["state"], "rejected")
        self.assertIn("its time is over", review["comment"])
        self.world.weir("integration", "remove", "hasty")


class OfGitLab(Deciding):
    name = "gitlab"

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.gitlab = GitLab()
        cls.addClassCleanup(cls.gitlab.close)
        cls.host = cls.gitlab.url
        cls.signing = "whsec_" + base64_of(uuid.uuid4().bytes + uuid.uuid4().bytes)
        cls.world.weir("integration", "create", "gitlab", "--kind", "gitlab", "--api", cls.gitlab.url,
                       "--merge-environment", "production", "--webhook-secret", cls.signing, "--webhook-secret",
                       cls.secret, env={"WEIR_GITLAB_TOKEN": cls.gitlab.token})
        cls.job = 700

    def project(self):
        url = self.gitlab.url + "/acme/shop"
        return {"id": 30, "name": "shop", "description": "", "web_url": url, "avatar_url": None, "namespace": "acme",
                "git_ssh_url": "ssh://git@127.0.0.1/acme/shop.git", "git_http_url": url + ".git",
                "visibility_level": 0, "path_with_namespace": "acme/shop", "default_branch": "main",
                "ci_config_path": "", "homepage": url}

    def user(self):
        return {"id": 1, "name": "Administrator", "username": "root", "email": "[REDACTED]"}

    def of_repository(self, tests=None):
        return self.built(tests=tests)

    def deployment(self, commit, status="blocked", environment="production"):
        type(self).job += 1
        self.gitlab.blocked[self.job] = (self.job + 1000, commit)
        return {"object_kind": "deployment", "status": status, "status_changed_at": "2026-11-20 10:00:00 +0100",
                "deployment_id": self.job + 1000, "deployable_id": self.job,
                "deployable_url": f"{self.gitlab.url}/acme/shop/-/jobs/{self.job}", "environment": environment,
                "environment_tier": "production", "environment_slug": environment, "environment_external_url": None,
                "project": self.project(), "short_sha": commit[:8], "user": self.user(),
                "user_url": self.gitlab.url + "/root", "commit_title": "Add new file",
                "commit_url": f"{self.gitlab.url}/acme/shop/-/commit/{commit}", "ref": "main"}

    def pipeline(self, commit, environment="production"):
        type(self).job += 1
        job = {"id": self.job, "stage": "deploy", "name": "deploy", "status": "manual",
               "created_at": "2026-11-20 10:00:00 UTC", "started_at": None, "finished_at": None, "duration": None,
               "queued_duration": None, "failure_reason": None, "when": "on_success", "manual": False,
               "allow_failure": False, "user": self.user(), "runner": None,
               "artifacts_file": {"filename": None, "size": None},
               "environment": {"name": environment, "action": "start", "deployment_tier": "production"}}
        test = job | {"id": self.job + 100000, "name": "test", "status": "success", "environment": None}
        return {"object_kind": "pipeline",
                "object_attributes": {"id": 31, "iid": 3, "name": None, "ref": "main", "tag": False, "sha": commit,
                                      "before_sha": "0" * 40, "source": "push", "status": "manual",
                                      "detailed_status": "blocked", "stages": ["test", "deploy"], "duration": 63,
                                      "url": f"{self.gitlab.url}/acme/shop/-/pipelines/31", "variables": []},
                "merge_request": None, "user": self.user(), "project": self.project(),
                "commit": {"id": commit, "message": "m", "title": "m"}, "builds": [test, job]}

    def merge_request(self, commit, iid=4):
        project = self.project()
        return {"object_kind": "merge_request", "event_type": "merge_request", "user": self.user(), "project": project,
                "object_attributes": {"id": 144, "iid": iid, "source_branch": "fix", "target_branch": "main",
                                      "source_project_id": 30, "target_project_id": 30, "state": "opened",
                                      "state_id": 1, "source": project, "target": project,
                                      "last_commit": {"id": commit, "message": "m", "title": "m"}},
                "labels": [], "changes": {}, "repository": {"name": "shop"},
                "external_approval_rule": {"id": 12, "name": "weir", "external_url": "https://weir.example/"}}

    def headers(self, event):
        return {"Host": f"127.0.0.1:{self.world.port}", "Content-Type": "application/json",
                "User-Agent": "GitLab/18.2.1", "Idempotency-Key": str(uuid.uuid4()), "X-Gitlab-Event": event,
                "X-Gitlab-Instance": self.gitlab.url,
                "X-Gitlab-Webhook-UUID": str(uuid.uuid4()), "X-Gitlab-Event-UUID": str(uuid.uuid4()), "Accept": "*/*",
                "Connection": "close"}

    def deliver(self, payload, event="Deployment Hook", **more):
        return self.send("POST", ORG + "integrations/gitlab/events", self.headers(event) | more,
                         json.dumps(payload).encode())

    def deliver_signed(self, payload, event="Deployment Hook", at=None, key=None):
        body, id, stamp = json.dumps(payload).encode(), str(uuid.uuid4()), str(int(at or time.time()))
        secret = base64.b64decode((key or self.signing).removeprefix("whsec_"))
        mac = hmac.new(secret, f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()
        return self.send("POST", ORG + "integrations/gitlab/events",
                         self.headers(event) | {"Idempotency-Key": id, "webhook-id": id, "webhook-timestamp": stamp,
                                                "webhook-signature": "v1," + base64_of(mac)}, body)

    def check(self, payload, secret=None):
        """External status checks come with nothing but their signature."""
        body = json.dumps(payload).encode()
        mac = hmac.new((secret or self.secret).encode(), body, hashlib.sha256).hexdigest()
        return self.send("POST", ORG + "integrations/gitlab/events",
                         {"Host": f"127.0.0.1:{self.world.port}", "Content-Type": "application/json",
                          "X-GitLab-Signature": mac, "User-Agent": "Ruby", "Accept": "*/*", "Connection": "close"},
                         body)

    def approvals(self, deployment, seconds=10):
        return wait_until(lambda: [c.body for c in self.gitlab.of(f"/projects/30/deployments/{deployment}/approval")],
                          seconds, f"an approval of {deployment}")

    def statuses(self, commit):
        return [c.body["status"] for c in self.gitlab.of("/merge_requests/4/status_check_responses")
                if c.body["sha"] == commit]

    def test_it_knows_the_token(self):
        self.assertEqual(self.world.weir_json("integration", "test", "gitlab")["state"], "answered")

    def test_a_blocked_deployment_is_approved_or_rejected(self):
        for tests, wanted in ((PASSED, "approved"), (FAILED, "rejected")):
            payload = self.deployment(self.of_repository(tests)["commit"])
            status, _ = self.deliver(payload, **{"X-Gitlab-Token": self.secret})
            self.assertEqual(status, 202)
            said = self.approvals(payload["deployment_id"])[0]
            self.assertEqual(said["status"], wanted)
            self.assertIn("production", said["comment"])

    def test_a_deployment_is_looked_up_before_it_is_approved(self):
        built = self.of_repository(PASSED)
        payload = self.deployment(built["commit"])
        deployment = payload["deployment_id"]
        self.gitlab.blocked[self.job] = (deployment, "0" * 40)
        before = len(self.gitlab.of("/projects/30/deployments"))
        self.deliver(payload, **{"X-Gitlab-Token": self.secret})
        wait_until(lambda: len(self.gitlab.of("/projects/30/deployments")) >= before + 2, 20, "it is looked up again")
        self.assertEqual(self.gitlab.of(f"/projects/30/deployments/{deployment}/approval"), [],
                         "what is blocked is of another commit than the event said")
        self.gitlab.blocked[self.job] = (deployment, built["commit"])
        self.assertEqual(self.approvals(deployment, 30)[0]["status"], "approved")
        calls = [c.path.split("?")[0] for c in list(self.gitlab.calls) if "/deployments" in c.path]
        self.assertEqual(calls[calls.index(f"/api/v4/projects/30/deployments/{deployment}/approval") - 1],
                         "/api/v4/projects/30/deployments", "looked up just before")

    def test_a_pipeline_that_is_blocked_names_the_job_and_its_deployment_is_found(self):
        built = self.of_repository()
        payload = self.pipeline(built["commit"])
        job, deployment = self.job, self.job + 2000
        self.gitlab.blocked[job] = (deployment, built["commit"])
        self.assertEqual(self.deliver_signed(payload, "Pipeline Hook")[0], 202)
        self.attest_for(built, PASSED)
        self.assertEqual(self.approvals(deployment)[0]["status"], "approved")
        listing = self.gitlab.of("/projects/30/deployments")[-1]
        self.assertIn("environment=production", listing.path)

    def test_a_job_event_and_a_pipeline_event_of_one_job_ask_once(self):
        built = self.of_repository(PASSED)
        pipeline = self.pipeline(built["commit"])
        self.gitlab.blocked[self.job] = (self.job + 3000, built["commit"])
        job = {"object_kind": "build", "ref": "main", "tag": False, "before_sha": "0" * 40, "sha": built["commit"],
               "build_id": self.job, "build_name": "deploy", "build_stage": "deploy", "build_status": "manual",
               "build_created_at": "2026-11-20 10:00:00 UTC", "build_started_at": None, "build_finished_at": None,
               "build_allow_failure": False, "build_failure_reason": "unknown_failure", "retries_count": 0,
               "pipeline_id": 31, "project_id": 30, "project_name": "acme / shop", "user": self.user(),
               "commit": {"id": 31, "sha": built["commit"]}, "repository": {"name": "shop"}, "project": self.project(),
               "runner": None, "environment": {"name": "production", "action": "start",
                                               "deployment_tier": "production"}}
        first = self.deliver(job, "Job Hook", **{"X-Gitlab-Token": self.secret})[1]
        second = self.deliver(pipeline, "Pipeline Hook", **{"X-Gitlab-Token": self.secret})[1]
        self.assertEqual(first["requests"], second["requests"])
        self.assertEqual(len(self.approvals(self.job + 3000)), 1)

    def test_one_that_runs_or_is_over_asks_nothing(self):
        for status in ("running", "success", "failed", "canceled"):
            payload = self.deployment(self.of_repository(PASSED)["commit"], status)
            answer = self.deliver(payload, **{"X-Gitlab-Token": self.secret})
            self.assertEqual((answer[0], answer[1]["requests"]), (202, []))

    def test_an_external_status_check_is_pending_then_passed(self):
        built = self.of_repository()
        commit = built["commit"]
        self.assertEqual(self.check(self.merge_request(commit))[0], 202)
        wait_until(lambda: self.statuses(commit) == ["pending"], 10, "pending")
        self.attest_for(built, PASSED)
        wait_until(lambda: self.statuses(commit) == ["pending", "passed"], 10, "passed")
        self.attest_for(built, FAILED)
        self.assertEqual(self.check(self.merge_request(commit))[0], 202, "asked again, answered again")
        wait_until(lambda: self.statuses(commit) == ["pending", "passed", "failed"], 10, "failed")
        body = self.gitlab.of("/merge_requests/4/status_check_responses")[-1].body
        self.assertEqual(body, {"sha": commit, "external_status_check_id": 12, "status": "failed"})

    def test_wrong_tokens_signatures_and_old_ones_are_refused(self):
        payload = self.deployment(self.of_repository(PASSED)["commit"])
        self.assertEqual(self.deliver(payload)[0], 401)
        self.assertEqual(self.deliver(payload, **{"X-Gitlab-Token": "wrong-wrong-wrong-wrong"})[0], 401)
        self.assertEqual(self.deliver(payload, **{"X-Gitlab-Token": self.signing})[0], 401, "it signs, it is not sent")
        self.assertEqual(self.deliver_signed(payload, at=time.time() - 400)[0], 401)
        self.assertEqual(self.deliver_signed(payload, key="whsec_" + base64_of(b"x" * 32))[0], 401)
        self.assertEqual(self.check(self.merge_request("a" * 40), secret="wrong-wrong-wrong-wrong")[0], 401)
        self.assertEqual(self.deliver(payload, **{"X-Gitlab-Token": self.secret})[0], 202)

    def test_trouble_is_tried_again(self):
        self.gitlab.troubles = [(500, {}), (429, {"Retry-After": "1"})]
        payload = self.deployment(self.of_repository(PASSED)["commit"])
        self.deliver(payload, **{"X-Gitlab-Token": self.secret})
        wait_until(lambda: len(self.approvals(payload["deployment_id"])) == 3, 20, "the third try")
