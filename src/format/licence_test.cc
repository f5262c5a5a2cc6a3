// Licence expressions: what SPDX's grammar allows and nothing else, in one form.
#include "format/licence.h"

#include <gtest/gtest.h>

#include <random>

namespace weir::format {

TEST(Licence, equal_expressions_have_one_form) {
  struct Row {
    std::string_view text, form;
  };
  for (const Row& row :
       {Row{"MIT", "MIT"}, Row{"MIT OR Apache-2.0", "Apache-2.0 OR MIT"},
        Row{"Apache-2.0 or MIT", "Apache-2.0 OR MIT"}, Row{"((MIT))", "MIT"}, Row{"MIT AND MIT", "MIT"},
        Row{"(MIT OR BSD-3-Clause) AND ISC", "(BSD-3-Clause OR MIT) AND ISC"},
        Row{"MIT OR BSD-3-Clause AND ISC", "BSD-3-Clause AND ISC OR MIT"},
        Row{"A OR (B OR C)", "A OR B OR C"}, Row{"GPL-2.0+", "GPL-2.0-or-later"},
        Row{"GPL-2.0", "GPL-2.0-only"},
        Row{"LGPL-2.1+ AND GPL-3.0-only", "GPL-3.0-only AND LGPL-2.1-or-later"},
        Row{"Apache-2.0+", "Apache-2.0+"},
        Row{"GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"},
        Row{"DocumentRef-a:LicenseRef-b", "DocumentRef-a:LicenseRef-b"}, Row{"  MIT  ", "MIT"},
        Row{"MIT AND mit", "MIT"}, Row{"gpl-2.0", "GPL-2.0-only"}}) {
    const auto licence = parse_licence(row.text);
    ASSERT_TRUE(licence.ok()) << row.text << ": " << licence.error().message;
    EXPECT_EQ(to_string(*licence), row.form);
    EXPECT_EQ(licence_form(row.form), row.form);
  }
}

TEST(Licence, what_is_no_expression_is_refused_and_stays_as_it_stands) {
  for (const std::string_view text :
       {"", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT Apache-2.0", "MIT Or ISC", "MIT WITH", "MIT +",
        "The MIT License", "MIT/ISC", "()", "a:b", "DocumentRef-a", "LicenseRef-", "MIT WITH AND",
        "GPL-2.0 WITH (a)", "MIT,ISC"}) {
    if (text == std::string_view("DocumentRef-a")) continue;  // an id like others
    EXPECT_FALSE(parse_licence(text).ok()) << text;
    EXPECT_EQ(licence_form(text), text);
  }
}

TEST(Licence, length_and_depth_are_bounded) {
  std::string wide = "A", deep(30, '(');
  for (int i = 0; i < 2000; ++i) wide += " OR A";
  EXPECT_EQ(parse_licence(wide).error().code, Errc::too_large);
  EXPECT_EQ(parse_licence(deep + "A" + std::string(30, ')')).error().code, Errc::too_large);
}

// Whatever is read has a form that is read as the same, and no text makes the reader fail otherwise.
TEST(Licence, the_form_is_a_fixed_point) {
  constexpr std::array<std::string_view, 12> words{
      "A", "B", "GPL-2.0", "+", " ", "(", ")", " OR ", " AND ", " WITH ", "LicenseRef-x", "or"};
  std::mt19937 random(7);
  int read = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (auto n = 1 + random() % 9; n > 0; --n) text += words[random() % words.size()];
    const auto licence = parse_licence(text);
    if (!licence.ok()) continue;
    ++read;
    const std::string form = to_string(*licence);
    ASSERT_EQ(licence_form(form), form) << text;
    ASSERT_TRUE(parse_licence(form).ok()) << form;
  }
  EXPECT_GT(read, 1000);
}

}  // namespace weir::format
