// One gRPC call at a time over HTTP/2 on a unix socket: the request is one message, the answer any number of them.
// Errors: unavailable (no connection, time-out, status other than OK, the status named), not_found (status NOT_FOUND),
// too_large. Sources: gRPC over HTTP/2 (PROTOCOL-HTTP2), RFC 9113 by nghttp2. Any thread; calls share nothing.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace weir::agent {

struct GrpcCall {
  std::string socket;
  std::string method;                                         // "/package.Service/Method"
  std::vector<std::pair<std::string, std::string>> metadata;  // lower-case names
  Bytes request;
  Duration time_max = seconds(2);
};
Result<std::vector<Bytes>> call_grpc(const GrpcCall& call);

// Splits a body into its length-prefixed messages; `invalid` when one is cut off or compressed.
Result<std::vector<Bytes>> split_grpc_messages(BytesView body);

}  // namespace weir::agent
