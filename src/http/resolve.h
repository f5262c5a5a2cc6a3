// Names to addresses by the system's resolver, which can neither be timed out nor stopped: it runs on a thread of its
// own that is left behind when nobody waits any more. Private to this folder.
#pragma once
#include <netdb.h>

#include <memory>

#include "http/transport.h"

namespace weir::http {

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> resolve(const std::string& host, std::uint16_t port, const Patience& patience);

}  // namespace weir::http
