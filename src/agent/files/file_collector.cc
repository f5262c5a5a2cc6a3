#include "agent/files/file_collector.h"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "agent/containers/wait.h"
#include "agent/files/path_reader.h"

namespace weir::agent {
namespace {

constexpr std::uint32_t events_watched = IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE |
                                         IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr Duration look_again = milliseconds(50);
constexpr int changing_tries_max = 10;  // a path that never rests is reported as such
constexpr std::uint64_t quick_bytes_max = 4 << 20, quick_files_max = 1000;  // read at once, others beside

// What one inotify descriptor watches for which paths.
class Notices {
 public:
  Notices() : file_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {}
  ~Notices() {
    if (file_ >= 0) close(file_);
  }
  Notices(const Notices&) = delete;
  Notices& operator=(const Notices&) = delete;
  int file() const { return file_; }

  // False when the system gives no more watches.
  bool watch(const std::vector<std::string>& directories, std::size_t path) {
    bool all = true;
    for (const std::string& directory : directories) {
      const int number = inotify_add_watch(file_, directory.c_str(), events_watched | IN_ONLYDIR);
      if (number >= 0) paths_[number].insert(path);
      else if (errno == ENOSPC || errno == ENOMEM) all = false;
    }
    return all;
  }

  // The paths something happened in; all of them when the queue overflowed.
  std::set<std::size_t> take(std::size_t path_count) {
    std::set<std::size_t> touched;
    alignas(inotify_event) char buffer[16 * 1024];
    ssize_t size = 0;
    while ((size = read(file_, buffer, sizeof buffer)) > 0) {
      for (ssize_t at = 0; at < size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
        at += static_cast<ssize_t>(sizeof *event + event->len);
        if ((event->mask & IN_Q_OVERFLOW) != 0)
          for (std::size_t path = 0; path < path_count; ++path) touched.insert(path);
        if (const auto found = paths_.find(event->wd); found != paths_.end())
          touched.insert(found->second.begin(), found->second.end());
        if ((event->mask & IN_IGNORED) != 0) paths_.erase(event->wd);
      }
    }
    return touched;
  }

 private:
  int file_;
  std::map<int, std::set<std::size_t>> paths_;
};

struct Watched {
  WatchedPath path;
  std::optional<PathStamp> stamp;
  std::optional<runtime::Instance> instance;
  PathReader::Held reading;  // what is read beside; none when nothing is
  int changing_tries = 0;
  std::string trouble;     // why it isn't seen; empty when it is
  bool unnoticed = false;  // inotify gives no more watches
};

bool is_changing(const Result<Sha256>& digest) {
  return !digest && (digest.error().code == Errc::conflict || digest.error().code == Errc::not_found);
}

runtime::Instance make_instance(const WatchedPath& path, const Result<Sha256>& digest, Instant started_at) {
  runtime::Instance instance{
      .kind = runtime::WorkloadKind::file, .name = path.path, .started_at = started_at};
  std::string content;
  if (digest) {
    instance.digests.push_back(*digest);
    content = to_hex(*digest).substr(0, 16);
  } else {
    content = is_changing(digest) ? "changing" : "unread";
    instance.seen = runtime::Seen::unhashed;
    instance.seen_note =
        is_changing(digest) ? "it never rests long enough to be read whole" : digest.error().message;
  }
  instance.id = fmt::format("{}@{}@{}", path.path, content, started_at.micros);
  return instance;
}

bool is_quick(const PathStamp& stamp) {
  return stamp.bytes <= quick_bytes_max && stamp.files <= quick_files_max;
}

}  // namespace

struct FileCollector::State {
  State(FileOptions given, const Clock& host_clock) : options(std::move(given)), clock(host_clock) {
    for (const WatchedPath& path : options.paths) watched.push_back({.path = path});
  }

  const FileOptions options;
  const Clock& clock;
  Notices notices;
  WakeUp wake_up;
  std::atomic<bool> looked = false;
  mutable std::mutex mutex;
  std::vector<Watched> watched;
  PathReader reader{[this] { wake_up.wake(); }};  // last, so that it ends first

  std::optional<Result<Sha256>> read(Watched& entry, const PathStamp& stamp);
  bool reads_any() const;
  void look(std::size_t number, Sink& sink, const std::stop_token& stop);
  std::optional<runtime::PackageClaim> claim_of(const std::string& path, const Sha256& digest) const;
  std::optional<runtime::PackageClaim> settled_claim_of(const std::string& path, const Sha256& digest,
                                                        const std::stop_token& stop) const;
  void set_instance(Watched& entry, std::optional<runtime::Instance> next, Sink& sink);
  void set_trouble(Watched& entry, const Error& error, Sink& sink);
  std::set<std::size_t> await_changes(std::stop_token stop);
};

// Swaps what is told of a path: the old content ends where the new one starts.
void FileCollector::State::set_instance(Watched& entry, std::optional<runtime::Instance> next, Sink& sink) {
  std::optional<runtime::Instance> old;
  {
    const std::lock_guard lock(mutex);
    if (entry.instance && next && entry.instance->digests == next->digests &&
        entry.instance->seen_note == next->seen_note)
      return;
    old = std::exchange(entry.instance, next);
  }
  if (old) sink.ended({old->id, next ? next->started_at : clock.now()});
  if (next) sink.started(std::move(*next));
}

void FileCollector::State::set_trouble(Watched& entry, const Error& error, Sink& sink) {
  {
    const std::lock_guard lock(mutex);
    entry.trouble = error.message;
    entry.stamp.reset();
    entry.reading.reset();
  }
  set_instance(entry, std::nullopt, sink);
}

std::optional<runtime::PackageClaim> FileCollector::State::claim_of(const std::string& path,
                                                                    const Sha256& digest) const {
  const auto file = options.explain ? open_regular(path) : Error{};
  struct stat status{};
  if (!file || fstat(file->number(), &status) != 0) return std::nullopt;
  const std::string resolved = path_of_file(file->number());
  return options.explain({resolved, file->number(), status, digest});
}

// Of a package that is being unpacked the files are new while dpkg still lists the old ones.
std::optional<runtime::PackageClaim> FileCollector::State::settled_claim_of(const std::string& path,
                                                                            const Sha256& digest,
                                                                            const std::stop_token& stop) const {
  const Instant end = clock.now() + options.package_time_max;
  auto claim = claim_of(path, digest);
  while (claim && claim->changed && options.packages_change && options.packages_change() && clock.now() < end &&
         !stop.stop_requested()) {
    pause(look_again, stop);
    claim = claim_of(path, digest);
  }
  return claim;
}

// None while it is read beside.
std::optional<Result<Sha256>> FileCollector::State::read(Watched& entry, const PathStamp& stamp) {
  PathReader::Held reading;
  {
    const std::lock_guard lock(mutex);
    reading = std::exchange(entry.reading, nullptr);
  }
  if (const Status readable = check_readable(stamp); !readable) return readable.error();
  if (is_quick(stamp)) return digest_of(entry.path);
  if (reading && !(reading->stamp() == stamp)) {  // it changed meanwhile: from the beginning
    reading.reset();
    if (++entry.changing_tries >= changing_tries_max)
      return Error{Errc::conflict, "it changes while it is read"};
  }
  if (reading)
    if (auto result = reading->result()) return result;
  if (!reading) reading = reader.ask(entry.path, stamp);
  const std::lock_guard lock(mutex);
  entry.reading = std::move(reading);
  return std::nullopt;
}

bool FileCollector::State::reads_any() const {
  const std::lock_guard lock(mutex);
  return std::ranges::any_of(watched, [](const Watched& entry) { return entry.reading != nullptr; });
}

void FileCollector::State::look(std::size_t number, Sink& sink, const std::stop_token& stop) {
  Watched& entry = watched[number];
  const auto stamp = stamp_of(entry.path);
  if (!stamp) {
    notices.watch({std::filesystem::path(entry.path.path).parent_path()}, number);  // where it may come
    return set_trouble(entry, stamp.error(), sink);
  }
  const bool all_noticed = notices.watch(stamp->directories, number);
  {
    const std::lock_guard lock(mutex);
    entry.unnoticed = !all_noticed;
    entry.trouble.clear();
    if (entry.stamp == *stamp) return entry.reading.reset();
  }
  const auto read_now = read(entry, *stamp);
  if (!read_now) return;
  const Result<Sha256>& digest = *read_now;
  if (!digest && !is_changing(digest) && digest.error().code != Errc::too_large)
    return set_trouble(entry, digest.error(), sink);
  if (is_changing(digest) && ++entry.changing_tries < changing_tries_max) return wake_up.wake();
  entry.changing_tries = 0;
  const Instant started_at = std::min(stamp->changed_at, clock.now());
  runtime::Instance next = make_instance(entry.path, digest, started_at);
  if (digest) next.package = settled_claim_of(entry.path.path, *digest, stop);
  {
    const std::lock_guard lock(mutex);
    if (is_changing(digest)) entry.stamp.reset();  // it may rest from here on
    else entry.stamp = *stamp;
  }
  set_instance(entry, std::move(next), sink);
}

// The paths that changed and then rested; all of them when it is time for a rescan, or something asks for a look.
std::set<std::size_t> FileCollector::State::await_changes(std::stop_token stop) {
  const int file = notices.file();
  std::set<std::size_t> touched;
  bool is_called = false;
  Duration wait = options.rescan_interval;
  Instant settled_by;
  while (!stop.stop_requested()) {
    const auto woken = wake_up.wait(std::span(&file, file >= 0 ? 1 : 0), wait);
    const auto more = notices.take(watched.size());
    const bool first = touched.empty() && !more.empty();
    touched.insert(more.begin(), more.end());
    if (first) settled_by = clock.now() + options.settle_time_max;
    is_called |= woken == WakeUp::Woken::by_call;
    const bool settles = woken != WakeUp::Woken::by_time && !touched.empty() && clock.now() < settled_by;
    if (settles) wait = options.settle_time;
    if (settles || (woken == WakeUp::Woken::by_file && touched.empty())) continue;
    if (!touched.empty() && !is_called) return touched;
    break;
  }
  for (std::size_t number = 0; number < watched.size(); ++number) touched.insert(number);
  return touched;
}

FileCollector::FileCollector(FileOptions options, const Clock& clock)
    : state_(std::make_unique<State>(std::move(options), clock)) {}
FileCollector::~FileCollector() = default;

void FileCollector::watch(Sink& sink, std::stop_token stop) {
  const std::stop_callback on_stop(stop, [this] { state_->wake_up.wake(); });
  for (std::size_t number = 0; number < state_->watched.size(); ++number) state_->look(number, sink, stop);
  while (!stop.stop_requested()) {
    if (!state_->reads_any()) state_->looked = true;
    for (const std::size_t number : state_->await_changes(stop))
      if (!stop.stop_requested()) state_->look(number, sink, stop);
  }
}

void FileCollector::list(const Tell& tell) {
  std::vector<runtime::Instance> all;
  {
    const std::lock_guard lock(state_->mutex);
    for (const Watched& entry : state_->watched)
      if (entry.instance) all.push_back(*entry.instance);
  }
  for (runtime::Instance& instance : all) tell(std::move(instance));
}

std::vector<runtime::Source> FileCollector::sources() const {
  std::vector<runtime::Source> all;
  const std::lock_guard lock(state_->mutex);
  for (const Watched& entry : state_->watched) {
    runtime::Source source{.watches = "files", .means = "inotify", .detail = entry.path.path};
    if (!entry.trouble.empty()) {
      source.blind = entry.trouble;
      source.remedy = "let the agent's user read it, or take it out of the configuration";
    } else if (entry.reading) {
      source.blind = "it is being read; until that is done what it held before is told";
      source.remedy = "wait for it, or watch less of it";
    } else if (entry.unnoticed) {
      source.blind = "changes are seen only by the walk each minute";
      source.remedy = "raise the kernel's setting fs.inotify.max_user_watches";
    }
    all.push_back(std::move(source));
  }
  return all;
}

bool FileCollector::has_looked() const { return state_->looked; }

}  // namespace weir::agent
