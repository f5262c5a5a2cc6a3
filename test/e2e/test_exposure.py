"""From where what runs can be reached: seen by a real agent, and an answer of where a component runs."""
import json
import os
import unittest

from world import WEIR, World, WorldCase, wait_until

PURL = "pkg:npm/exposed@1.0.0"


class Exposure(WorldCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.world.start_server()
        cls.prepare()
        cls.world.weir("flow", "create", "shop")

    @unittest.skipUnless(os.geteuid() == 0, "handles of others need root")
    def test_what_listens_on_loopback_is_said_to(self):
        world = self.world
        program = world.program("listener", os.path.realpath(WEIR))
        file = world.directory / "bill.json"
        file.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
            {"type": "library", "name": "exposed", "version": "1.0.0", "purl": PURL}]}))
        world.weir("trail", "begin", "t1", "--flow", "shop", "--commit", "c0ffee1")
        world.weir("attest", "artifact", program, "--flow", "shop", "--trail", "t1", "--name", "weir")
        world.weir("attest", "sbom", program, "--file", file, "--flow", "shop", "--trail", "t1", "--name", "sbom")
        data = world.directory / "listener-data"
        data.mkdir()
        world.run(program, "serve", "--listen", "127.0.0.1:0", "--data", data)

        def reached():
            rows = world.weir_json("vuln", "where", PURL)["running"]
            return [r for r in rows if r["name"] == str(program) and r["exposure"]["reach"] == "loopback"]
        row = wait_until(reached, 90, "what it listens on is told")[0]
        self.assertRegex(row["exposure"]["because"],
                         r"^listens on tcp (127\.0\.0\.1|\[::1\]):\d+ in the host's network$")
        self.assertRegex(world.weir("vuln", "where", PURL), r"EXPOSURE(?s:.*)\n[^\n]*listener[^\n]* loopback")
