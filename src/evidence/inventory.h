// Every component that a bill of materials lists, at any depth, in its order, with what matching needs beside its
// package URL: the source package it was built from, and the operating system that the document describes.
// CycloneDX 1.x in JSON and XML, SPDX 2.x in JSON and tag-value, SPDX 3.0 in JSON-LD. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.h"

namespace weir::evidence {

struct Item {
  std::string name, version, purl;
  std::string source = {};  // as the document writes it: "glibc@2.31-13", "built package from: glibc 2.31-13"
};

struct OperatingSystem {
  std::string name, version;  // "debian", "12.4"; empty when the document does not say
};

struct Inventory {
  std::vector<Item> items;
  OperatingSystem system = {};
};

// Errors: invalid for what is no bill of materials, too_large beyond limits::evidence_records_max.
Result<Inventory> read_inventory(BytesView content);

}  // namespace weir::evidence
