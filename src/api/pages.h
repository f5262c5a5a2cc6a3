// The web page out of the binary, with the headers that keep it to itself: a strict Content-Security-Policy, no
// sniffing, no framing, no referrer. Unknown paths get the page, which has its own routes.
#pragma once
#include "http/message.h"

namespace weir::api {

http::Response page_response(const http::Request& request);

}  // namespace weir::api
