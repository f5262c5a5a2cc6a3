// Watches the files and directories that the configuration names. An instance is one path with one content: when the
// content changes, the old instance ends and a new one starts. Changes are noticed by inotify as they happen and by a
// walk each minute, which compares stamps (name, kind, mode, size, inode, times) and hashes again only where these
// moved. A file that a package owns carries that claim, as a process does.
// What is excluded is not part of a directory's digest. A path that isn't there, can't be read, or is too large for
// inotify is a source that says so. One that takes long to read keeps no other waiting: it is read beside
// (path_reader.h), and its source says that it is; what is too large to be read (watched_tree.h) is told as unhashed.
// Threads: `watch` in its own; everything else from any.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/collector.h"
#include "agent/processes/package_claims.h"
#include "agent/shell/config.h"

namespace weir::agent {

struct FileOptions {
  std::vector<WatchedPath> paths;
  Explain explain;                                // of files; a directory is no package's alone
  std::function<bool()> packages_change;          // now: a package's files come before it says so
  Duration package_time_max = seconds(5);         // for it to say so
  Duration rescan_interval = seconds(60);
  Duration settle_time = milliseconds(50);      // without a further change, before hashing
  Duration settle_time_max = milliseconds(500);  // then hash, whatever goes on
};

class FileCollector final : public Collector {
 public:
  FileCollector(FileOptions options, const Clock& clock);
  ~FileCollector() override;

  void watch(Sink& sink, std::stop_token stop) override;
  void list(const Tell& tell) override;
  std::vector<runtime::Source> sources() const override;
  bool has_looked() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::agent
