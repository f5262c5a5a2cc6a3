#include "cli/subject.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "registry/resolve.h"

namespace weir::cli {
namespace {

constexpr std::array<std::string_view, 5> variables_of_places{"HOME", "DOCKER_HOST", "DOCKER_CONFIG",
                                                              "XDG_RUNTIME_DIR", "CONTAINER_HOST"};

std::vector<std::string> environment_of_places(const Environment& environment) {
  std::vector<std::string> settings;
  for (const std::string_view name : variables_of_places)
    if (const auto value = environment.variable(name)) settings.push_back(fmt::format("{}={}", name, *value));
  return settings;
}

}  // namespace

Result<artifact::Fingerprint> identify(Session& session, const std::string& what,
                                       const artifact::FingerprintOptions& options) {
  session.progress(fmt::format("reading {} …", cleaned(what)));
  auto found =
      registry::resolve(what, options, registry::places_of(environment_of_places(session.environment())));
  session.progress("");
  return found;
}

bool names_artifact(const std::string& word) {
  std::error_code fault;
  return parse_sha256(word).ok() || word.find_first_of("/:@") != std::string::npos ||
         std::filesystem::exists(word, fault);
}

}  // namespace weir::cli
