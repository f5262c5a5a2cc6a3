// The web page out of the binary, with the headers that keep it to itself: a strict Content-Security-Policy, no
// sniffing, no framing, no referrer. At an unknown address (404) a browser gets the page, which
// says so; others get the error.
#pragma once
#include "http/message.h"

namespace weir::api {

http::Response page_response(const http::Request& request);

}  // namespace weir::api
