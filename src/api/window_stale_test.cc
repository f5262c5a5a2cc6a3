// What a change of a window makes worth deciding again: what it selects, as it is and as it was, and nothing else.
#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "store/sql.h"
#include "support/api_fixture.h"

namespace weir::api {
namespace {

class WindowStale : public testing::Test {
 protected:
  WindowStale() {
    for (const char* name : {"prod", "test"})
      EXPECT_EQ(api_.put(fmt::format("environments/{}", name), R"({"kind":"host"})").status, 201);
    for (const char* flow : {"shop", "bank"}) {
      EXPECT_EQ(api_.put(fmt::format("flows/{}", flow)).status, 201);
      EXPECT_EQ(api_.put(fmt::format("flows/{}/trails/t", flow), R"({"commit":"c"})").status, 201);
      EXPECT_EQ(api_.post("artifacts", fmt::format(R"({{"flow":"{}","trail":"t","name":"{}","digest":"{}"}})",
                                                   flow, flow, digest(flow)))
                    .status,
                201);
    }
    ask_all();
    EXPECT_EQ(stale(), "");
  }

  static std::string digest(std::string_view flow) { return to_string(crypto::sha256(flow)); }
  void ask_all() {
    for (const char* place : {"prod", "test"})
      for (const char* flow : {"shop", "bank"})
        EXPECT_EQ(api_.get(fmt::format("gate?environment={}&artifact={}", place, digest(flow))).status, 200);
  }
  // "bank in prod, shop in prod", of the decisions that have to be made again.
  std::string stale() {
    const auto rows = store::query(
        *api_.ledger().reader(),
        "SELECT a.flow, w.environment FROM decision_watch w JOIN artifact a ON a.digest=w.artifact WHERE "
        "w.checked<w.cause ORDER BY w.environment, a.flow",
        [](const store::Row& row) { return fmt::format("{} in {}", row.string(0), row.string(1)); });
    return fmt::format("{}", fmt::join(rows.value(), ", "));
  }
  // Shut from tomorrow on, for what it selects.
  void shut(std::string_view selector) {
    const auto answer = api_.put(
        "windows/w",
        fmt::format(R"({{"kind":"deny","from":"2030-01-01T00:00:00Z","until":"2030-01-02T00:00:00Z",)"
                    R"("selector":{}}})",
                    selector));
    EXPECT_EQ(answer.status, 201) << answer.response.body;
  }

  test::ApiFixture api_;
};

}  // namespace

TEST_F(WindowStale, is_what_the_window_selects) {
  shut(R"({"environments":["prod"],"flows":["sh*"]})");
  EXPECT_EQ(stale(), "shop in prod");
}

TEST_F(WindowStale, is_also_what_it_selected_before) {
  shut(R"({"environments":["prod"]})");
  EXPECT_EQ(stale(), "bank in prod, shop in prod");
  ask_all();
  shut(R"({"environments":["test"],"flows":["bank"]})");
  EXPECT_EQ(stale(), "bank in prod, shop in prod, bank in test");
  ask_all();
  EXPECT_EQ(api_.call("DELETE", "windows/w").status, 201);
  EXPECT_EQ(stale(), "bank in test");
}

TEST_F(WindowStale, is_nothing_of_another_class_of_change) {
  shut(R"({"classes":["emergency"]})");
  EXPECT_EQ(stale(), "");
}

}  // namespace weir::api
