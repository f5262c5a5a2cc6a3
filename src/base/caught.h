// The border to what throws: an exception of a library, or of the standard one where our own use of it was wrong,
// becomes an Error `internal`, so that it costs one request its answer and not everybody the server.
#pragma once
#include <exception>
#include <type_traits>

#include "base/result.h"

namespace weir {

template <class T>
struct ResultOf {
  using Type = Result<T>;
};
template <class T>
struct ResultOf<Result<T>> {
  using Type = Result<T>;
};

// What `work` returns; as a Result, unless it is one.
template <class Work>
typename ResultOf<std::invoke_result_t<Work>>::Type caught(Work&& work) {
  try {
    return work();
  } catch (const std::exception& thrown) {
    return internal(std::string("not expected, and nothing was changed by it: ") + thrown.what());
  }
}

}  // namespace weir
