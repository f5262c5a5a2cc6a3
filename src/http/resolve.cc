#include "http/resolve.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace weir::http {
namespace {

struct Lookup {
  std::mutex mutex;
  std::condition_variable_any done_changed;
  bool done = false;
  int code = 0;
  Addresses addresses;
};

int look_up(const std::string& host, std::uint16_t port, int flags, Addresses& out) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  out.reset(found);
  return code;
}

}  // namespace

Result<Addresses> resolve(const std::string& host, std::uint16_t port, const Patience& patience) {
  if (Addresses numeric; look_up(host, port, AI_NUMERICHOST, numeric) == 0) return numeric;
  const auto lookup = std::make_shared<Lookup>();
  std::thread([lookup, host, port] {
    Addresses found;
    const int code = look_up(host, port, 0, found);
    const std::lock_guard lock(lookup->mutex);
    lookup->addresses = std::move(found);
    lookup->code = code;
    lookup->done = true;
    lookup->done_changed.notify_all();
  }).detach();
  std::unique_lock lock(lookup->mutex);
  lookup->done_changed.wait_until(lock, patience.stop(), patience.deadline, [&] { return lookup->done; });
  if (patience.stopped()) return Error{Errc::unavailable, "stopped"};
  if (!lookup->done) return Error{Errc::unavailable, "the name was not resolved in time"};
  if (lookup->code != 0)
    return Error{Errc::unavailable, fmt::format("the name has no address: {}", gai_strerror(lookup->code))};
  return std::move(lookup->addresses);
}

}  // namespace weir::http
