#include "agent/processes/ancestry.h"

namespace weir::agent {
namespace {

constexpr std::size_t parents_max = 8;
constexpr std::size_t known_max = 2048;

}  // namespace

const Ancestry::Known* Ancestry::find(std::int64_t pid) {
  if (const auto known = known_.find(pid); known != known_.end()) return &known->second;
  const auto folder = ProcessFolder::open(proc_, pid);
  const auto text = folder ? folder->read("stat") : std::nullopt;
  const auto stat = text ? parse_stat_line(*text) : std::nullopt;
  if (!stat || stat->kernel_thread) return nullptr;
  const std::string path = parse_link(folder->link("exe").value_or("")).path;
  if (known_.size() >= known_max) known_.clear();
  Known known{.ancestor = {.pid = pid,
                           .name = path.empty() ? stat->command : path,
                           .user = users_.name_of(folder->user())},
              .parent = stat->parent};
  return &known_.insert_or_assign(pid, std::move(known)).first->second;
}

std::vector<runtime::Ancestor> Ancestry::of(std::int64_t parent) {
  std::vector<runtime::Ancestor> parents;
  while (parent > 0 && parents.size() < parents_max) {
    const Known* known = find(parent);
    if (!known) break;
    parents.push_back(known->ancestor);
    parent = known->parent;
  }
  return parents;
}

}  // namespace weir::agent
