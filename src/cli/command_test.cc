#include "cli/command.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "cli/help.h"
#include "cli/session_test_support.h"

namespace weir::cli {

TEST(Commands, every_one_has_a_name_of_its_own_and_a_summary) {
  std::set<std::string_view> paths;
  for (const Command& command : commands()) {
    EXPECT_TRUE(paths.insert(command.path).second) << command.path;
    EXPECT_GE(command.summary.size(), 10u) << command.path;
    EXPECT_FALSE(command.summary.ends_with('.')) << command.path;
  }
}

TEST(Commands, no_command_declares_an_option_twice_or_without_help) {
  for (const Command& command : commands()) {
    Options options;
    Globals globals;
    const Action action = command.make(options);
    declare_globals(options, globals, command.reach);
    std::set<std::string> names;
    for (const Options::Entry& entry : options.entries()) {
      if (entry.form == Form::shadowed) continue;
      EXPECT_TRUE(names.insert(std::string(entry.row.name)).second) << command.path << " " << entry.row.name;
      EXPECT_FALSE(entry.row.help.empty()) << command.path << " " << entry.row.name;
    }
  }
}

TEST(Commands, help_of_each_names_it_and_all_its_options) {
  for (const Command& command : commands()) {
    std::vector<std::string> words;
    std::istringstream split{std::string(command.path)};
    for (std::string word; split >> word;) words.push_back(word);
    words.push_back("--help");
    const Finished done = CommandLine().run(words);
    EXPECT_EQ(done.exit, 0) << command.path;
    EXPECT_NE(done.out.find("Usage: weir " + std::string(command.path)), std::string::npos) << done.out;
    Options options;
    command.make(options);
    for (const Options::Entry& entry : options.entries())
      EXPECT_NE(done.out.find(std::string(entry.row.name)), std::string::npos)
          << command.path << " " << entry.row.name;
  }
}

TEST(Commands, the_overview_lists_each_that_is_not_hidden) {
  const Finished done = CommandLine().run({"--help"});
  EXPECT_EQ(done.exit, 0);
  for (const std::string& path : spelled_commands())
    EXPECT_NE(done.out.find("  " + path + " "), std::string::npos) << path;
  EXPECT_EQ(done.out.find("docs-cli"), std::string::npos);
}

TEST(Commands, a_family_alone_lists_its_commands) {
  EXPECT_EQ(CommandLine().run({"env"}).exit, 2);
  const Finished done = CommandLine().run({"env", "--help"});
  EXPECT_EQ(done.exit, 0);
  EXPECT_NE(done.out.find("env scope add"), std::string::npos);
  EXPECT_EQ(done.out.find("approve"), std::string::npos);
}

TEST(Commands, an_unknown_one_is_a_usage_error_with_a_suggestion) {
  const Finished done = CommandLine().run({"aprove", "x"});
  EXPECT_EQ(done.exit, 2);
  EXPECT_EQ(done.err.find("weir: 'aprove"), 0u) << done.err;
  EXPECT_EQ(CommandLine().run({}).exit, 2);
  EXPECT_NE(CommandLine().run({"aprove"}).err.find("did you mean 'approve'?"), std::string::npos);
}

TEST(Commands, an_unknown_option_and_a_missing_one_are_usage_errors) {
  const Finished unknown = CommandLine().run({"env", "create", "e", "--kindd", "host"});
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_NE(unknown.err.find("did you mean '--kind'?"), std::string::npos) << unknown.err;
  const Finished missing = CommandLine().run({"env", "create", "e"});
  EXPECT_EQ(missing.exit, 2);
  EXPECT_NE(missing.err.find("--kind is missing"), std::string::npos) << missing.err;
  EXPECT_NE(CommandLine().run({"env", "create", "--kind", "host"}).err.find("ENV is missing"),
            std::string::npos);
  EXPECT_NE(CommandLine()
                .run({"env", "create", "e", "f", "--kind", "host"})
                .err.find("'f' is one argument too many"),
            std::string::npos);
  EXPECT_NE(CommandLine().run({"env", "create", "e", "--kind", "moon"}).err.find("one of host, docker"),
            std::string::npos);
}

TEST(Commands, without_a_server_the_remedy_is_named) {
  const Finished done = CommandLine().run({"env", "list"});
  EXPECT_EQ(done.exit, 2);
  EXPECT_NE(done.err.find("--url"), std::string::npos) << done.err;
}

TEST(Commands, a_command_without_its_hook_says_so) {
  const Finished done = CommandLine().run({"serve"});
  EXPECT_EQ(done.exit, 5);
  EXPECT_NE(done.err.find("built without 'serve'"), std::string::npos) << done.err;
}

TEST(Commands, hooks_get_their_options) {
  CommandLine line;
  ServeOptions seen;
  line.hooks.serve = [&](Session&, const ServeOptions& given) -> Result<Exit> {
    seen = given;
    return Exit::yes;
  };
  EXPECT_EQ(line.run({"serve", "--listen", "127.0.0.1:1", "--data", "d"}).exit, 0);
  EXPECT_EQ(seen.listen, "127.0.0.1:1");
  EXPECT_EQ(seen.data, "d");
  EXPECT_EQ(line.run({"serve", "--tls-cert", "c"}).exit, 2);
}

TEST(Completion, each_shell_gets_every_command_and_its_options) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Finished done = CommandLine().run({"completion", shell});
    EXPECT_EQ(done.exit, 0) << shell;
    EXPECT_NE(done.out.find("join-token"), std::string::npos) << shell;
    EXPECT_NE(done.out.find("tls-cert"), std::string::npos) << shell;
  }
  EXPECT_EQ(CommandLine().run({"completion", "tcsh"}).exit, 2);
}

TEST(Documents, the_reference_page_is_what_the_table_makes) {
  if (std::getenv("WEIR_GOLDEN_UPDATE") != nullptr) std::ofstream("docs/cli.md") << reference_page();
  std::ifstream in("docs/cli.md");
  const std::string written{std::istreambuf_iterator<char>(in), {}};
  EXPECT_TRUE(written == reference_page())
      << "docs/cli.md is not what the table makes; write it anew: weir docs-cli > docs/cli.md";
}

}  // namespace weir::cli
