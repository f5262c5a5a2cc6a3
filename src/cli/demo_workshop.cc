#include "cli/demo_workshop.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>

#include "cli/child.h"
#include "cli/exchange.h"
#include "crypto/random.h"
#include "format/json.h"

namespace weir::cli {
namespace {

using format::Json;

struct SourceFile {
  std::string_view name, text;
};

constexpr std::array sources{
    SourceFile{"greeting.h", R"(#include <stddef.h>
void greeting(char *out, size_t size, const char *name);
)"},
    SourceFile{"greeting.c", R"(#include "greeting.h"

#include <stdio.h>

void greeting(char *out, size_t size, const char *name) {
  snprintf(out, size, "Hello, %s.", name[0] ? name : "lake");
}
)"},
    SourceFile{"greeter.c", R"(#include <stdio.h>
#include <unistd.h>

#include "greeting.h"

int main(int argc, char **argv) {
  char text[80];
  greeting(text, sizeof text, argc > 1 ? argv[1] : "");
  printf("%s build %s\n", text, BUILD);
  fflush(stdout);
  sleep(600);
  return 0;
}
)"},
    SourceFile{"greeting_test.c", R"(#include <stdio.h>
#include <string.h>

#include "greeting.h"

static const struct { const char *test, *name, *wanted; size_t size; } cases[] = {
    {"greets by name", "weir", "Hello, weir.", 80},
    {"greets the lake when nobody is named", "", "Hello, lake.", 80},
    {"never writes beyond its buffer", "somebody with a long name", "Hello", 6},
};

int main(void) {
  FILE *out = fopen("junit.xml", "w");
  int failed = 0;
  if (!out) return 2;
  fprintf(out, "<testsuite name=\"greeting %s\">\n", BUILD);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    char text[80];
    greeting(text, cases[i].size, cases[i].name);
    fprintf(out, "<testcase name=\"%s\">", cases[i].test);
    if (strcmp(text, cases[i].wanted)) {
      fprintf(out, "<failure message=\"got: %s\"/>", text);
      ++failed;
    }
    fprintf(out, "</testcase>\n");
  }
  fprintf(out, "</testsuite>\n");
  fclose(out);
  return failed != 0;
}
)"}};

Status write_file(const std::string& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary);
  out << text << std::flush;
  if (!out) return internal(fmt::format("{}: cannot be written", path));
  return {};
}

Result<std::string> compile(const Workshop& shop, const std::string& main_source, const std::string& output,
                            const std::string& build) {
  TRY(output_of({"cc", "-O2", "-static", "-s", fmt::format("-DBUILD=\"{}\"", build), "-o", output,
                 main_source, "greeting.c"},
                shop.directory));
  return shop.directory + "/" + output;
}

Result<std::string> commit_sources(const std::string& directory) {
  for (const SourceFile& source : sources)
    TRY(write_file(fmt::format("{}/{}", directory, source.name), source.text));
  const std::vector<std::string> git{"git",
                                     "-c",
                                     "user.name=Weir demo",
                                     "-c",
                                     "user.email=demo@weir.invalid",
                                     "-c",
                                     "init.defaultBranch=main",
                                     "-c",
                                     "commit.gpgsign=false"};
  const auto with = [&git](std::initializer_list<std::string> words) {
    std::vector<std::string> all = git;
    all.insert(all.end(), words);
    return all;
  };
  TRY(output_of(with({"init", "--quiet"}), directory));
  TRY(output_of(with({"add", "."}), directory));
  TRY(output_of(with({"commit", "--quiet", "-m", "Greet politely"}), directory));
  return output_of(with({"rev-parse", "HEAD"}), directory);
}

Json component(std::string_view type, std::string_view name, std::string_view version,
               std::string_view purl) {
  return Json::object({{"type", type}, {"name", name}, {"version", version}, {"purl", purl}});
}

}  // namespace

Status check_tools() {
  std::string missing;
  if (!is_on_path("git")) missing += " git";
  if (!is_on_path("cc")) missing += " gcc libc6-dev";
  if (missing.empty()) return {};
  return invalid("the demo builds a real program and lacks what it needs: apt-get install" + missing);
}

Result<Workshop> build_workshop(const std::string& parent) {
  Workshop shop;
  shop.directory = parent + "/weir-demo-XXXXXX";
  if (::mkdtemp(shop.directory.data()) == nullptr)
    return internal(fmt::format("{}: {}", parent, std::strerror(errno)));  // NOLINT(concurrency-mt-unsafe)
  shop.word = crypto::random_hex(4);
  shop.commit = TRY(commit_sources(shop.directory));
  const std::string build = fmt::format("{}-{}", shop.commit.substr(0, 12), shop.word);
  shop.program = TRY(compile(shop, "greeter.c", "greeter", build));
  shop.tests = TRY(compile(shop, "greeting_test.c", "greeting_test", build));
  return shop;
}

Result<std::string> run_tests(const Workshop& workshop) {
  TRY(output_of({workshop.tests}, workshop.directory));
  return read_file(workshop.directory + "/junit.xml", 64 * 1024);
}

Result<std::string> bill_of_materials(const Workshop& workshop) {
  Json::Array parts{
      component("library", "greeting", workshop.commit, "pkg:generic/greeting@" + workshop.commit)};
  if (is_on_path("dpkg-query")) {
    const auto library = output_of({"dpkg-query", "-W", "-f", "${Version}", "libc6-dev"}, workshop.directory);
    if (library)
      parts.push_back(component("library", "glibc", *library, "pkg:deb/debian/libc6-dev@" + *library));
  }
  const std::string compiler = TRY(output_of({"cc", "-dumpfullversion"}, workshop.directory));
  const Json tool = Json::object({{"type", "application"}, {"name", "cc"}, {"version", compiler}});
  const Json tools = Json::object({{"components", Json::Array{tool}}});
  return dump_pretty(Json::object({{"bomFormat", "CycloneDX"},
                                   {"specVersion", "1.5"},
                                   {"version", 1},
                                   {"metadata", Json::object({{"tools", tools}})},
                                   {"components", parts}}));
}

Result<std::string> build_unreviewed(const Workshop& workshop) {
  return compile(workshop, "greeter.c", "backdoor", "around-the-pipeline-" + workshop.word);
}

Result<std::string> pack_root(const Workshop& workshop) {
  TRY(output_of({"tar", "-cf", "root.tar", "greeter"}, workshop.directory));
  return workshop.directory + "/root.tar";
}

}  // namespace weir::cli
