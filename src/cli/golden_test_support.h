// For tests: what a command prints, held against a file of test/golden/cli. A file is written anew when
// WEIR_GOLDEN_UPDATE is set; the difference is then somebody's to judge.
#pragma once
#include <cstdlib>
#include <fstream>

#include "cli/session_test_support.h"

namespace weir::cli {

inline std::string golden_content(const std::string& name) {
  std::ifstream in("test/golden/cli/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void expect_golden(const std::string& name, const std::string& text) {
  if (std::getenv("WEIR_GOLDEN_UPDATE") != nullptr) std::ofstream("test/golden/cli/" + name) << text;
  EXPECT_EQ(text, golden_content(name)) << name;
}

struct Shown {
  CannedServer server;
  CommandLine line{.variables = {{"WEIR_URL", server.url()}}};

  void golden(const std::string& name, const std::vector<std::string>& words) {
    const Finished done = line.run(words);
    EXPECT_EQ(done.exit, 0) << done.err;
    expect_golden(name, done.out);
  }
};

}  // namespace weir::cli
