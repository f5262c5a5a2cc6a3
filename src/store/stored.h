// Our own encoding of a value in a text column, read back. A column that holds anything else is a bug or damage that
// the page's checksum has not seen; members of a newer version are passed over.
#pragma once
#include "format/members.h"

namespace weir::store {

template <class T>
T read_stored(std::string_view text) {
  return format::decode_text<T>(text, format::Unknown::ignore).value();
}

}  // namespace weir::store
