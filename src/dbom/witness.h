// An entry's payload as the record of its type. Pure.
#pragma once
#include "dbom/line_table.h"

namespace weir::dbom {

template <class T>
Result<T> record_of(const Witness& witness) {
  auto record = format::decode_text<T>(witness.payload, format::Unknown::ignore);
  if (!record.ok())
    return invalid(fmt::format("entry {}: {}", witness.index, record.error().message), record.error().field);
  return record;
}

}  // namespace weir::dbom
