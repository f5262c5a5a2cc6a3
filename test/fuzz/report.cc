// Any bytes are a report of an agent or an error; what it claims of inventories and exposures is refused or bounded,
// and says the same when it is written and read again. Any text is a table of sockets, read line by line.
#include <cstdint>

#include "agent/inventory/root_file.h"
#include "agent/sockets/socket_table.h"
#include "base/check.h"
#include "runtime/report.h"

namespace {

using namespace weir;

void check_exposure(runtime::Exposure exposure) {
  (void)runtime::in_words(exposure);
  const runtime::Reach reach = runtime::reach_of(exposure);
  for (auto* list : {&exposure.listens, &exposure.published})
    if (*list) runtime::settle(**list, exposure.more);
  CHECK(runtime::reach_of(exposure) == reach);  // what is left out is never what reaches farthest
}

void read_report(std::string_view bytes) {
  const auto report = format::decode_text<runtime::Report>(bytes);
  if (!report.ok()) return;
  for (const runtime::InventoryClaim& claim : report->inventories)
    if (check(claim).ok())
      (void)runtime::holder_of({.reporter = "r", .host = report->host, .environment = "e", .claim = claim});
  if (runtime::check(report->exposures).ok())
    for (const runtime::Exposure& exposure : report->exposures) check_exposure(exposure);
  const std::string written = format::encode(*report);
  const auto again = format::decode_text<runtime::Report>(written);
  CHECK(again.ok() && format::encode(*again) == written);
}

void read_sockets(std::string_view text) {
  (void)agent::parse_port_range(text);
  agent::each_line(text, [](std::string_view line) {
    const auto socket = agent::parse_socket_line(line);
    CHECK(!socket || (!socket->address.empty() && socket->address.size() < 64));
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_report(bytes);
  read_sockets(bytes);
  return 0;
}
