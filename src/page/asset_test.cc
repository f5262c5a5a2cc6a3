#include "page/asset.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>

namespace weir::page {
namespace {

TEST(Page, the_root_and_every_place_answer_with_the_page) {
  for (const auto* path :
       {"/", "/index.html", "/environments/prod.eu", "/artifacts/sha256:00", "/wall", "/alerts"}) {
    const auto asset = find_asset(path);
    ASSERT_TRUE(asset) << path;
    EXPECT_EQ(asset->path, "/index.html");
    EXPECT_EQ(asset->content_type, "text/html; charset=utf-8");
    EXPECT_FALSE(asset->immutable) << "the page itself must be asked for again";
  }
}

TEST(Page, every_address_that_the_page_routes_can_be_loaded_anew) {
  std::ifstream file("ui/src/shell/routes.tsx");
  const std::string routes(std::istreambuf_iterator<char>(file), {});
  constexpr std::string_view mark = "<Route path=\"";
  int routed = 0;
  for (auto at = routes.find(mark); at != routes.npos; at = routes.find(mark, at + 1), ++routed) {
    const auto from = at + mark.size();
    const std::string path = routes.substr(from, routes.find('"', from) - from);
    EXPECT_TRUE(find_asset(path)) << path;
  }
  EXPECT_GT(routed, 20) << "the routes stand in ui/src/shell/routes.tsx";
}

TEST(Page, what_is_neither_file_nor_place_is_not_found) {
  for (const auto* path :
       {"", "/v1/orgs", "/environmentsx", "/assets/none.js", "/../index.html", "index.html", "/favicon.ico"})
    EXPECT_FALSE(find_asset(path)) << path;
}

TEST(Page, every_file_that_the_page_names_is_carried) {
  const std::string_view html = find_asset("/")->plain;
  int named = 0;
  for (const std::string_view attribute : {"src=\"", "href=\""}) {
    for (auto at = html.find(attribute); at != html.npos; at = html.find(attribute, at + 1)) {
      const auto from = at + attribute.size();
      const auto path = html.substr(from, html.find('"', from) - from);
      EXPECT_TRUE(find_asset(path)) << path;
      ++named;
    }
  }
  EXPECT_GE(named, 3) << "a script, a stylesheet and an icon";
}

TEST(Page, holds_nothing_inline_that_its_policy_forbids) {
  const std::string_view html = find_asset("/")->plain;
  EXPECT_EQ(html.find("<style"), html.npos);
  EXPECT_EQ(html.find("style="), html.npos);
  EXPECT_EQ(html.find("<script>"), html.npos);
  EXPECT_EQ(content_security_policy.find("unsafe"), content_security_policy.npos);
}

TEST(Page, hashed_names_are_kept_for_ever_and_others_are_asked_for_again) {
  int hashed = 0;
  for (const auto& asset : all_assets()) {
    EXPECT_EQ(asset.immutable, asset.path.starts_with("/assets/")) << asset.path;
    EXPECT_EQ(cache_control(asset), asset.immutable ? cache_for_ever : cache_with_check);
    hashed += asset.immutable;
  }
  EXPECT_GE(hashed, 2);
}

TEST(Page, each_encoding_has_its_own_strong_tag) {
  std::map<std::string_view, BytesView> tagged;
  for (const auto& asset : all_assets()) {
    ASSERT_GE(asset.gzip.size(), 18u) << asset.path;
    EXPECT_EQ(asset.gzip.substr(0, 3), std::string_view("\x1f\x8b\x08", 3)) << asset.path;
    for (const auto& [tag, bytes] :
         {std::pair{asset.etag, asset.plain}, std::pair{asset.gzip_etag, asset.gzip}}) {
      EXPECT_TRUE(tag.starts_with('"') && tag.ends_with('"') && tag.size() > 2) << tag;
      EXPECT_EQ(tagged.emplace(tag, bytes).first->second, bytes) << "one tag for different bytes: " << tag;
    }
  }
}

TEST(Page, loads_at_first_within_250_kib_gzipped) {
  const std::string_view html = find_asset("/")->plain;
  std::size_t total = 0;
  for (const auto& asset : all_assets())
    if (html.find(asset.path) != html.npos || asset.path == "/index.html") total += asset.gzip.size();
  EXPECT_LE(total, 250u * 1000u);
}

}  // namespace
}  // namespace weir::page
