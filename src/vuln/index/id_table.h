// From a hash to the numbers that were added under it: a table of chains whose first part may be mapped. Which of the
// numbers is meant is the asker's to compare: different things may share a hash.
#pragma once
#include <cstdint>

#include "base/bytes.h"
#include "vuln/index/column.h"
#include "vuln/index/index_file.h"

namespace weir::vuln {

// The same in every process and on every machine, since it is stored. Not against those who want collisions: a chain
// that they make is walked, and only slow.
std::uint32_t stored_hash(BytesView bytes);

class IdTable {
 public:
  struct Link {
    std::uint32_t hash = 0, id = 0, next = 0;  // next: a link before this one, plus one; 0 ends the chain
  };
  static constexpr std::size_t sections = 2;
  IdTable() = default;
  // Over the sections of a file from `first` on. Errors: corrupt.
  static Result<IdTable> over(const IndexFile& file, std::size_t first);
  void write(IndexWriter& out) const;

  void add(std::uint32_t hash, std::uint32_t id);
  // The latest first, until `call` answers true. Whether it did.
  bool any(std::uint32_t hash, auto&& call) const {
    if (heads_.size() == 0) return false;
    std::uint32_t at = heads_[hash & (heads_.size() - 1)];
    for (std::size_t before = links_.size() + 1; at != 0 && at < before;) {
      const Link& link = links_[at - 1];
      if (link.hash == hash && call(link.id)) return true;
      before = at;
      at = link.next;
    }
    return false;
  }

 private:
  void grow();

  Column<std::uint32_t> heads_;  // a power of two of them; a link plus one, or 0
  Column<Link> links_;
};

}  // namespace weir::vuln
