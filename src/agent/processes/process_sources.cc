#include "agent/processes/process_sources.h"

#include <fmt/format.h>

#include <array>

namespace weir::agent {
namespace {

struct MeansRow {
  ExecMeans means;
  std::string_view name, blind;
};
constexpr std::array means_table{
    MeansRow{ExecMeans::ebpf, "ebpf", ""},
    MeansRow{ExecMeans::netlink, "netlink",
             "programs that end before they are looked at; what a program says of its arguments is believed"},
    MeansRow{ExecMeans::scan, "scan",
             "programs that end between two scans; what a program says of its arguments is believed"},
};
constexpr std::string_view grant_events =
    "run as root, or grant CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE, "
    "CAP_DAC_READ_SEARCH and CAP_LEASE, on a kernel from 5.8 with BTF";
constexpr std::string_view grant_sight = "run as root, or grant CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH";

void add(std::string& text, std::string_view more) {
  if (more.empty()) return;
  if (!text.empty()) text += "; ";
  text += more;
}

}  // namespace

runtime::Source describe_processes(const ProcessSight& sight) {
  const MeansRow& row = means_table[static_cast<std::size_t>(sight.means)];
  runtime::Source source{
      .watches = "processes", .means = std::string(row.name), .blind = std::string(row.blind)};
  source.detail = sight.refusals;
  if (sight.means == ExecMeans::scan)
    add(source.detail, fmt::format("every {} ms", sight.scan_interval.micros / 1000));
  if (sight.gone > 0) add(source.blind, fmt::format("{} execs so far left nothing to look at", sight.gone));
  if (sight.hidden > 0)
    add(source.blind,
        fmt::format("{} process{} that may not be looked at", sight.hidden, sight.hidden == 1 ? "" : "es"));
  for (const std::string& spot : sight.blind_spots) add(source.blind, "files run in a container: " + spot);
  if (sight.means != ExecMeans::ebpf) source.remedy = grant_events;
  else if (sight.hidden > 0) source.remedy = grant_sight;
  return source;
}

runtime::Source describe_packages(const Status& status, const std::string& folder, const std::string& note) {
  runtime::Source source{.watches = "packages", .means = "dpkg", .detail = folder, .blind = note};
  if (status) return source;
  add(source.blind, "no package explains a program: " + status.error().message);
  if (status.error().code != Errc::not_found) source.remedy = fmt::format("make {} readable", folder);
  return source;
}

}  // namespace weir::agent
