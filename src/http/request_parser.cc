#include "http/request_parser.h"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>

namespace weir::http {
namespace beast = boost::beast::http;

RequestParser::RequestParser() {
  header_limit(std::numeric_limits<std::uint32_t>::max());  // the connection counts, and says 431
  body_limit(boost::none);
}

void RequestParser::on_request_impl(Verb, Text method, Text target, int version, ErrorCode&) {
  request.method.assign(method.data(), method.size());
  request.path.assign(target.data(), target.size());
  request.headers.reserve(8);
  version_ = version;
}

void RequestParser::on_field_impl(Field field, Text name, Text value, ErrorCode& error) {
  if (head_done_) return;
  if (field == Field::transfer_encoding && !boost::beast::iequals(value, "chunked")) {
    error = beast::error::bad_transfer_encoding;
    return;
  }
  if (field == Field::host) ++hosts_;
  if (field == Field::expect) {
    expects_continue_ = boost::beast::iequals(value, "100-continue");
    expects_other_ = !expects_continue_;
  }
  http::Field& added = request.headers.emplace_back();
  added.name.resize(name.size());
  std::transform(name.begin(), name.end(), added.name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  added.value.assign(value.data(), value.size());
}

std::size_t RequestParser::on_body_impl(Text piece, ErrorCode& error) {
  return on_chunk_body_impl(0, piece, error);
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, Text, ErrorCode& error) {
  if (size > body_bytes_max - std::min(body_bytes_max, request.body.size())) error = beast::error::body_limit;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text piece, ErrorCode&) {
  request.body.append(piece.data(), piece.size());
  return piece.size();
}

Status RequestParser::check_head() {
  if (!request.path.starts_with('/'))
    return invalid("the request's target must be a path that starts with '/'");
  if (hosts_ > 1 || (hosts_ == 0 && version_ >= 11)) return invalid("the request must have one Host header");
  const std::size_t mark = request.path.find('?');
  if (mark == std::string::npos) return {};
  request.query_fields = TRY(parse_query(std::string_view(request.path).substr(mark + 1)));
  request.path.resize(mark);
  return {};
}

}  // namespace weir::http
