#include "cli/output.h"

#include <gtest/gtest.h>

namespace weir::cli {
namespace {

using format::Json;

std::string shown(const std::string& text) { return cell({"NAME", "name"}, Json::object({{"name", text}})); }

TEST(Cell, of_a_long_path_keeps_the_end_where_paths_differ) {
  const std::string text = shown("/srv/" + std::string(90, 'a') + "/bin/app");
  EXPECT_TRUE(text.starts_with("…") && text.ends_with("/bin/app")) << text;
  EXPECT_EQ(width_of(text), 72u);
}

TEST(Cell, of_a_sentence_keeps_the_beginning) {
  const std::string sentence =
      "its program is no file, so there is nothing to approve; a rule that ends can exclude it";
  EXPECT_EQ(shown(sentence), sentence);
  const std::string text = shown(sentence + std::string(60, '!'));
  EXPECT_TRUE(text.starts_with("its program is") && text.ends_with("!…")) << text;
  EXPECT_EQ(width_of(text), 120u);
}

}  // namespace
}  // namespace weir::cli
