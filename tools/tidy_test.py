"""tools/tidy finds each kind of fault in a tree made for it, and nothing in a clean one."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TIDY = Path(__file__).with_name("tidy")
CLEAN = {
    "ARCHITECTURE.md": "# Map\n**`src/base/`** the ground.\n**`src/format/`** text forms.\n",
    "src/base/time.h": "#pragma once\n#include <cstdint>\n",
    "src/format/json.cc": '#include <simdjson.h>\n#include "base/time.h"\nint f() { return 1; }\n',
}


class Tidy(unittest.TestCase):
    def tidy(self, **changes):
        with tempfile.TemporaryDirectory(prefix="weir-tidy-") as root:
            files = CLEAN | {name: text for name, text in changes.get("files", {}).items()}
            for name, text in files.items():
                path = Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text.replace("{ROOT}", str(Path(root).resolve())))
            done = subprocess.run([sys.executable, TIDY, root], capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

    def finds(self, message, files):
        code, output = self.tidy(files=files)
        self.assertIn(message, output)
        self.assertEqual(code, 1)

    def accepts(self, files):
        code, output = self.tidy(files=files)
        self.assertEqual((code, output), (0, ""))

    def test_a_clean_tree_passes(self):
        self.accepts({})

    def test_an_include_that_points_up_is_found(self):
        self.finds("src/base/bad.cc:2: base must not include format",
                   {"src/base/bad.cc": '#pragma once\n#include "format/json.h"\n'})

    def test_a_foreign_header_outside_its_folder_is_found(self):
        self.finds("only store may include <sqlite3.h>", {"src/format/bad.cc": "#include <sqlite3.h>\n"})
        self.finds("only http may include <boost/asio.hpp>", {"src/format/bad.cc": "#include <boost/asio.hpp>\n"})
        self.finds("only crypto and http may include", {"src/format/bad.cc": "#include <openssl/evp.h>\n"})

    def test_a_folder_without_a_place_in_the_order_is_found(self):
        self.finds("src/helpers has no place", {"src/helpers/x.h": "#pragma once\n"})

    def test_a_file_beyond_600_lines_is_found(self):
        self.finds("601 lines", {"src/base/long.cc": "int x;\n" * 601})

    def test_a_file_beyond_350_lines_is_listed_and_passes(self):
        code, output = self.tidy(files={"src/base/long.cc": "int x;\n" * 351})
        self.assertEqual((code, output), (0, "note: src/base/long.cc: 351 lines; aim at 350\n"))

    def test_a_line_beyond_120_columns_is_found(self):
        self.finds("src/base/wide.cc:1: 121 columns", {"src/base/wide.cc": "/" * 121 + "\n"})
        self.accepts({"src/base/wide.cc": "/" * 120 + "\n"})

    def test_a_function_beyond_70_lines_is_found_where_it_begins(self):
        self.finds("src/base/f.cc:2: a function of 71 lines",
                   {"src/base/f.cc": "\nint f() {\n" + "g();\n" * 69 + "}\n"})
        self.accepts({"src/base/f.cc": "\nint f() {\n" + "g();\n" * 68 + "}\n"})

    def test_methods_constructors_and_lambdas_are_measured(self):
        body = "g();\n" * 70
        self.finds("a function of 72 lines", {"src/base/f.cc": "class A {\n void f() const {\n" + body + "}\n};\n"})
        self.finds("a function of 73 lines",
                   {"src/base/f.cc": "A::A(int b)\n    : b_{b}, c_{1} {\n" + body + "}\n"})
        self.finds("a function of 74 lines",
                   {"src/base/f.cc": "void f() {\n auto g = [] {\n" + body + "};\n}\n"})

    def test_long_tables_and_classes_pass(self):
        self.accepts({"src/base/t.cc": "inline constexpr std::array rows{\n" + "Row{1, f(2)},\n" * 100 + "};\n",
                      "src/base/c.h": "class A {\n" + "int x() const { return 1; }\n" * 100 + "};\n"})

    def test_braces_in_strings_and_comments_do_not_count(self):
        self.accepts({"src/base/s.cc": 'const char* f() { return "{"; } // {\n' + "/* { */\n" * 80
                      + 'auto s = R"x(\n{ int g() {\n)x";\n' + "int y;\n" * 80})

    def test_a_folder_without_its_paragraph_and_a_paragraph_without_its_folder_are_found(self):
        self.finds("no paragraph begins with **`src/crypto/`**", {"src/crypto/x.h": "#pragma once\n"})
        self.finds("ARCHITECTURE.md:2: there is no folder src/crypto",
                   {"ARCHITECTURE.md": CLEAN["ARCHITECTURE.md"].replace("# Map\n", "# Map\n**`src/crypto/`** x\n")})

    def test_an_architecture_page_beyond_150_lines_is_found(self):
        self.finds("more than 150 lines", {"ARCHITECTURE.md": CLEAN["ARCHITECTURE.md"] + "x\n" * 150})

    def test_unfinished_work_is_found(self):
        for word in ("TO" "DO", "FIX" "ME"):
            self.finds("unfinished work belongs in an issue: " + word, {"docs/x.md": f"line\n{word} later\n"})

    def test_a_path_of_this_machine_is_found(self):
        self.finds("names a path of this machine", {"docs/x.md": "see {ROOT}/src\n"})


if __name__ == "__main__":
    unittest.main()
