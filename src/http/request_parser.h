// Reads the head of one request, and chunked bodies, into a Request; bodies of known length are the connection's to
// read. Refuses what lets two servers disagree about where a request ends (RFC 9112 §11.2): any transfer coding but
// "chunked", and that together with a length. Private to this folder: includes Beast.
#pragma once
#include <boost/beast/http/basic_parser.hpp>

#include "http/message.h"

namespace weir::http {

using ErrorCode = boost::system::error_code;

class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  RequestParser();

  Request request;
  std::size_t body_bytes_max = 0;  // of a chunked body; set between head and body

  // What is wrong with a head that parsed, in the terms of HTTP: target, host, query.
  Status check_head();
  int version() const { return version_; }  // 10 or 11
  bool expects_continue() const { return expects_continue_; }
  bool expects_other() const { return expects_other_; }

 private:
  using Field = boost::beast::http::field;
  using Verb = boost::beast::http::verb;
  using Text = boost::beast::string_view;
  using Length = boost::optional<std::uint64_t>;

  void on_request_impl(Verb, Text method, Text target, int version, ErrorCode&) override;
  void on_field_impl(Field field, Text name, Text value, ErrorCode& error) override;
  void on_header_impl(ErrorCode&) override { head_done_ = true; }
  void on_body_init_impl(Length const&, ErrorCode&) override {}
  std::size_t on_body_impl(Text piece, ErrorCode& error) override;
  void on_chunk_header_impl(std::uint64_t size, Text, ErrorCode& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, ErrorCode& error) override;
  void on_finish_impl(ErrorCode&) override {}

  // Never used: a request has no status line.
  void on_response_impl(int, Text, int, ErrorCode&) override {}

  int version_ = 11;
  int hosts_ = 0;
  bool head_done_ = false;  // fields after it are trailers, which are ignored
  bool expects_continue_ = false;
  bool expects_other_ = false;
};

}  // namespace weir::http
