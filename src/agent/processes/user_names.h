// Names of users by number, from a file such as /etc/passwd, read again when it changes. No name service is asked: it
// could wait for a network. A number that nobody bears is its own name. Safe from any thread.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace weir::agent {

class UserNames {
 public:
  explicit UserNames(std::string file) : file_(std::move(file)) {}
  std::string name_of(std::uint32_t user);

 private:
  void refresh();
  const std::string file_;
  std::mutex mutex_;
  std::int64_t changed_ns_ = -1, looked_at_ns_ = 0;
  std::map<std::uint32_t, std::string> names_;
};

}  // namespace weir::agent
