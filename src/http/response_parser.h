// Reads one answer: the head into a ClientResponse, the body there too or piece by piece to a callback.
// Private to this folder: includes Beast.
#pragma once
#include <boost/beast/http/basic_parser.hpp>

#include "http/client.h"

namespace weir::http {

using ErrorCode = boost::system::error_code;

class ResponseParser final : public boost::beast::http::basic_parser<false> {
 public:
  // `on_chunk` may be null; it gets the body of a 2xx only.
  ResponseParser(std::size_t body_bytes_max, const Client::OnChunk* on_chunk);

  ClientResponse response;
  bool refused() const { return refused_; }      // the callback has enough
  bool streaming() const { return streaming_; }  // a 2xx whose body goes to the callback

 private:
  using Field = boost::beast::http::field;
  using Verb = boost::beast::http::verb;
  using Text = boost::beast::string_view;
  using Length = boost::optional<std::uint64_t>;

  void on_response_impl(int status, Text, int, ErrorCode&) override;
  void on_field_impl(Field, Text name, Text value, ErrorCode&) override;
  void on_header_impl(ErrorCode&) override;
  void on_body_init_impl(Length const&, ErrorCode&) override {}
  std::size_t on_body_impl(Text piece, ErrorCode& error) override;
  void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, ErrorCode& error) override {
    return on_body_impl(piece, error);
  }
  void on_finish_impl(ErrorCode&) override {}

  // Never used: an answer has no request line.
  void on_request_impl(Verb, Text, Text, int, ErrorCode&) override {}

  std::size_t body_bytes_max_;
  const Client::OnChunk* on_chunk_;
  bool head_done_ = false, streaming_ = false, refused_ = false;
};

}  // namespace weir::http
