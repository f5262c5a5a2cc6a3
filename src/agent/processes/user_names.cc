#include "agent/processes/user_names.h"

#include <charconv>
#include <fstream>

#include "agent/processes/exec_source.h"
#include "agent/processes/file_digest.h"

namespace weir::agent {
namespace {

constexpr std::int64_t look_again_ns = 1'000'000'000;
constexpr std::size_t users_max = 10'000;

}  // namespace

std::string UserNames::name_of(std::uint32_t user) {
  const std::scoped_lock lock(mutex_);
  refresh();
  const auto found = names_.find(user);
  return found == names_.end() ? std::to_string(user) : found->second;
}

void UserNames::refresh() {
  const std::int64_t now = boot_time_ns();
  if (looked_at_ns_ != 0 && now - looked_at_ns_ < look_again_ns) return;
  looked_at_ns_ = now;
  struct stat status{};
  if (stat(file_.c_str(), &status) != 0 || key_of(status).changed_ns == changed_ns_) return;
  changed_ns_ = key_of(status).changed_ns;
  names_.clear();
  std::ifstream file(file_);
  std::string line;
  while (names_.size() < users_max && std::getline(file, line)) {  // name:x:number:…
    const auto name_end = line.find(':');
    const auto number_begin = name_end == line.npos ? line.npos : line.find(':', name_end + 1);
    if (number_begin == line.npos) continue;
    std::uint32_t number = 0;
    const auto parsed = std::from_chars(line.data() + number_begin + 1, line.data() + line.size(), number);
    if (parsed.ec == std::errc{}) names_.try_emplace(number, line.substr(0, name_end));
  }
}

}  // namespace weir::agent
