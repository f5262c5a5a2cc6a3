#include "vuln/index/id_table.h"

#include <algorithm>
#include <bit>

namespace weir::vuln {

std::uint32_t stored_hash(BytesView bytes) {
  constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;
  std::uint64_t hash = bytes.size() * factor;
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t count = std::min(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), count);
    bytes.remove_prefix(count);
    hash = (hash ^ word) * factor;
    hash ^= hash >> 29;
  }
  return static_cast<std::uint32_t>(hash >> 32) ^ static_cast<std::uint32_t>(hash);
}

Result<IdTable> IdTable::over(const IndexFile& file, std::size_t first) {
  IdTable table;
  table.heads_ = Column<std::uint32_t>(file.section<std::uint32_t>(first));
  table.links_ = Column<Link>(file.section<Link>(first + 1));
  const std::size_t heads = table.heads_.size();
  if (heads != 0 && !std::has_single_bit(heads)) return damaged_index();
  return table;
}

void IdTable::write(IndexWriter& out) const {
  out.column(heads_);
  out.column(links_);
}

void IdTable::add(std::uint32_t hash, std::uint32_t id) {
  if (links_.size() >= heads_.size()) grow();
  std::uint32_t& head = heads_[hash & (heads_.size() - 1)];
  links_.push_back({hash, id, head});
  head = static_cast<std::uint32_t>(links_.size());
}

void IdTable::grow() {
  constexpr std::size_t least = 16;
  std::vector<std::uint32_t> heads(std::max(least, 2 * heads_.size()));
  for (std::size_t at = 0; at < links_.size(); ++at) {
    std::uint32_t& head = heads[links_[at].hash & (heads.size() - 1)];
    links_[at].next = head;
    head = static_cast<std::uint32_t>(at + 1);
  }
  heads_.replace(std::move(heads));
}

}  // namespace weir::vuln
