#include "dbom/document.h"

#include <algorithm>

#include "crypto/digest.h"

namespace weir::dbom {
namespace {

template <class T>
Sha256 sealed(T& record) {
  record.seal.reset();
  return crypto::sha256(format::encode(record));
}

const Line* find(const std::vector<Line>& lines, Kind kind) {
  const auto found =
      std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.kind == kind; });
  return found == lines.end() ? nullptr : &*found;
}

bool has(const std::vector<Line>& lines, Kind kind, std::string_view state) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const Line& line) { return line.kind == kind && line.state == state; });
}

bool runs(const Dbom& dbom) {
  return std::any_of(dbom.where.begin(), dbom.where.end(),
                     [](const Line& line) { return line.kind == Kind::workload && !line.until; });
}

}  // namespace

Sha256 seal_of(Line line) { return sealed(line); }
Sha256 seal_of(Components components) { return sealed(components); }
Sha256 seal_of(DeploymentDifference difference) { return sealed(difference); }

std::string sentence_of(const Dbom& dbom) {
  const std::string name =
      dbom.artifact.name.empty() ? to_string(dbom.artifact.digest).substr(0, 19) : dbom.artifact.name;
  const bool approved = has(dbom.how, Kind::approval, "active");
  if (runs(dbom))
    return fmt::format("{} runs in {}{}.", name, dbom.environment,
                       approved ? " as approved" : ", and no approval of it holds");
  if (const Line* ended = find(dbom.when, Kind::ended); ended != nullptr && ended->at)
    return fmt::format("{} ran in {} until {}.", name, dbom.environment,
                       to_string(*ended->at).substr(0, 19) + "Z");
  if (find(dbom.where, Kind::workload) != nullptr)
    return fmt::format("{} ran in {} and runs there no more.", name, dbom.environment);
  if (find(dbom.when, Kind::missed) != nullptr)
    return fmt::format("{} was declared for {} and never seen there.", name, dbom.environment);
  return fmt::format("{} was not seen in {}{}.", name, dbom.environment,
                     approved ? "; it is approved for it" : "");
}

}  // namespace weir::dbom
