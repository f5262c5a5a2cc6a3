#include "agent/processes/interpreters.h"

#include <gtest/gtest.h>

#include <span>
#include <sstream>
#include <vector>

namespace weir::agent {
namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), {}};
}

constexpr auto itself = ProgramKind::itself, file = ProgramKind::file, module = ProgramKind::module,
               unseen = ProgramKind::unseen;

struct Row {
  const char *executable, *arguments;
  ProgramKind kind;
  const char* path;
};

void expect_told(std::span<const Row> rows) {
  for (const Row& row : rows) {
    const Program program = program_of(row.executable, words_of(row.arguments));
    EXPECT_EQ(program.kind, row.kind) << row.executable << ' ' << row.arguments;
    EXPECT_EQ(program.path, row.path) << row.executable << ' ' << row.arguments;
  }
}

TEST(Interpreters, arguments_tell_what_runs) {
  const Row rows[] = {
      {"/usr/bin/dash", "sh x.sh -c y", file, "x.sh"},
      {"/usr/bin/bash", "bash -c true", unseen, "-c"},
      {"/usr/bin/bash", "bash -ec true", unseen, "-ec"},
      {"/usr/bin/bash", "bash -eo pipefail x.sh", file, "x.sh"},
      {"/usr/bin/bash", "bash -o pipefail -c true", unseen, "-c"},
      {"/usr/bin/bash", "bash +x x.sh", file, "x.sh"},
      {"/usr/bin/bash", "bash --rcfile r x.sh", file, "x.sh"},
      {"/usr/bin/bash", "-bash", unseen, "stdin"},
      {"/usr/bin/bash", "bash -s a", unseen, "-s"},
      {"/usr/bin/bash", "bash - x.sh", file, "x.sh"},
      {"/usr/bin/bash", "bash -- -x.sh", file, "-x.sh"},
      {"/usr/bin/bash", "bash --", unseen, "stdin"},
      {"/usr/bin/bash", "bash --version", itself, ""},
      {"/usr/bin/bash", "", unseen, "stdin"},
      {"/usr/bin/python3.11", "python3 -W ignore x.py -c", file, "x.py"},
      {"/usr/bin/python3.11", "python3 -Ic pass", unseen, "-Ic"},
      {"/usr/bin/python3.11", "python3 -m http.server", module, "http.server"},
      {"/usr/bin/python3.11", "python3 -mvenv", module, "venv"},
      {"/usr/bin/python3.11", "python3 -", unseen, "stdin"},
      {"/usr/bin/python3.11", "python3 -V", itself, ""},
      {"/usr/bin/python3.11", "python3 -VV", itself, ""},
      {"/usr/bin/perl", "perl -Mre=debug x.pl", file, "x.pl"},
      {"/usr/bin/perl", "perl -ne print", unseen, "-ne"},
      {"/usr/bin/perl", "perl -pie x", file, "x"},
      {"/usr/bin/perl", "perl -I lib -w x.pl", file, "x.pl"},
      {"/usr/bin/perl", "perl -lne print", unseen, "-lne"},
      {"/usr/bin/perl", "perl -l012we print", unseen, "-l012we"},
      {"/usr/bin/perl", "perl -0pe s/a/b/ x", unseen, "-0pe"},
      {"/usr/bin/perl", "perl -de0", unseen, "-de"},
      {"/usr/bin/perl", "perl -l -d:NYTProf x.pl", file, "x.pl"},
      {"/usr/bin/perl", "perl -V", itself, ""},
      {"/usr/bin/perl", "perl -V:version", itself, ""},
      {"/usr/bin/perl", "perl -V -e print", unseen, "-e"},
      {"/usr/bin/perl", "perl -i.bak x.pl", file, "x.pl"},
      {"/usr/bin/ruby3.1", "ruby -W0 x.rb", file, "x.rb"},
      {"/usr/bin/ruby3.1", "ruby -W:no-deprecated -ne print", unseen, "-ne"},
      {"/usr/bin/lua5.4", "lua -v x.lua", file, "x.lua"},
      {"/usr/bin/node", "node --require=a x.js", file, "x.js"},
      {"/usr/bin/node", "node -r a x.js", file, "x.js"},
      {"/usr/bin/node", "node --title= x.js", file, "x.js"},
      {"/usr/bin/node", "node -p 1", unseen, "-p"},
      {"/usr/bin/node", "node --eval=secret", unseen, "--eval"},
      {"/usr/lib/jvm/bin/java", "java -Xmx1g -cp a:b Main x", module, "Main"},
      {"/usr/lib/jvm/bin/java", "java -Dx=y -jar a.jar", file, "a.jar"},
      {"/usr/lib/jvm/bin/java", "java -version", itself, ""},
      {"/usr/bin/php8.2", "php -d a=b x.php", file, "x.php"},
      {"/usr/bin/php8.2", "php -r 1;", unseen, "-r"},
      {"/usr/bin/mawk", "awk -F : {print}", itself, ""},
      {"/usr/bin/mawk", "awk -f x.awk", file, "x.awk"},
      {"/usr/bin/busybox", "busybox sh x.sh", file, "x.sh"},
      {"/usr/bin/busybox", "sh -c true", unseen, "-c"},
      {"/usr/bin/busybox", "ls -c x", itself, ""},
      {"/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "ld.so --library-path /l /tmp/evil", file,
       "/tmp/evil"},
      {"/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "ld.so --list /bin/ls", itself, ""},
      {"/usr/bin/deno", "deno run x.ts", file, "x.ts"},
      {"/usr/bin/true", "true -c x", itself, ""},
      {"/usr/bin/shred", "shred x", itself, ""},
  };
  expect_told(rows);
}

TEST(Interpreters, text_hides_behind_no_option_that_takes_a_value) {
  const Row rows[] = {
      {"/usr/bin/ruby3.1", "ruby --enable gems -e print", unseen, "-e"},
      {"/usr/bin/ruby3.1", "ruby -Kue print", unseen, "-Kue"},
      {"/usr/bin/node", "node --redirect-warnings approved.js -e evil", unseen, "-e"},
      {"/usr/bin/node", "node --some-flag app.js --port 80", file, "app.js"},
      {"/usr/bin/php8.2", "php --run evil", unseen, "--run"},
      {"/usr/bin/lua5.4", "lua -v -i", unseen, "-i"},
  };
  expect_told(rows);
}

TEST(Interpreters, perl_goes_on_with_options_behind_a_space) {
  for (const std::string word : {"-C -e", "-i -e", "-D -ne", "-F: -e", "-l -e"}) {
    const std::vector<std::string> words{"perl", word, "approved.pl"};
    const Program program = program_of("/usr/bin/perl", words);
    EXPECT_EQ(program.kind, unseen) << word;
    EXPECT_EQ(program.path, word);
  }
}

TEST(Interpreters, launchers_run_no_script_themselves) {
  for (const char* name : {"/usr/bin/env", "/usr/bin/nice", "/usr/bin/timeout"}) {
    EXPECT_TRUE(is_launcher(name)) << name;
    EXPECT_FALSE(is_interpreter(name)) << name;
  }
  for (const char* name : {"/usr/bin/dash", "/tmp/envy", ""}) EXPECT_FALSE(is_launcher(name)) << name;
}

TEST(Interpreters, names_are_told_with_and_without_versions) {
  for (const char* name :
       {"/usr/bin/python3.11", "/opt/python", "/bin/ksh93", "/usr/bin/php8.2", "/usr/bin/perl5.36.0",
        "/usr/bin/perl5.36-x86_64-linux-gnu", "/usr/bin/python3-dbg", "/opt/python-3.11"})
    EXPECT_TRUE(is_interpreter(name)) << name;
  for (const char* name : {"/usr/bin/ls", "", "/", "/usr/bin/pythonic", "/usr/bin/shfmt",
                           "/usr/bin/x86_64-linux-gnu-ld", "/usr/bin/sh-like"})
    EXPECT_FALSE(is_interpreter(name)) << name;
}

}  // namespace
}  // namespace weir::agent
