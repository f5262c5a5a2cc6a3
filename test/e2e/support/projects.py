"""Real projects that somebody builds: a C project of autoconf and automake, an npm project with native dependencies, a
Python package with a C extension; and the builder, a user of the host whom nothing else runs as."""
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

TOOLS = {"C": ["autoreconf", "automake", "gcc", "make"], "npm": ["npm", "node", "gcc", "make"],
         "pip": ["/usr/bin/python3", "gcc"]}
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
USERS = range(64200, 64300)

CONFIGURE = """AC_INIT([ripple], [1.0])
AM_INIT_AUTOMAKE([foreign subdir-objects])
AC_PROG_CC
AC_CHECK_HEADERS([stdlib.h string.h sys/mman.h sys/random.h])
AC_CHECK_FUNCS([memfd_create getrandom strlcpy reallocarray])
AC_CHECK_SIZEOF([long])
AC_CHECK_SIZEOF([void *])
AC_C_BIGENDIAN
AC_FUNC_MALLOC
AC_FUNC_MEMCMP
AC_RUN_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[return puts("%s") < 0;]])],
              [AC_DEFINE([RUNS], [1], [what is compiled runs])])
AC_CONFIG_HEADERS([config.h])
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
"""
MAKEFILE = """bin_PROGRAMS = ripple pool stream
ripple_SOURCES = ripple.c wave.c
pool_SOURCES = pool.c wave.c
stream_SOURCES = stream.c wave.c
check_PROGRAMS = wave_test pool_test
wave_test_SOURCES = wave_test.c wave.c
pool_test_SOURCES = pool_test.c wave.c
TESTS = $(check_PROGRAMS) run_all.sh
EXTRA_DIST = run_all.sh
"""
MAIN = '#include <stdio.h>\nint wave(int);\nint main(void) {{ return printf("%s %d\\n", "{word}", wave(2)) < 0; }}\n'


class Builder:
    """A user with a home; what runs as that user is what the projects ran."""

    def __init__(self, world):
        taken = {entry.pw_uid for entry in pwd.getpwall()}
        self.number = next(n for n in USERS if n not in taken and not runs_something(n))
        self.name = str(self.number)  # without an account, as in a container's build
        self.home = Path(tempfile.mkdtemp(prefix="builder-", dir="/home"))
        self.shared = Path(tempfile.mkdtemp(prefix="builder-", dir="/var/tmp"))
        self.log = world.directory / "builder.log"
        for folder in (self.home, self.shared):
            os.chown(folder, self.number, self.number)
            folder.chmod(0o755)
            world.closers.append(lambda folder=folder: shutil.rmtree(folder, ignore_errors=True))

    def write(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for each in (path, *path.parents):
            if each == self.home.parent:
                break
            os.chown(each, self.number, self.number)
        return path

    def program(self, folder=None):
        """A program that nobody ever saw, to be run as the last thing: when its alert is there, all others are."""
        path = (folder or self.home) / ("last-" + uuid.uuid4().hex[:12])
        shutil.copyfile("/bin/true", path)
        with path.open("ab") as file:
            file.write(uuid.uuid4().bytes)
        path.chmod(0o755)
        os.chown(path, self.number, self.number)
        return path

    def session(self, folder, *steps):
        """Runs the steps as a shell script in a session of its own, as a terminal would."""
        script = self.write(self.home / f"session-{uuid.uuid4().hex[:8]}.sh",
                            "#!/bin/sh\nset -ex\n" + "\n".join(map(str, steps)) + "\n")
        script.chmod(0o755)
        with self.log.open("ab") as log:
            done = subprocess.run([script], cwd=folder, user=self.number, group=self.number, extra_groups=[],
                                  start_new_session=True, stdin=subprocess.DEVNULL, stdout=log,
                                  stderr=subprocess.STDOUT, timeout=400,
                                  env={"PATH": PATH, "HOME": str(self.home), "LANG": "C.UTF-8"})
        if done.returncode != 0:
            raise AssertionError(f"{script}: exit {done.returncode}\n{self.log.read_text(errors='replace')[-4000:]}")

    def c_project(self):
        folder = self.home / "ripple"
        self.write(folder / "configure.ac", CONFIGURE % uuid.uuid4().hex)
        self.write(folder / "Makefile.am", MAKEFILE)
        self.write(folder / "wave.c", "int wave(int height) { return height * 21; }\n")
        for name in ("ripple", "pool", "stream", "wave_test", "pool_test"):
            self.write(folder / f"{name}.c", MAIN.format(word=f"{name} {uuid.uuid4().hex}"))
        script = "#!/bin/sh\nset -e\nfor each in ripple pool stream; do ./$each; done\n"
        self.write(folder / "run_all.sh", script).chmod(0o755)
        return folder

    def npm_project(self, lock):
        """With a dependency that compiles itself when installed, and esbuild of the version in a lock file, which runs
        the binary it brings."""
        version = json.loads(Path(lock).read_text())["packages"]["node_modules/esbuild"]["version"]
        folder = self.home / "site"
        scripts = {"install": "make --silent spring && ./spring"}
        self.write(folder / "spring/package.json", json.dumps(
            {"name": "spring", "version": "1.0.0", "scripts": scripts}))
        self.write(folder / "spring/Makefile", "spring: spring.c\n\tcc -o $@ $<\n")
        self.write(folder / "spring/spring.c",
                   f'#include <stdio.h>\nint main(void) {{ return puts("{uuid.uuid4().hex}") < 0; }}\n')
        self.write(folder / "package.json", json.dumps(
            {"name": "site", "version": "1.0.0", "private": True,
             "dependencies": {"esbuild": version, "spring": "file:./spring"}}))
        return folder

    def python_package(self):
        folder = self.home / "brook"
        self.write(folder / "pyproject.toml",
                   '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n')
        self.write(folder / "setup.py", "from setuptools import Extension, setup\nsetup(name='brook', version='1.0', "
                                        "ext_modules=[Extension('brook', ['brook.c'])])\n")
        self.write(folder / "brook.c", """#include <Python.h>
static PyObject *depth(PyObject *self, PyObject *none) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"depth", depth, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "brook", "", -1, methods};
PyMODINIT_FUNC PyInit_brook(void) { return PyModule_Create(&module); }
""")
        return folder


def runs_something(user):
    return any(entry.stat().st_uid == user for entry in Path("/proc").iterdir()
               if entry.name.isdigit() and entry.exists())


def missing_tools():
    return sorted({tool for tools in TOOLS.values() for tool in tools if shutil.which(tool) is None})
