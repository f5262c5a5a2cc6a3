// What an agent says is installed: the packages of its host, and the archives that a program has loaded. The components
// themselves stand in documents (CycloneDX 1.6) that are sent before, are kept by their digest, and hold nothing of the
// host they came from, so that equal hosts share them; a claim names them within a signed report.
// Format document: docs/formats/host-inventory.md. Values only.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "format/members.h"

namespace weir::runtime {

enum class InventoryKind {
  packages,  // of the host; replaces the claim before
  program,   // of each of `instances`; replaces what was claimed of that instance before
};
constexpr auto names_of(InventoryKind) { return std::array<std::string_view, 2>{"packages", "program"}; }

inline constexpr std::size_t inventory_parts_max = 256;       // documents of one claim
inline constexpr std::size_t inventory_instances_max = 4096;  // of one claim
inline constexpr std::size_t inventory_claims_max = 1024;     // of one report

struct InventoryClaim {
  InventoryKind kind = InventoryKind::packages;
  std::vector<std::string> instances;  // of a program: instance ids
  std::vector<Sha256> parts;           // digests of the documents; together they are the bill
  std::int64_t components = 0;
  std::string distribution;  // "debian-12"
  Instant taken_at;
  static void members(auto& visit, auto& self) {
    visit("kind", self.kind);
    visit.maybe("instances", self.instances);
    visit("parts", self.parts);
    visit("components", self.components);
    visit.maybe("distribution", self.distribution);
    visit("taken_at", self.taken_at);
  }
  bool operator==(const InventoryClaim&) const = default;
};

// An accepted claim whose documents are all here. `report` says it in the same commit, signed.
struct HostInventoryTaken {
  std::string reporter, host, environment;
  InventoryClaim claim;
  static void members(auto& visit, auto& self) {
    visit("reporter", self.reporter);
    visit("host", self.host);
    visit("environment", self.environment);
    visit("claim", self.claim);
  }
};

// What holds the components, in place of an artifact's digest: a host, or a program by what it loaded, so that equal
// ones are one.
Sha256 holder_of(const HostInventoryTaken& taken);
Status check(const InventoryClaim& claim);

}  // namespace weir::runtime
