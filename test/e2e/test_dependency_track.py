"""What uploads to Dependency-Track uploads to Weir, as the GitHub action, the Jenkins plugin and curl do it."""
import base64
import http.client
import json

from world import WorldCase

BILL = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6",
                   "components": [{"type": "library", "name": "left-pad", "version": "1.3.0",
                                   "purl": "pkg:npm/left-pad@1.3.0"}]}).encode()


class DependencyTrackClients(WorldCase):
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.token = cls.world.weir_json("account", "create", "uploader", "--role", "recorder")["token"]

    def send(self, method, path, body=None, headers=None, key="X-Api-Key"):
        connection = http.client.HTTPConnection("127.0.0.1", self.world.port, timeout=30)
        try:
            connection.request(method, path, body, {key: self.token, **(headers or {})})
            response = connection.getresponse()
            return response.status, response.read(), dict((k.lower(), v) for k, v in response.getheaders())
        finally:
            connection.close()

    def attestations(self, flow):
        return self.world.api.get(f"attestations?flow={flow}")["attestations"]

    def test_the_github_action_uploads_by_name(self):
        payload = {"projectName": "web", "projectVersion": "0c0ffee", "autoCreate": True,
                   "bom": base64.b64encode(BILL).decode(), "projectTags": [{"name": "ci"}],
                   "isLatestProjectVersion": "true", "parentName": "all", "parentVersion": "1"}
        status, body, _ = self.send("PUT", "/api/v1/bom", json.dumps(payload), {"Content-Type": "application/json"},
                                    key="X-API-Key")
        self.assertEqual(status, 200, body)
        recorded = self.attestations("web")
        self.assertEqual([(a["trail"], a["type"], a["actor"]) for a in recorded], [("0c0ffee", "sbom", "uploader")])
        self.assertEqual(recorded[0]["summary"]["components"], 1)
        content = self.world.api.send("GET", f"attestations/{recorded[0]['entry']}/content")
        self.assertEqual(content.body, BILL)

    def test_the_jenkins_plugin_uploads_polls_and_looks_its_project_up(self):
        status, body, _ = self.send("GET", "/api/version")
        self.assertEqual(status, 200)
        self.assertGreaterEqual(tuple(int(n) for n in json.loads(body)["version"].split(".")), (4, 4, 0))
        names = [p["name"] for p in json.loads(self.send("GET", "/api/v1/team/self")[1])["permissions"]]
        self.assertIn("BOM_UPLOAD", names)
        payload = {"bom": base64.b64encode(BILL).decode(), "projectName": "batch", "projectVersion": "7",
                   "autoCreate": True}
        status, body, _ = self.send("PUT", "/api/v1/bom", json.dumps(payload), {"Content-Type": "application/json"})
        self.assertEqual(status, 200, body)
        token = json.loads(body)["token"]
        status, body, _ = self.send("GET", "/api/v1/bom/token/" + token)
        self.assertEqual((status, json.loads(body)), (200, {"processing": False}))
        status, body, _ = self.send("GET", "/api/v1/project/lookup?name=batch&version=7")
        project = json.loads(body)
        self.assertEqual((status, project["name"], project["version"]), (200, "batch", "7"))
        again = json.dumps({"bom": payload["bom"], "project": project["uuid"]})
        self.assertEqual(self.send("PUT", "/api/v1/bom", again, {"Content-Type": "application/json"})[0], 200)
        self.assertEqual(len(self.attestations("batch")), 2)
        listed = json.loads(self.send("GET", "/api/v1/project?limit=500&excludeInactive=true&page=1")[1])
        self.assertIn("batch", [p["name"] for p in listed])
        self.assertEqual(json.loads(self.send("GET", "/api/v1/project?limit=500&excludeInactive=true&page=2")[1]), [])

    def test_a_form_is_taken_in_pieces_as_curl_sends_it(self):
        boundary = "------------------------d74496d66958873e"
        parts = [("autoCreate", None, b"true"), ("projectName", None, b"forms"), ("projectVersion", None, b"1"),
                 ("bom", "bom.json", BILL)]
        body = b"".join(
            f"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"".encode()
            + (f"; filename=\"{file}\"\r\nContent-Type: application/octet-stream".encode() if file else b"")
            + b"\r\n\r\n" + content + b"\r\n" for name, file, content in parts) + f"--{boundary}--\r\n".encode()
        status, answer, _ = self.send("POST", "/api/v1/bom", body,
                                      {"Content-Type": f"multipart/form-data; boundary={boundary}"})
        self.assertEqual(status, 200, answer)
        self.assertEqual(self.attestations("forms")[0]["summary"]["components"], 1)

    def test_errors_are_those_its_clients_know(self):
        payload = {"bom": base64.b64encode(BILL).decode(), "projectName": "none", "projectVersion": "7",
                   "autoCreate": False}
        headers = {"Content-Type": "application/json"}
        status, body, sent = self.send("PUT", "/api/v1/bom", json.dumps(payload), headers)
        self.assertEqual((status, body, sent["content-type"]), (404, b"The project could not be found.", "text/plain"))
        payload.update(autoCreate=True, bom=base64.b64encode(b"no bill").decode())
        status, body, sent = self.send("PUT", "/api/v1/bom", json.dumps(payload), headers)
        self.assertEqual((status, sent["content-type"]), (400, "application/problem+json"))
        self.assertEqual(json.loads(body)["title"], "The uploaded BOM is invalid")
        self.assertEqual(self.world.api.send("GET", "flows/none").status, 404)
        good, self.token = self.token, "weir_wrong"
        try:
            self.assertEqual(self.send("PUT", "/api/v1/bom", json.dumps(payload), headers)[:2], (401, b""))
        finally:
            self.token = good
