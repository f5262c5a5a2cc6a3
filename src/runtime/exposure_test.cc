// From where something can be reached, by what was seen of it.
#include "runtime/exposure.h"

#include <gtest/gtest.h>

namespace weir::runtime {
namespace {

using Endpoints = std::optional<std::vector<std::string>>;

struct Case {
  std::optional<Network> network;
  Endpoints listens, published;
  Reach reach;
  std::string_view words;
};

const Endpoints unknown, nothing = std::vector<std::string>{};
Endpoints on(std::string endpoint) { return std::vector<std::string>{std::move(endpoint)}; }

}  // namespace

TEST(Exposure, its_reach_is_what_is_known_of_it) {
  const Case cases[] = {
      {std::nullopt, on("tcp 0.0.0.0:80"), unknown, Reach::unknown, "its exposure isn't known"},
      {Network::none, on("tcp 0.0.0.0:80"), unknown, Reach::none, "has no network"},
      {Network::host, unknown, unknown, Reach::unknown,
       "stands in the host's network; what it listens on isn't known"},
      {Network::host, nothing, unknown, Reach::none, "listens on nothing in the host's network"},
      {Network::host, on("tcp 127.0.0.1:80"), unknown, Reach::loopback,
       "listens on tcp 127.0.0.1:80 in the host's network"},
      {Network::host, on("tcp [::1]:80"), unknown, Reach::loopback, "listens on tcp [::1]:80 in the host's network"},
      {Network::host, on("tcp [::]:80"), unknown, Reach::network, "listens on tcp [::]:80 in the host's network"},
      {Network::host, on("udp 10.0.0.3:53"), unknown, Reach::network,
       "listens on udp 10.0.0.3:53 in the host's network"},
      {Network::own, on("tcp 0.0.0.0:80"), on("tcp 0.0.0.0:8080->80"), Reach::network,
       "published on tcp 0.0.0.0:8080->80"},
      {Network::own, unknown, on("tcp 0.0.0.0:8080->80"), Reach::network, "published on tcp 0.0.0.0:8080->80"},
      {Network::own, on("tcp 0.0.0.0:80"), on("tcp 127.0.0.1:8080->80"), Reach::internal,
       "published on tcp 127.0.0.1:8080->80"},
      {Network::own, on("tcp 0.0.0.0:80"), nothing, Reach::internal,
       "listens on tcp 0.0.0.0:80 in a network of its own; nothing of it is published"},
      {Network::own, on("tcp 127.0.0.1:80"), nothing, Reach::loopback,
       "listens on tcp 127.0.0.1:80 in a network of its own; nothing of it is published"},
      {Network::own, nothing, nothing, Reach::none, "listens on nothing in a network of its own"},
      {Network::own, on("tcp 0.0.0.0:80"), unknown, Reach::unknown,
       "listens on tcp 0.0.0.0:80 in a network of its own; what leads there isn't known"},
      {Network::own, nothing, unknown, Reach::none, "listens on nothing in a network of its own"},
      {Network::own, unknown, unknown, Reach::unknown,
       "stands in a network of its own; what it listens on isn't known"},
  };
  for (const Case& each : cases) {
    const Exposure exposure{.instance = "i",
                            .network = each.network,
                            .listens = each.listens,
                            .published = each.published};
    EXPECT_EQ(reach_of(exposure), each.reach) << each.words;
    EXPECT_EQ(in_words(exposure), each.words);
  }
}

TEST(Exposure, of_many_endpoints_those_that_reach_farthest_stay) {
  std::vector<std::string> endpoints{"tcp 0.0.0.0:9", "tcp 0.0.0.0:9"};
  for (std::size_t i = 0; i < endpoints_max + 4; ++i) endpoints.push_back("tcp 127.0.0.1:" + std::to_string(1000 + i));
  std::int64_t more = 0;
  settle(endpoints, more);
  ASSERT_EQ(endpoints.size(), endpoints_max);
  EXPECT_EQ(endpoints.front(), "tcp 0.0.0.0:9");
  EXPECT_EQ(more, 5);
  const Exposure exposure{.instance = "i", .network = Network::host, .listens = endpoints, .more = more};
  EXPECT_EQ(reach_of(exposure), Reach::network);
  EXPECT_EQ(in_words(exposure), "listens on tcp 0.0.0.0:9, tcp 127.0.0.1:1000 and 35 more in the host's network");
}

TEST(Exposure, what_cannot_be_read_is_no_loopback) {
  EXPECT_FALSE(is_loopback(""));
  EXPECT_FALSE(is_loopback("tcp"));
  EXPECT_FALSE(is_loopback("tcp 1127.0.0.1:80"));
  EXPECT_TRUE(is_loopback("tcp [::ffff:127.0.0.1]:80"));
}

TEST(Exposure, bounds_are_checked_before_anything_is_kept) {
  EXPECT_TRUE(check({}).ok());
  const auto refused = [](Exposure exposure) { return !check(std::array{std::move(exposure)}).ok(); };
  EXPECT_FALSE(refused({.instance = "i", .listens = nothing}));
  EXPECT_TRUE(refused({.instance = ""}));
  EXPECT_TRUE(refused({.instance = "i", .listens = on("")}));
  EXPECT_TRUE(refused({.instance = "i", .published = on(std::string(129, 'x'))}));
  EXPECT_TRUE(refused({.instance = "i", .listens = std::vector<std::string>(endpoints_max + 1, "tcp 1.1.1.1:1")}));
  EXPECT_TRUE(refused({.instance = "i", .more = -1}));
}

}  // namespace weir::runtime
