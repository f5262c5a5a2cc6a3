#include "http/response_parser.h"

#include <algorithm>
#include <boost/beast/http/error.hpp>

namespace weir::http {

ResponseParser::ResponseParser(std::size_t body_bytes_max, const Client::OnChunk* on_chunk)
    : body_bytes_max_(body_bytes_max), on_chunk_(on_chunk) {
  header_limit(64 * 1024);
  body_limit(boost::none);
  eager(true);
}

void ResponseParser::on_response_impl(int status, Text, int, ErrorCode&) { response.status = status; }

void ResponseParser::on_field_impl(Field, Text name, Text value, ErrorCode&) {
  if (head_done_) return;
  http::Field& added = response.headers.emplace_back();
  added.name.resize(name.size());
  std::transform(name.begin(), name.end(), added.name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  added.value.assign(value.data(), value.size());
}

void ResponseParser::on_header_impl(ErrorCode&) {
  head_done_ = true;
  streaming_ = on_chunk_ != nullptr && response.status >= 200 && response.status < 300;
}

std::size_t ResponseParser::on_body_impl(Text piece, ErrorCode& error) {
  if (streaming_) {
    refused_ = (*on_chunk_)({piece.data(), piece.size()}) == Continue::no;
    if (refused_) error = boost::beast::http::error::end_of_stream;
  } else if (piece.size() > body_bytes_max_ - response.body.size()) {
    error = boost::beast::http::error::body_limit;
  } else {
    response.body.append(piece.data(), piece.size());
  }
  return piece.size();
}

}  // namespace weir::http
