"""An API server of Kubernetes asks at admission, by the very requests that it sends."""
import json
import uuid

from callers import FAILED, PASSED, Callers

SERVER_GROUPS = ["system:masters", "system:authenticated"]


class Admission(Callers):
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.path = cls.declare("cluster")

    @classmethod
    def declare(cls, name, *more):
        made = cls.world.weir_json("integration", "create", name, "--kind", "kubernetes", "--environment", "production",
                                   "--map", "stage-*=staging", *more)
        return made["path"]

    def ask(self, request, path=None):
        """As k8s.io/apiserver posts it, over one connection or many; the `response` of the answer."""
        review = {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
                  "request": {"uid": str(uuid.uuid4()), **request}}
        headers = {"Host": f"127.0.0.1:{self.world.port}", "User-Agent": "kube-apiserver-admission",
                   "Accept": "application/json, */*", "Content-Type": "application/json", "Accept-Encoding": "gzip"}
        status, answer = self.send("POST", f"{path or self.path}?timeout=5s", headers, review)
        self.assertEqual(status, 200, answer)
        self.assertEqual((answer["apiVersion"], answer["kind"]), (review["apiVersion"], review["kind"]))
        self.assertEqual(answer["response"]["uid"], review["request"]["uid"])
        for member in ("patch", "patchType"):
            self.assertNotIn(member, answer["response"], "of a validating webhook it is a failure")
        for warning in answer["response"].get("warnings", []):
            self.assertLessEqual(len(warning.encode()), 120)
        return answer["response"]

    @staticmethod
    def request(object_, resource, operation="CREATE", namespace="shop", old=None, **more):
        group, _, version = object_["apiVersion"].rpartition("/")
        kind = {"group": group, "version": version, "kind": object_["kind"]}
        where = {"group": group, "version": version, "resource": resource}
        options = {"CREATE": "CreateOptions", "UPDATE": "UpdateOptions", "DELETE": "DeleteOptions"}[operation]
        return {"kind": kind, "resource": where, "requestKind": kind, "requestResource": where,
                "name": object_["metadata"].get("name", ""), "namespace": namespace, "operation": operation,
                "userInfo": {"username": "kubernetes-admin", "groups": SERVER_GROUPS, "extra": {"a/b": ["c"]}},
                "object": None if operation == "DELETE" else object_, "oldObject": old, "dryRun": False,
                "options": {"kind": options, "apiVersion": "meta.k8s.io/v1", "fieldManager": "kubectl"}, **more}

    @staticmethod
    def pod_spec(*images):
        return {"volumes": [{"name": "kube-api-access-x", "projected": {"sources": [{"serviceAccountToken": {
                    "expirationSeconds": 3607, "path": "token"}}], "defaultMode": 420}}],
                "containers": [{"name": f"c{i}", "image": image, "resources": {}, "imagePullPolicy": "IfNotPresent",
                                "terminationMessagePath": "/dev/termination-log",
                                "terminationMessagePolicy": "File"} for i, image in enumerate(images)],
                "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
                "serviceAccountName": "default", "securityContext": {}, "schedulerName": "default-scheduler"}

    def pod(self, *images):
        return {"kind": "Pod", "apiVersion": "v1", "spec": self.pod_spec(*images), "status": {},
                "metadata": {"name": "shop", "namespace": "shop", "creationTimestamp": None, "labels": {"run": "shop"},
                             "managedFields": [{"manager": "kubectl-run", "operation": "Update", "apiVersion": "v1",
                                                "fieldsType": "FieldsV1", "fieldsV1": {"f:metadata": {"f:labels": {
                                                    ".": {}, "f:run": {}}}}}]}}

    def deployment(self, *images):
        template = {"metadata": {"creationTimestamp": None, "labels": {"app": "shop"}}, "spec": self.pod_spec(*images)}
        return {"kind": "Deployment", "apiVersion": "apps/v1", "status": {},
                "metadata": {"name": "shop", "namespace": "shop", "uid": str(uuid.uuid4()), "generation": 1},
                "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "shop"}}, "template": template,
                         "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}}}}

    def image(self, built):
        return f"registry.example:5000/acme/shop:1.2@{built['digest']}"

    def decisions(self, digest):
        return self.world.api.get(f"decisions?artifact={digest}")["decisions"]

    def test_a_pod_starts_only_with_the_evidence_that_is_asked_for(self):
        built = self.built()
        pod = self.request(self.pod(self.image(built)), "pods")
        refused = self.ask(pod)
        self.assertFalse(refused["allowed"])
        self.assertEqual((refused["status"]["code"], refused["status"]["reason"]), (403, "Forbidden"))
        for part in (self.image(built), "container 'c0'", "tested/tests-pass", "who: developers of the service"):
            self.assertIn(part, refused["status"]["message"])
        self.attest_for(built, PASSED)
        self.assertTrue(self.ask(pod)["allowed"])
        self.attest_for(built, FAILED)
        self.assertIn("denied", self.ask(pod)["status"]["message"])

    def test_it_is_the_gates_own_decision_and_each_new_one_is_an_entry(self):
        built = self.built(tests=PASSED)
        said = self.ask(self.request(self.deployment(self.image(built)), "deployments"))["auditAnnotations"]
        gate = self.world.weir_json("gate", built["digest"], "--environment", "production")
        self.assertEqual(said["decisions"], f"{self.image(built)}={gate['decision']}:allow")
        count = len(self.decisions(built["digest"]))
        for _ in range(3):
            self.ask(self.request(self.deployment(self.image(built)), "deployments"))
        self.assertEqual(len(self.decisions(built["digest"])), count)

    def test_an_update_is_asked_of_what_it_brings_in(self):
        built = self.built()
        old = self.deployment("nginx:1")
        scaled = json.loads(json.dumps(old))
        scaled["spec"]["replicas"] = 9
        self.assertTrue(self.ask(self.request(scaled, "deployments", "UPDATE", old=old))["allowed"])
        changed = self.deployment(self.image(built))
        self.assertFalse(self.ask(self.request(changed, "deployments", "UPDATE", old=old))["allowed"])
        self.assertTrue(self.ask(self.request(old, "deployments", "DELETE", old=old))["allowed"])
        scale = {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": {"name": "shop"}, "spec": {"replicas": 3}}
        scaling = self.request(scale, "deployments", "UPDATE", old=scale, subResource="scale")
        self.assertTrue(self.ask(scaling)["allowed"])

    def test_kubectl_debug_is_asked_about(self):
        built = self.built(tests=PASSED)
        old = self.pod(self.image(built))
        new = json.loads(json.dumps(old))
        new["spec"]["ephemeralContainers"] = [{"name": "debugger-x", "image": "busybox", "stdin": True, "tty": True}]
        refused = self.ask(self.request(new, "pods", "UPDATE", old=old, subResource="ephemeralcontainers",
                                        requestSubResource="ephemeralcontainers"))
        self.assertFalse(refused["allowed"])
        self.assertIn("busybox@sha256:", refused["status"]["message"])
        self.assertIn("ephemeral container 'debugger-x'", refused["status"]["message"])

    def test_a_dry_run_records_nothing(self):
        digest = "sha256:" + uuid.uuid4().hex * 2
        dry = self.ask(self.request(self.pod(f"shop@{digest}"), "pods", dryRun=True))
        self.assertFalse(dry["allowed"])
        self.assertEqual(self.decisions(digest), [])
        real = self.ask(self.request(self.pod(f"shop@{digest}"), "pods"))
        self.assertEqual(real["allowed"], dry["allowed"])
        self.assertEqual(len(self.decisions(digest)), 1)

    def test_namespaces_and_a_kind_that_nobody_reads(self):
        built = self.built()
        self.world.weir("approve", built["program"], "--environment", "staging")
        deployment = self.deployment(self.image(built))
        self.assertTrue(self.ask(self.request(deployment, "deployments", namespace="stage-1"))["allowed"])
        self.assertFalse(self.ask(self.request(deployment, "deployments", namespace="shop"))["allowed"])
        rollout = self.deployment("nginx") | {"kind": "Rollout", "apiVersion": "argoproj.io/v1alpha1"}
        answer = self.ask(self.request(rollout, "rollouts"))
        self.assertTrue(answer["allowed"])
        self.assertIn("argoproj.io/Rollout", answer["warnings"][0])

    def test_a_frozen_environment_lets_nothing_in_until_it_thaws(self):
        built = self.built()
        self.world.weir("approve", built["program"], "--environment", "staging")
        pod = self.request(self.pod(self.image(built)), "pods", namespace="stage-2")
        self.assertTrue(self.ask(pod)["allowed"])
        self.world.weir("freeze", "staging", "--for", "1h", "--incident", "https://i.example/1")
        self.assertIn("opens at", self.ask(pod)["status"]["message"])
        self.world.weir("thaw", "staging")
        self.assertTrue(self.ask(pod)["allowed"])

    def test_a_door_that_only_warns(self):
        path = self.declare("warning", "--mode", "warn")
        answer = self.ask(self.request(self.pod("nginx:1"), "pods"), path)
        self.assertTrue(answer["allowed"])
        self.assertIn("would be refused: nginx:1", answer["warnings"][0])

    def test_the_command_prints_what_kubectl_applies(self):
        ca = self.world.directory / "ca.pem"
        ca.write_text("-----BEGIN CERTIFICATE-----\n")
        declared = ("integration", "create", "printed", "--kind", "kubernetes", "--environment", "production", "--fail",
                    "open", "--webhook")
        words = (*declared, "--address", "https://weir.example:8443", "--ca-bundle", ca, "--except", "weir")
        text = self.world.weir(*words)
        for part in ("kind: ValidatingWebhookConfiguration", "failurePolicy: Ignore", "sideEffects: NoneOnDryRun",
                     'values: ["kube-system", "weir"]', "pods/ephemeralcontainers", "caBundle: LS0t",
                     "timeoutSeconds: 5",
                     "https://weir.example:8443/v1/orgs/default/integrations/printed/admission/wh_"):
            self.assertIn(part, text)
        self.assertEqual(self.world.weir(*words, code=None), "", "the secret is shown once")
        self.assertIn("/admission/wh_", self.world.weir(*words, "--rotate"))
        self.assertEqual(self.world.weir(*declared, code=None), "", "an API server calls https alone")
