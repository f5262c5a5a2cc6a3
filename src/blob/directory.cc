#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/limits.h"
#include "blob/store.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace weir::blob {
namespace {

namespace fs = std::filesystem;

class File {
 public:
  File(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() { if (descriptor_ >= 0) ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

Error failed(std::string_view what, const std::string& path) {
  const int reason = errno;
  return {Errc::unavailable, fmt::format("cannot {} {}: {}; nothing was recorded", what, path, std::strerror(reason))};
}

Status write_all(int descriptor, BytesView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status sync_directory(const std::string& path) {
  const File directory(path, O_RDONLY | O_DIRECTORY);
  if (directory.descriptor() < 0 || ::fsync(directory.descriptor()) != 0) return failed("sync", path);
  return {};
}

class DirectoryStore final : public BlobStore {
 public:
  explicit DirectoryStore(std::string directory) : directory_(std::move(directory)) {}

  Result<Sha256> put(BytesView bytes) override {
    if (bytes.size() > limits::blob_bytes_max)
      return Error{Errc::too_large, fmt::format("content has {} bytes, at most {} are kept", bytes.size(),
                                                limits::blob_bytes_max)};
    const Sha256 digest = crypto::sha256(bytes);
    const std::string path = path_of(digest);
    if (const auto held = read(digest); held.ok()) return digest;
    TRY(write_beside(path, bytes));
    return digest;
  }

  Result<Bytes> read(const Sha256& digest) override {
    const std::string path = path_of(digest);
    std::ifstream file(path, std::ios::binary);
    if (!file) return not_found(fmt::format("content {} is not here", to_string(digest)));
    Bytes bytes(std::istreambuf_iterator<char>(file), {});
    if (crypto::sha256(bytes) != digest)
      return Error{Errc::corrupt, fmt::format("{} no longer holds what was written", path)};
    return bytes;
  }

  Status remove(const Sha256& digest) override {
    const std::string path = path_of(digest);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("remove", path);
    return {};
  }

 private:
  std::string path_of(const Sha256& digest) const {
    const std::string hex = to_hex(digest);
    return fmt::format("{}/{}/{}", directory_, hex.substr(0, 2), hex.substr(2));
  }

  Status write_beside(const std::string& path, BytesView bytes) {
    const std::string folder = fs::path(path).parent_path();
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return Error{Errc::unavailable, fmt::format("cannot make {}: {}", folder, error.message())};
    const std::string beside = fmt::format("{}.{}", path, crypto::random_hex(8));
    const Status written = [&]() -> Status {
      const File file(beside, O_WRONLY | O_CREAT | O_EXCL);
      if (file.descriptor() < 0) return failed("create", beside);
      TRY(write_all(file.descriptor(), bytes, beside));
      if (::fsync(file.descriptor()) != 0) return failed("sync", beside);
      return {};
    }();
    if (!written.ok() || ::rename(beside.c_str(), path.c_str()) != 0) {
      const Status status = written.ok() ? Status(failed("rename", path)) : written;
      ::unlink(beside.c_str());
      return status;
    }
    TRY(sync_directory(folder));
    return sync_directory(directory_);
  }

  std::string directory_;
};

}  // namespace

Result<std::unique_ptr<BlobStore>> open_directory(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return Error{Errc::unavailable, fmt::format("cannot make {}: {}", directory, error.message())};
  return std::unique_ptr<BlobStore>(std::make_unique<DirectoryStore>(directory));
}

}  // namespace weir::blob
