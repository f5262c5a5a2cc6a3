"""Real container engines with a root of their own: podman and docker. Images are made on the spot from busybox."""
import io
import os
import shutil
import subprocess
import tarfile
import unittest
import uuid
from pathlib import Path

from world import Process, wait_until

BUSYBOX = "/bin/busybox"
LIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"]


def image_tree(world, extra=b""):
    """A tar of a root file system that nobody ever saw: busybox, /bin/sh, and a unique file."""
    path = world.directory / f"rootfs-{uuid.uuid4().hex[:8]}.tar"
    with tarfile.open(path, "w") as tar:
        for name, data, mode in (("bin/busybox", Path(BUSYBOX).read_bytes(), 0o755),
                                 ("etc/unique", uuid.uuid4().bytes + extra, 0o644)):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), mode
            tar.addfile(info, io.BytesIO(data))
        for name in ("sh", "sleep", "true"):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    return path


def run(arguments, **options):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, timeout=120, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout.strip()


class Podman:
    """podman with its own storage, and its service on a socket."""

    kind = "podman"

    def __init__(self, world):
        self.root = world.directory / "podman"
        self.socket = self.root / "podman.sock"
        self.world = world
        self.root.mkdir()
        self.base = ["podman", "--root", self.root / "storage", "--runroot", self.root / "run", "--tmpdir",
                     self.root / "tmp", "--storage-driver", "overlay", "--runtime", "runc", "--cgroup-manager",
                     "cgroupfs", "--events-backend", "file"]
        self.service = world.run(*self.base, "system", "service", "--time", "0", f"unix://{self.socket}")
        wait_until(self.socket.exists, 20, "podman's socket")
        self.names = []
        world.closers.append(self.close)

    def pull(self, reference):
        run([*self.base, "pull", "--tls-verify=false", reference])

    def import_image(self, name="local/app"):
        run([*self.base, "import", "--change", "CMD /bin/sleep 600", image_tree(self.world), name])
        return self.image_id(name)

    def image_id(self, name):
        return "sha256:" + run([*self.base, "image", "inspect", "--format", "{{.Id}}", name]).removeprefix("sha256:")

    def start(self, image="local/app", *command, name=None, options=()):
        name = name or "c" + uuid.uuid4().hex[:8]
        run([*self.base, "run", "--detach", "--network", "none", *LIMITS, "--name", name, *options, image, *command])
        self.names.append(name)
        return name

    def ids(self, names):
        return set(run([*self.base, "inspect", "--format", "{{.Id}}", *names]).split())

    def remove(self, name):
        run([*self.base, "rm", "--force", "--time", "0", name])
        self.names.remove(name)

    def close(self):
        for name in list(self.names):
            self.remove(name)
        if self.service.runs():
            self.service.end()


class Docker:
    """A docker daemon with its own directories."""

    kind = "docker"

    def __init__(self, world):
        self.root = world.directory / "docker"
        self.socket = self.root / "docker.sock"
        self.world = world
        self.root.mkdir()
        self.daemon = Process(["/usr/sbin/dockerd", "-H", f"unix://{self.socket}", "--data-root", self.root / "data",
                               "--exec-root", self.root / "exec", "--pidfile", self.root / "pid", "--iptables=false",
                               "--ip6tables=false", "--bridge=none", "--storage-driver=overlay2"],
                              world.directory / "dockerd.log")
        self.base = ["docker", "-H", f"unix://{self.socket}"]
        self.names = []
        world.closers.append(self.close)
        wait_until(self._answers, 30, "the docker daemon answers")

    def _answers(self):
        if not self.daemon.runs():
            raise AssertionError("dockerd ended: " + self.daemon.text()[-3000:])
        return subprocess.run([*self.base, "info"], capture_output=True).returncode == 0

    def pull(self, reference):
        run([*self.base, "pull", reference])

    def import_image(self, name="local/app"):
        run([*self.base, "import", "--change", 'CMD ["/bin/sleep","600"]', image_tree(self.world), name])
        return self.image_id(name)

    def image_id(self, name):
        return run([*self.base, "image", "inspect", "--format", "{{.Id}}", name])

    def start(self, image="local/app", *command, name=None, options=()):
        name = name or "c" + uuid.uuid4().hex[:8]
        run([*self.base, "run", "--detach", "--network", "none", "--name", name, *options, image, *command])
        self.names.append(name)
        return name

    def ids(self, names):
        return set(run([*self.base, "inspect", "--format", "{{.Id}}", *names]).split())

    def remove(self, name):
        run([*self.base, "rm", "--force", name])
        self.names.remove(name)

    def close(self):
        for name in list(self.names):
            self.remove(name)
        self.daemon.end(seconds=30)


def needs(engine):
    """Skips a test class where the engine cannot run: no root, or not installed."""
    programs = {"podman": ["podman", "runc"], "docker": ["/usr/sbin/dockerd", "docker"]}[engine]
    missing = [p for p in programs if shutil.which(p) is None]
    why = "needs root" if os.geteuid() else f"needs {' and '.join(missing)}" if missing else ""
    return unittest.skipIf(why, why)
