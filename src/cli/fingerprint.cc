#include <fmt/format.h>

#include "cli/families.h"
#include "cli/session.h"
#include "cli/subject.h"
#include "format/members.h"

namespace weir::cli {
namespace {

format::Json described(const artifact::Fingerprint& found) {
  format::Json out = format::Json::object(
      {{"digest", to_string(found.digest)}, {"kind", format::name_of(found.kind)}, {"name", found.name}});
  format::Json::Array aliases;
  for (const Sha256& alias : found.aliases) aliases.emplace_back(to_string(alias));
  if (!aliases.empty()) out.set("aliases", std::move(aliases));
  return out;
}

}  // namespace

Action fingerprint(Options& options) {
  struct Arguments {
    std::string what;
    bool kosli = false;
    std::vector<std::string> excludes;
  };
  const auto arguments = std::make_shared<Arguments>();
  options.argument(artifact_word, &arguments->what);
  options.option({.name = "kosli", .help = "digests a directory by Kosli's rule"}, &arguments->kosli);
  options.option({.name = "exclude",
                  .value = "GLOB",
                  .help = "leaves these paths out; with --kosli",
                  .many = Many::each},
                 &arguments->excludes);
  return [arguments](Session& session) -> Result<Exit> {
    if (!arguments->excludes.empty() && !arguments->kosli)
      return invalid("--exclude goes with --kosli only: Weir's own digest covers the whole directory",
                     "exclude");
    const artifact::FingerprintOptions how{
        .tree_rule = arguments->kosli ? artifact::TreeRule::kosli : artifact::TreeRule::weir,
        .excludes = arguments->excludes};
    const artifact::Fingerprint found = TRY(identify(session, arguments->what, how));
    session.answer(described(found), to_hex(found.digest) + "\n");
    return Exit::yes;
  };
}

}  // namespace weir::cli
