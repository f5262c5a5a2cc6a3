#include "cli/options.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "cli/command.h"
#include "cli/config_file.h"
#include "cli/session_test_support.h"

namespace weir::cli {
namespace {

constexpr std::string_view me = R"({"name":"ada","kind":"person","roles":["admin"],"organization":"default",
  "scopes":{"flows":[],"environments":[]},"server":{"version":"1","time":"2026-11-22T20:00:00.000000Z",
  "url":"http://x"}})";

// A file with this content for the duration of a test.
class WrittenFile {
 public:
  explicit WrittenFile(std::string_view content) {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-cli-XXXXXX").string();
    const int file = ::mkstemp(pattern.data());
    path_ = pattern;
    std::ofstream(path_) << content;
    ::close(file);
  }
  ~WrittenFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

TEST(Options, flag_wins_over_variable_over_file_over_default) {
  const WrittenFile file("listen: 127.0.0.1:3\n");
  std::string listen;
  CommandLine line;
  line.hooks.serve = [&](Session&, const ServeOptions& given) -> Result<Exit> {
    listen = given.listen;
    return Exit::yes;
  };
  EXPECT_EQ(line.run({"serve"}).exit, 0);
  EXPECT_EQ(listen, "127.0.0.1:8700");
  EXPECT_EQ(line.run({"serve", "--config", file.path()}).exit, 0);
  EXPECT_EQ(listen, "127.0.0.1:3");
  line.variables = {{"WEIR_LISTEN", "127.0.0.1:2"}, {"WEIR_CONFIG", file.path()}};
  EXPECT_EQ(line.run({"serve"}).exit, 0);
  EXPECT_EQ(listen, "127.0.0.1:2");
  EXPECT_EQ(line.run({"serve", "--listen=127.0.0.1:1"}).exit, 0);
  EXPECT_EQ(listen, "127.0.0.1:1");
}

TEST(Options, every_option_of_every_command_can_come_from_a_variable) {
  for (const Command& command : commands()) {
    Options options;
    Globals globals;
    const Action action = command.make(options);
    declare_globals(options, globals, command.reach);
    ASSERT_TRUE(options.tokenise({}).ok());
    std::set<std::string> asked;
    const std::array sources{Source([&](const OptionRow& row) -> std::optional<std::vector<std::string>> {
      asked.insert(variable_of(row.name));
      if (!row.choices.empty()) return std::vector{std::string(row.choices.front())};
      return std::nullopt;
    })};
    const Status resolved = options.resolve(sources);
    if (!resolved.ok())
      continue;  // an argument or a required option was missing: the order is that of declaration
    for (const Options::Entry& entry : options.entries())
      EXPECT_EQ(asked.contains(variable_of(entry.row.name)), entry.form != Form::argument)
          << command.path << entry.row.name;
  }
}

TEST(Options, the_nearest_section_of_the_file_wins) {
  const ConfigFile file =
      ConfigFile::parse(
          "kind: host\nenv:\n  kind: docker\n  create:\n    kind: logical\nenv show:\n  output: json\n")
          .value();
  EXPECT_EQ(file.find("env create", "kind"), std::vector<std::string>{"logical"});
  EXPECT_EQ(file.find("env list", "kind"), std::vector<std::string>{"docker"});
  EXPECT_EQ(file.find("approve", "kind"), std::vector<std::string>{"host"});
  EXPECT_EQ(file.find("env show", "output"), std::vector<std::string>{"json"});
  EXPECT_EQ(file.find("env show", "token"), std::nullopt);
}

TEST(Options, what_may_be_given_again_may_stand_in_the_file_in_the_plural_and_with_parts_of_its_own) {
  const WrittenFile config("agent:\n  server: http://127.0.0.1:1\n  environment: host\n  path: /etc/one\n"
                           "  paths:\n    - /etc/two\n    - {path: /srv, exclude: [\"*.log\"]}\n");
  std::vector<std::string> paths;
  CommandLine line{.hooks = {.agent = [&](Session&, const AgentOptions& options) -> Result<Exit> {
                     paths = options.paths;
                     return Exit::yes;
                   }}};
  const Finished done = line.run({"agent", "--config", config.path()});
  EXPECT_EQ(done.exit, 0) << done.err;
  EXPECT_EQ(paths, (std::vector<std::string>{"/etc/one", "/etc/two", R"({"path":"/srv","exclude":["*.log"]})"}));
  const WrittenFile single("agent:\n  servers: [http://127.0.0.1:1]\n");
  EXPECT_NE(line.run({"agent", "--config", single.path()}).err.find("'servers' is no option of 'agent'"),
            std::string::npos);
}

TEST(Options, a_key_of_the_file_that_is_no_option_is_refused) {
  const WrittenFile global("urll: http://x\n"), local("env create:\n  within: 2s\n"), broken("a: [\n");
  EXPECT_NE(CommandLine()
                .run({"version", "--config", global.path()})
                .err.find("'urll' is no option of any command"),
            std::string::npos);
  EXPECT_NE(CommandLine()
                .run({"version", "--config", local.path()})
                .err.find("'within' is no option of 'env create'"),
            std::string::npos);
  EXPECT_EQ(CommandLine().run({"version", "--config", broken.path()}).exit, 2);
  EXPECT_EQ(CommandLine().run({"version", "--config", "/nonexistent"}).exit, 2);
}

TEST(Options, global_ones_may_stand_before_the_command) {
  CannedServer server;
  server.on("GET me", 200, std::string(me));
  EXPECT_EQ(CommandLine().run({"--url", server.url(), "--output", "json", "whoami"}).exit, 0);
  EXPECT_EQ(CommandLine().run({"--url=" + server.url(), "whoami", "-o", "json"}).exit, 0);
}

TEST(Options, an_option_of_the_command_hides_the_global_one_of_the_same_name) {
  CannedServer server;
  server.on("PUT channels/c", 201, R"({"channel":{"name":"c"},"secret":"whsec_x","receipt":{}})");
  CommandLine line{.variables = {{"WEIR_URL", server.url()}}};
  const Finished done = line.run({"channel", "add", "c", "--url", "https://example.org/hook"});
  EXPECT_EQ(done.exit, 0) << done.err;
  EXPECT_NE(done.out.find("whsec_x"), std::string::npos);
  ASSERT_EQ(server.asked("channels/c").size(), 1u);
  EXPECT_EQ(server.asked("channels/c")[0].body, R"({"url":"https://example.org/hook","kind":"webhook"})");
  EXPECT_NE(line.run({"channel", "add", "c"}).err.find("--url is missing"), std::string::npos);
  EXPECT_EQ(CommandLine()
                .run({"--url", server.url(), "channel", "add", "c", "--url", "https://example.org/hook"})
                .exit,
            0);
}

TEST(Options, one_named_like_a_global_one_comes_from_outside_by_the_name_of_its_command_too) {
  CannedServer server;
  server.on("PUT channels/c", 201, R"({"channel":{"name":"c"},"secret":"whsec_x","receipt":{}})");
  const std::string told = R"({"url":"https://example.org/hook","kind":"webhook"})";
  CommandLine variables{
      .variables = {{"WEIR_URL", server.url()}, {"WEIR_CHANNEL_ADD_URL", "https://example.org/hook"}}};
  EXPECT_EQ(variables.run({"channel", "add", "c"}).exit, 0);
  const WrittenFile config("url: " + server.url() +
                           "\nchannel:\n  add:\n    url: https://example.org/hook\n");
  const Finished done = CommandLine().run({"channel", "add", "c", "--config", config.path()});
  EXPECT_EQ(done.exit, 0) << done.err;
  ASSERT_EQ(server.asked("channels/c").size(), 2u);
  for (const auto& asked : server.asked("channels/c")) EXPECT_EQ(asked.body, told);
}

TEST(Options, errors_are_json_where_a_command_has_an_output_of_its_own) {
  CannedServer server;
  CommandLine line{.variables = {{"WEIR_URL", server.url()}}};
  const Finished told = line.run({"campaign", "export", "1", "--output", "json"});
  EXPECT_EQ(told.exit, 1);
  EXPECT_EQ(told.err.find(R"({"error":{"code":"not_found")"), 0u) << told.err;
  EXPECT_EQ(line.run({"campaign", "export", "1"}).err.find("weir: "), 0u);
}

TEST(Options, values_of_the_wrong_kind_name_the_option) {
  CommandLine line{.variables = {{"WEIR_URL", "http://127.0.0.1:1"}}};
  const std::string digest(64, 'a');
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"deploy", digest, "--environment", "e", "--within", "2x"},
        {"deploy", digest, "--environment", "e", "--at-least", "two"},
        {"approvals", "--limit", "0"},
        {"alerts", "--output", "xml"},
        {"approve", digest, "--environment", "e", "--until", "tomorrow"},
        {"approve", digest, "--environment", "e", "--environment", "f"},
        {"env", "show", "e@yesterday"},
        {"env", "show", "e#x"}}) {
    const Finished done = line.run(words);
    EXPECT_EQ(done.exit, 2) << words.back() << done.err;
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
  }
}

TEST(Options, several_values_come_after_one_another_or_by_commas) {
  Options options;
  std::vector<std::string> roles, ids;
  options.argument({.name = "ID", .help = "ids", .many = Many::row}, &ids);
  options.option({.name = "role", .value = "ROLE", .help = "roles", .many = Many::each}, &roles);
  const std::vector<std::string> words{"--role", "a", "x", "y", "--role", "b"};
  ASSERT_TRUE(options.tokenise(words).ok());
  ASSERT_TRUE(options.resolve({}).ok());
  EXPECT_EQ(roles, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(ids, (std::vector<std::string>{"x", "y"}));
}

}  // namespace weir::cli
