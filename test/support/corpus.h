// The corpus of foreign files that tests read where it is there: $WEIR_CORPUS, or ../shared/corpus.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/scratch_directory.h"

namespace weir::test {

inline std::string corpus_path(const std::string& below) {
  const char* said = std::getenv("WEIR_CORPUS");
  const bool is_said = said != nullptr && *said != 0;
  return std::string(is_said ? said : "../shared/corpus") + "/" + below;
}
inline bool has_corpus(const std::string& below) { return std::filesystem::exists(corpus_path(below)); }

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// Unpacks one archive of the corpus below `scratch`.
inline bool unpack_corpus(const std::string& archive, const ScratchDirectory& scratch) {
  return run_quietly("tar -C " + scratch.path() + " -xJf " + corpus_path(archive));
}

}  // namespace weir::test

#define REQUIRE_CORPUS(below) \
  if (!weir::test::has_corpus(below)) GTEST_SKIP() << "skipped: no corpus"
