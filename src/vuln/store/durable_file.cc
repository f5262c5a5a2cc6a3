#include "vuln/store/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "crypto/random.h"

namespace weir::vuln {
namespace {

using artifact::OpenFile;

Error failed(std::string_view what, const std::string& path) {
  const int reason = errno;
  return {Errc::unavailable, fmt::format("cannot {} {}: {}", what, path, std::strerror(reason))};
}

Status write_all(const OpenFile& file, BytesView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file.number()) == 0 ? Status() : failed("sync", path);
}

}  // namespace

Status write_durably(const std::string& directory, const std::string& name, BytesView content) {
  const std::string path = directory + "/" + name;
  const std::string beside = fmt::format("{}.{}", path, crypto::random_hex(8));
  const Status written = [&]() -> Status {
    const OpenFile file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (file.number() < 0) return failed("create", beside);
    return write_all(file, content, beside);
  }();
  if (!written.ok() || ::rename(beside.c_str(), path.c_str()) != 0) {
    const Status status = written.ok() ? Status(failed("rename", path)) : written;
    ::unlink(beside.c_str());
    return status;
  }
  const OpenFile folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.number() < 0 || ::fsync(folder.number()) != 0) return failed("sync", directory);
  return {};
}

Result<Bytes> read_whole(const std::string& path, std::size_t bytes_max) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) {
    if (errno == ENOENT) return not_found(fmt::format("{}: no such file", path));
    return failed("open", path);
  }
  Bytes content;
  Bytes piece(64 * 1024, '\0');
  while (true) {
    const ssize_t got = ::read(file.number(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", path);
    if (got == 0) return content;
    content.append(piece, 0, static_cast<std::size_t>(got));
    if (content.size() > bytes_max)
      return Error{Errc::too_large, fmt::format("{} is larger than {} bytes", path, bytes_max)};
  }
}

Result<OpenFile> lock_directory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return Error{Errc::unavailable, fmt::format("cannot make {}: {}", directory, error.message())};
  const std::string path = directory + "/lock";
  OpenFile file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (file.number() < 0) return failed("open", path);
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return Error{Errc::unavailable, fmt::format("{} is being updated by another process", directory)};
    return failed("lock", path);
  }
  return file;
}

}  // namespace weir::vuln
