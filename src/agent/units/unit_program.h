// What one ExecStart line of a service runs, by content: its program, or the script that an interpreter is given. What
// systemd would do, without doing it: a bare name is looked up in systemd's own path and in no other; prefixes (@ - : +
// ! !!) are no part of it. A script, text or module is never taken for its interpreter: what can't be known from the
// line is `unseen`, and the note says why. Source: systemd.service(5), systemd.exec(5). One thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "agent/processes/file_digest.h"
#include "agent/processes/interpreters.h"
#include "agent/processes/package_claims.h"
#include "runtime/report.h"

namespace weir::agent {

struct UnitCommand {
  std::string path;                    // as systemd tells it, or as written in a unit file
  std::vector<std::string> arguments;  // with the zeroth
};

// Where a service's programs are looked for.
struct UnitPlace {
  std::string root_directory, root_image;  // of services that run below another root
  std::string working_directory;
  std::vector<std::string> search_path;  // empty: systemd's own
};

class UnitPrograms {
 public:
  // `root` is "" but in tests: where the host's file system begins.
  UnitPrograms(std::string root, Explain explain) : root_(std::move(root)), explain_(std::move(explain)) {}

  // Sets digests, package, interpreter, and what of it is not seen.
  void identify(const UnitCommand& command, const UnitPlace& place, runtime::Instance& instance);

 private:
  struct File {
    std::string path;
    Fd opened;
    struct stat status{};
    std::optional<Sha256> digest;
    std::optional<runtime::PackageClaim> package;
    std::string note;  // why there is no digest
  };
  File open_file(const std::string& path, const UnitPlace& place) const;
  File find(const std::string& program, const UnitPlace& place);
  void read(File& file, const UnitPlace& place);
  void add_program(File file, runtime::Instance& instance) const;
  void add_interpreted(const File& interpreter, const Program& program, const UnitPlace& place,
                       runtime::Instance& instance);
  void add_shebang(const File& script, const UnitPlace& place, runtime::Instance& instance);

  const std::string root_;
  const Explain explain_;
  DigestCache digests_;
};

// Without systemd's prefixes.
std::string_view without_prefixes(std::string_view program);

}  // namespace weir::agent
