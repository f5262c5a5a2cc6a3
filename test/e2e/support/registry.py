"""A real registry on loopback, and an image of two platforms pushed to it, as a pipeline would."""
import gzip
import hashlib
import json
import shutil

from engines import image_tree, run
from world import Process, free_port, wait_until

CONFIG = """version: 0.1
storage: {{filesystem: {{rootdirectory: {root}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


class Registry:
    def __init__(self, world):
        self.world, self.port = world, free_port()
        root = world.directory / "registry"
        config = world.directory / "registry.yml"
        config.write_text(CONFIG.format(root=root, port=self.port))
        self.process = Process(["docker-registry", "serve", config], world.directory / "registry.log")
        world.closers.append(self.process.end)
        wait_until(lambda: "listening on" in self.process.text() or not self.process.runs(), 15, "the registry listens")

    def push_two_platforms(self, name):
        """Pushes an index of amd64 and arm64; (reference by tag, digest of the index, digest of amd64's config)."""
        layout = self.world.directory / f"layout-{name}"
        blobs = layout / "blobs/sha256"
        blobs.mkdir(parents=True)

        def blob(data, media_type):
            digest = hashlib.sha256(data).hexdigest()
            (blobs / digest).write_bytes(data)
            return {"mediaType": media_type, "digest": "sha256:" + digest, "size": len(data)}

        manifests, configs = [], []
        for architecture in ("amd64", "arm64"):
            tar = image_tree(self.world, architecture.encode()).read_bytes()
            layer = blob(gzip.compress(tar, 1, mtime=0), "application/vnd.oci.image.layer.v1.tar+gzip")
            config = blob(json.dumps({"architecture": architecture, "os": "linux", "config": {
                "Cmd": ["/bin/sleep", "600"]}, "rootfs": {"type": "layers", "diff_ids": [
                    "sha256:" + hashlib.sha256(tar).hexdigest()]}}).encode(),
                    "application/vnd.oci.image.config.v1+json")
            configs.append(config["digest"])
            manifest = blob(json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                                        "config": config, "layers": [layer]}).encode(),
                            "application/vnd.oci.image.manifest.v1+json")
            manifests.append(manifest | {"platform": {"os": "linux", "architecture": architecture}})
        index = blob(json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                                 "manifests": manifests}).encode(), "application/vnd.oci.image.index.v1+json")
        (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        named = index | {"annotations": {"org.opencontainers.image.ref.name": "v1"}}
        (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))
        run(["skopeo", "copy", "--all", "--dest-tls-verify=false", "--insecure-policy", f"oci:{layout}:v1",
             f"docker://127.0.0.1:{self.port}/{name}:v1"])
        shutil.rmtree(layout)
        return f"127.0.0.1:{self.port}/{name}:v1", index["digest"], configs[0]
