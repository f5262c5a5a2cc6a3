"""Forms byte for byte as the HTTP libraries of upload clients write them: okhttp, undici, Apache mime, curl."""
import http.client
import json
import shutil
import subprocess
import unittest
from urllib.parse import quote

from world import WorldCase

BILL = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
    {"type": "library", "name": "left-pad", "version": "1.3.0", "purl": "pkg:npm/left-pad@1.3.0"}]}).encode()


def form(boundary, parts):
    """Each part: its heads, one a line, and its content."""
    body = b""
    for heads, content in parts:
        body += f"--{boundary}\r\n".encode() + "".join(f"{line}\r\n" for line in heads).encode() + b"\r\n"
        body += content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


def disposition(name, filename=None):
    return f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")


class UploadClients(WorldCase):
    agent = False

    @classmethod
    def prepare(cls):
        body = {"name": "uploader", "roles": ["recorder"]}
        cls.key = cls.world.api.send("POST", "service-accounts", body).json["token"]

    def send(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.world.port, timeout=30)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def post(self, boundary, parts, **headers):
        return self.send("POST", "/api/v1/bom", form(boundary, parts),
                         Content_Type=f"multipart/form-data; boundary={boundary}", X_Api_Key=self.key, **headers)

    def attested(self, flow, trail):
        answer = self.world.api.send("GET", f"attestations?flow={quote(flow)}&trail={quote(trail)}")
        return [each for each in answer.json["attestations"] if each["type"] == "sbom"]

    def uploaded(self, status, body, flow, trail):
        self.assertEqual(status, 200, body)
        listed = self.attested(flow, trail)
        self.assertTrue(listed, "recorded when it is answered")
        self.assertEqual(listed[0]["summary"]["components"], 1)
        self.assertEqual(listed[0]["actor"], "uploader")
        token = json.loads(body)["token"]
        for path in ("/api/v1/bom/token/", "/api/v1/event/token/"):
            polled = self.send("GET", path + token, X_Api_Key=self.key)
            self.assertEqual((polled[0], json.loads(polled[1])), (200, {"processing": False}))

    def test_the_github_action_sends_a_form_of_fetch(self):
        status, body = self.post("----formdata-undici-012345678901", [
            ([disposition("bom", "bom"), "Content-Type: application/octet-stream"], BILL),
            ([disposition("projectName")], b"action"), ([disposition("projectVersion")], b"main"),
            ([disposition("autoCreate")], b"true"), ([disposition("projectTags")], b"a,b"),
            ([disposition("isLatest")], b"true")], Accept="*/*", User_Agent="node", Sec_Fetch_Mode="cors")
        self.uploaded(status, body, "action", "main")

    def test_the_jenkins_plugin_with_okhttp_uploads_and_looks_its_project_up(self):
        status, body = self.post("5f0b6a3e-2a8d-4a53-8a38-1f2f6d4a3b11", [
            ([disposition("bom"), f"Content-Length: {len(BILL)}"], BILL),
            ([disposition("projectName"), "Content-Length: 7"], b"jenkins"),
            ([disposition("projectVersion"), "Content-Length: 1"], b"7"),
            ([disposition("autoCreate"), "Content-Length: 4"], b"true")], User_Agent="okhttp/4.12.0")
        self.uploaded(status, body, "jenkins", "7")
        status, body = self.send("GET", "/api/v1/project/lookup?name=jenkins&version=7", X_Api_Key=self.key)
        project = json.loads(body)
        self.assertEqual((status, project["name"], project["version"]), (200, "jenkins", "7"))
        known = ([disposition("project")], project["uuid"].encode())
        status, body = self.post("b", [([disposition("bom")], BILL), known])
        self.uploaded(status, body, "jenkins", "7")
        self.assertEqual(len(self.attested("jenkins", "7")), 2)

    def test_the_maven_plugin_posts_a_form_of_apache_mime(self):
        plain = "Content-Type: text/plain; charset=UTF-8"
        status, answer = self.post("Qw3rTy", [
            ([disposition("projectName"), plain, "Content-Transfer-Encoding: 8bit"], b"maven"),
            ([disposition("projectVersion"), plain, "Content-Transfer-Encoding: 8bit"], b"1.0-SNAPSHOT"),
            ([disposition("autoCreate"), plain, "Content-Transfer-Encoding: 8bit"], b"true"),
            ([disposition("bom", "bom.xml"), "Content-Type: application/octet-stream",
              "Content-Transfer-Encoding: binary"], BILL)])
        self.uploaded(status, answer, "maven", "1.0-SNAPSHOT")

    @unittest.skipUnless(shutil.which("curl"), "no curl")
    def test_curl_sends_a_bill_of_more_than_a_megabyte(self):
        components = [{"type": "library", "name": f"part-{i}", "version": "1.0.0", "description": "x" * 100,
                       "purl": f"pkg:npm/part-{i}@1.0.0"} for i in range(10_000)]
        file = self.world.directory / "large.json"
        file.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}))
        self.assertGreater(file.stat().st_size, 1 << 20)
        done = subprocess.run(["curl", "-sS", "-X", "POST", f"http://127.0.0.1:{self.world.port}/api/v1/bom",
                               "-H", f"X-Api-Key: {self.key}", "-F", "autoCreate=true", "-F", "projectName=curl",
                               "-F", "projectVersion=1", "-F", f"bom=@{file}"], capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b'"token"', done.stdout)
        self.assertEqual(self.attested("curl", "1")[0]["summary"]["components"], 10_000)


if __name__ == "__main__":
    unittest.main()
