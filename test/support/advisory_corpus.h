// Advisories for tests: small ones made here, and all of $WEIR_CORPUS/osv.
#pragma once
#include <array>
#include <filesystem>
#include <functional>
#include <string>

#include "support/corpus.h"

namespace weir::test {

// One package affected from the start until `fixed`; `more` is put among the members of the record.
inline std::string osv_record(const std::string& id, const std::string& package, const std::string& fixed,
                              const std::string& more = "") {
  return R"({"id":")" + id + R"(",)" + (more.empty() ? "" : more + ",") +
         R"("affected":[{"package":{"ecosystem":"npm","name":")" + package +
         R"("},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":")" + fixed + R"("}]}]}]})";
}

inline constexpr std::array osv_archives{"AlmaLinux-8", "AlmaLinux-9", "Bitnami", "Go", "PyPI-yaml"};

// The content of every record of one archive.
inline bool each_osv_record(const std::string& archive, const std::function<void(const std::string&)>& take) {
  const ScratchDirectory scratch;
  if (!unpack_corpus("osv/" + archive + ".tar.xz", scratch)) return false;
  for (const auto& file : std::filesystem::recursive_directory_iterator(scratch.path()))
    if (file.is_regular_file()) take(read_file(file.path()));
  return true;
}

}  // namespace weir::test
