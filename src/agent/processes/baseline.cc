#include "agent/processes/baseline.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "agent/processes/file_digest.h"
#include "crypto/digest.h"

namespace weir::agent {
namespace {

constexpr std::string_view first_line = "weir process baseline 1 ";
constexpr std::string_view last_line = "end ";
constexpr std::size_t programs_max = 50'000, packages_max = 65'536;
constexpr std::size_t file_bytes_max = 16 * 1024 * 1024;

// Names are kept as the first 64 bits of their SHA-256.
std::uint64_t short_name(std::string_view text) {
  const Sha256 digest = crypto::sha256(text);
  return load_u64(digest.view().data());
}

Result<std::uint64_t> parse_short(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.size() != 16 || status != std::errc{} || end != text.data() + text.size())
    return invalid("16 hex digits are expected");
  return value;
}

Result<std::string> read_file(const std::string& path) {
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
    return Error{errno == ENOENT ? Errc::not_found : Errc::unavailable, path + ": " + strerror(errno)};
  struct stat status{};
  if (fstat(file.number(), &status) != 0 || static_cast<std::size_t>(status.st_size) > file_bytes_max)
    return Error{Errc::too_large, path + ": larger than a baseline can be"};
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t bytes = pread(file.number(), text.data(), text.size(), 0);
  if (bytes < 0) return Error{Errc::unavailable, path + ": " + strerror(errno)};
  text.resize(static_cast<std::size_t>(bytes));
  return text;
}

Status write_file(const std::string& path, std::string_view text) {
  const std::string beside = path + ".new";
  const auto failed = [&](const char* doing) {
    return Error{Errc::unavailable, fmt::format("{}: {}: {}", beside, doing, strerror(errno))};
  };
  const Fd file(open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) return failed("create");
  while (!text.empty()) {
    const ssize_t bytes = write(file.number(), text.data(), text.size());
    if (bytes < 0) return failed("write");
    text.remove_prefix(static_cast<std::size_t>(bytes));
  }
  if (fsync(file.number()) != 0) return failed("sync");
  if (rename(beside.c_str(), path.c_str()) != 0) return failed("rename");
  const Fd folder(open(path.substr(0, path.rfind('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) fsync(folder.number());
  return {};
}

}  // namespace

Baseline::Baseline(std::string file, Packages& packages, Instant now) : file_(std::move(file)), since_(now) {
  const Status loaded = file_.empty() ? Status(not_found("no file")) : load();
  if (loaded) return;
  if (loaded.error().code != Errc::not_found)
    note_ = fmt::format("the baseline was not readable and starts again at {}: {}", to_string(now),
                        loaded.error().message);
  packages_.clear();
  programs_.clear();
  since_ = now;
  for (const Packages::Installed& one : packages.installed())
    if (packages_.size() < packages_max) packages_.insert(short_name(one.transaction));
  dirty_ = true;
}

Status Baseline::load() {
  const std::string text = TRY(read_file(file_));
  return parse(text);
}

Status Baseline::parse(std::string_view text) {
  const auto end = text.rfind(last_line);
  if (end == text.npos || end == 0 || text[end - 1] != '\n' || !text.ends_with('\n'))
    return invalid("the last line is missing");
  std::string_view named = text.substr(end + last_line.size());
  named.remove_suffix(1);
  const Sha256 digest = TRY(parse_sha256(named));
  text = text.substr(0, end);
  if (crypto::sha256(text) != digest) return Error{Errc::corrupt, "the content does not fit its digest"};
  const auto line_end = text.find('\n');
  if (!text.starts_with(first_line) || line_end == text.npos)
    return invalid("the first line is not a baseline's");
  since_ = TRY(parse_instant(text.substr(first_line.size(), line_end - first_line.size())));
  text.remove_prefix(line_end + 1);
  while (!text.empty()) {
    const auto stop = text.find('\n');
    if (stop == text.npos) return invalid("a line does not end");
    TRY(parse_line(text.substr(0, stop)));
    text.remove_prefix(stop + 1);
  }
  return {};
}

Status Baseline::parse_line(std::string_view line) {
  if (line.starts_with("package ")) {
    packages_.insert(TRY(parse_short(line.substr(8))));
    return {};
  }
  if (!line.starts_with("program ") || line.size() != 8 + 16 + 1 + 16 + 1 + 64)
    return invalid("a line has no sense");
  const std::uint64_t path = TRY(parse_short(line.substr(8, 16)));
  const std::uint64_t transaction = TRY(parse_short(line.substr(25, 16)));
  const Sha256 digest = TRY(parse_sha256(line.substr(42)));
  programs_.insert_or_assign(path, Program{transaction, digest});
  return {};
}

std::string Baseline::print() const {
  std::string text = fmt::format("{}{}\n", first_line, to_string(since_));
  for (const std::uint64_t package : packages_)
    fmt::format_to(std::back_inserter(text), "package {:016x}\n", package);
  for (const auto& [path, program] : programs_)
    fmt::format_to(std::back_inserter(text), "program {:016x} {:016x} {}\n", path, program.transaction,
                   to_hex(program.digest));
  return fmt::format("{}{}{}\n", text, last_line, to_hex(crypto::sha256(text)));
}

Baseline::Judgement Baseline::judge(const std::string& path, const PackageOwner& owner,
                                    const Sha256& digest) {
  const std::uint64_t transaction = short_name(owner.transaction);
  const std::uint64_t name = short_name(path);
  const std::scoped_lock lock(mutex_);
  Judgement judgement{.after_baseline = !packages_.contains(transaction)};
  const auto known = programs_.find(name);
  if (known != programs_.end() && known->second.transaction == transaction) {
    judgement.changed = known->second.digest != digest;
    return judgement;
  }
  if (known == programs_.end() && programs_.size() >= programs_max) return judgement;
  programs_.insert_or_assign(name, Program{transaction, digest});
  dirty_ = true;
  return judgement;
}

bool Baseline::is_new(const std::string& path, const PackageOwner& owner) const {
  const std::scoped_lock lock(mutex_);
  const auto known = programs_.find(short_name(path));
  return known == programs_.end() || known->second.transaction != short_name(owner.transaction);
}

bool Baseline::is_first_content(const std::string& path, const Sha256& digest) {
  const std::uint64_t name = short_name(path);
  const std::scoped_lock lock(mutex_);
  const auto known = programs_.find(name);
  return known != programs_.end() && known->second.digest == digest;
}

Status Baseline::save() {
  if (file_.empty()) return {};
  std::string text;
  {
    const std::scoped_lock lock(mutex_);
    if (!std::exchange(dirty_, false)) return {};
    text = print();
  }
  Status written = write_file(file_, text);
  const std::scoped_lock lock(mutex_);
  if (!written) {
    dirty_ = true;
    note_ = fmt::format("the baseline is not kept: {}", written.error().message);
  }
  return written;
}

std::string Baseline::note() const {
  const std::scoped_lock lock(mutex_);
  return note_;
}

}  // namespace weir::agent
