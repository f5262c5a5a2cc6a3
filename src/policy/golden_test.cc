// The kept set of older decisions: test/golden/decision/v1/NAME/ holds a record and the policies it names. Each
// must be decided again with the same bytes, by every release. A new one is added by a folder with policies
// (mode-name.yaml or .rego) and input.json; with WEIR_WRITE_GOLDEN set, its record is written once and never
// again.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "policy/test_support.h"

namespace weir::policy {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

struct Kept {
  std::vector<Prepared> policies;
  std::vector<Mode> modes;
};

// "enforce-production.yaml" is policy `production`, enforced.
Kept policies_in(const fs::path& folder, const std::string& engine = {}) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".yaml" || entry.path().extension() == ".rego") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  Kept kept;
  for (const fs::path& file : files) {
    const std::string stem = file.stem().string();
    const std::size_t dash = stem.find('-');
    kept.modes.push_back(format::enum_from<Mode>(stem.substr(0, dash)).value());
    kept.policies.push_back(prepared(read_file(file), stem.substr(dash + 1), engine));
  }
  return kept;
}

void write_record(const fs::path& folder, Kept& kept) {
  std::vector<Attached> attached;
  for (std::size_t i = 0; i < kept.policies.size(); ++i) attached.push_back({&kept.policies[i], kept.modes[i]});
  const auto input = format::decode_text<Input>(read_file(folder / "input.json"));
  ASSERT_TRUE(input.ok()) << input.error().message;
  std::ofstream(folder / "record.json") << format::encode(decide(attached, *input, {.tzdata = "2026a"}));
}

}  // namespace

TEST(GoldenDecisions, are_decided_again_with_the_same_bytes) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator("test/golden/decision/v1")) {
    SCOPED_TRACE(entry.path().string());
    if (std::getenv("WEIR_WRITE_GOLDEN") != nullptr && !fs::exists(entry.path() / "record.json")) {
      Kept fresh = policies_in(entry.path());
      write_record(entry.path(), fresh);
    }
    const std::string bytes = read_file(entry.path() / "record.json");
    const auto record = format::decode_text<DecisionRecord>(bytes);
    ASSERT_TRUE(record.ok()) << record.error().message;
    ASSERT_EQ(format::encode(*record), bytes);
    Kept kept = policies_in(entry.path(), record->engine);
    std::vector<Prepared*> policies;
    for (Prepared& policy : kept.policies) policies.push_back(&policy);
    const auto again = replay(*record, policies);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_TRUE(again->same) << again->difference;
    ++count;
  }
  EXPECT_GE(count, 4u);
}

}  // namespace weir::policy
