#include "http/message.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "http/client.h"
#include "http/stream.h"

namespace weir::http {
namespace {

TEST(Message, error_answers_carry_code_field_and_when_to_retry) {
  const Response wrong = error_response(invalid("'name' is \"odd\"", "name"));
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.body, R"({"error":{"code":"invalid","message":"'name' is \"odd\"","field":"name"}})");
  EXPECT_TRUE(wrong.headers.empty());
  const Response busy = error_response({Errc::unavailable, "full"}, milliseconds(2500));
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.headers, (std::vector<Field>{{"retry-after", "3"}}));
  EXPECT_EQ(error_response({Errc::too_many, "slow down"}).headers,
            (std::vector<Field>{{"retry-after", "1"}}));
}

TEST(Message, percent_encoding_round_trips_every_byte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(*decode_percent(encode_percent(all)), all);
  EXPECT_EQ(encode_percent("a/b c~"), "a%2Fb%20c~");
  for (const char* broken : {"%", "%a", "%g0", "a%0", "%%30"})
    EXPECT_FALSE(decode_percent(broken).ok()) << broken;
}

TEST(Message, query_fields_are_decoded_and_counted) {
  const auto fields = parse_query("a=1&b=x+y%2B&&c&=d&a=2");
  ASSERT_TRUE(fields.ok());
  EXPECT_EQ(*fields, (std::vector<Field>{{"a", "1"}, {"b", "x y+"}, {"c", ""}, {"", "d"}, {"a", "2"}}));
  EXPECT_FALSE(parse_query("a=%").ok());
  std::string many = "a";
  for (std::size_t i = 1; i < limits::query_fields_max; ++i) many += "&a";
  EXPECT_TRUE(parse_query(many).ok());
  EXPECT_EQ(parse_query(many + "&a").error().code, Errc::too_large);
}

TEST(Message, lookups_find_the_first_of_a_name) {
  const Request request{
      .query_fields = {{"a", "1"}, {"a", "2"}}, .headers = {{"x-y", "z"}}, .parameters = {{"org", "acme"}}};
  EXPECT_EQ(request.query("a"), "1");
  EXPECT_EQ(request.query("b"), std::nullopt);
  EXPECT_EQ(request.header("x-y"), "z");
  EXPECT_EQ(request.parameter("org"), "acme");
  EXPECT_EQ(request.parameter("flow"), "");
}

TEST(Url, parses_the_three_schemes) {
  const auto web = parse_url("https://example.org:8443/a?b#c");
  ASSERT_TRUE(web.ok());
  EXPECT_EQ(web->scheme, Scheme::https);
  EXPECT_EQ(web->host, "example.org");
  EXPECT_EQ(web->port, 8443);
  EXPECT_EQ(web->target, "/a?b");
  EXPECT_EQ(origin_of(*web), "https://example.org:8443");
  EXPECT_EQ(parse_url("http://[::1]")->host, "::1");
  EXPECT_EQ(origin_of(*parse_url("http://[::1]")), "http://[::1]:80");
  EXPECT_EQ(parse_url("http://h?q")->target, "/?q");
  EXPECT_EQ(parse_url("unix:/run/x.sock")->host, "/run/x.sock");
  EXPECT_EQ(parse_url("unix:///run/x.sock")->host, "/run/x.sock");
}

TEST(Url, refuses_what_is_no_url) {
  for (const char* text :
       {"", "example.org", "ftp://x", "http://", "http://:80", "http://a:b", "http://a:0", "http://a:65536",
        "http://[::1", "http://[::1]x", "http://u:p@h/", "http://a b", "http://a\n", "unix:relative"})
    EXPECT_FALSE(parse_url(text).ok()) << text;
}

TEST(Stream, an_event_keeps_its_lines_and_cannot_be_broken_out_of) {
  EXPECT_EQ(encode_event("7", "change", "{\"a\":1}"), "id: 7\nevent: change\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(encode_event("", "", "a\nb"), "data: a\ndata: b\n\n");
  EXPECT_EQ(encode_event("1\nevent: x", "", ""), "id: 1\ndata: \n\n");
}

TEST(Stream, takes_exactly_its_bound_and_drops_the_client_beyond) {
  Stream stream(10);
  bool ended = false;
  stream.on_close([&] { ended = true; });
  EXPECT_TRUE(stream.write("0123456789"));
  std::string piece;
  EXPECT_EQ(stream.take(piece), Stream::State::open);
  EXPECT_EQ(piece, "0123456789");
  EXPECT_TRUE(stream.write("0123456789"));
  EXPECT_FALSE(stream.write("x"));
  EXPECT_TRUE(stream.dropped());
  EXPECT_TRUE(ended);
  EXPECT_FALSE(stream.write(""));
}

}  // namespace
}  // namespace weir::http
