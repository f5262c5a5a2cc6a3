// What `weir demo` builds: a git repository made on the spot, a C program compiled from it, its tests run
// (they write JUnit XML), a bill of materials of what was linked. Every build is new content: the commit and
// a random word are compiled in. Source: the strings in demo_workshop.cc. Needs git and a C compiler; nothing
// is fetched.
#pragma once
#include <string>

#include "base/result.h"

namespace weir::cli {

struct Workshop {
  std::string directory;  // absolute; kept when the demo ends
  std::string program;    // greeter: prints a line, then stays for ten minutes
  std::string tests;      // runs the tests, writes junit.xml
  std::string commit;
  std::string word;       // random, compiled in
};

// `invalid`, naming the packages to install, when git or a compiler is missing.
Status check_tools();

// Makes a repository in a new directory under `parent`, commits, compiles program and tests.
Result<Workshop> build_workshop(const std::string& parent);

// Runs the tests; JUnit XML as they wrote it. An error when one of them fails.
Result<std::string> run_tests(const Workshop& workshop);

// CycloneDX of what is in the program: its sources at the commit, the C library, the compiler.
Result<std::string> bill_of_materials(const Workshop& workshop);

// The program once more, from sources that nobody committed; its path.
Result<std::string> build_unreviewed(const Workshop& workshop);

// An archive of a root file system that holds nothing but the program; its path.
Result<std::string> pack_root(const Workshop& workshop);

}  // namespace weir::cli
