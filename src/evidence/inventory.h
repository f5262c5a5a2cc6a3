// Every component that a bill of materials lists, at any depth, in its order, with what matching needs beside its
// package URL: the source package it was built from, and the operating system that the document describes.
// CycloneDX 1.x in JSON and XML, SPDX 2.x in JSON and tag-value, SPDX 3.0 in JSON-LD. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace weir::evidence {

// What is read of each component. `whole` costs about half as much again; tag-value has no more than `matching`.
enum class Detail { matching, whole };

struct Item {
  std::string name, version, purl;
  std::string source = {};  // as the document writes it: "glibc@2.31-13", "built package from: glibc 2.31-13"
  // Of `whole` alone:
  std::string type = {};                   // CycloneDX's: library, application, …
  std::string reference = {};              // its name within the document
  std::string supplier = {};
  std::vector<std::string> licences = {};  // expressions, ids or names as the document writes them; all of them hold
  std::vector<std::string> authors = {};   // who made it, and who publishes it, where the document says so
};

struct OperatingSystem {
  std::string name, version;  // "debian", "12.4"; empty when the document does not say
};

// From what needs to what is needed; by place in `items`, or `subject`.
struct Dependency {
  std::uint32_t from = 0, to = 0;
};
inline constexpr std::uint32_t subject_place = 0xFFFFFFFF;

struct Inventory {
  std::vector<Item> items;
  OperatingSystem system = {};
  Item subject = {};                          // what the document is about; empty when it does not say
  std::vector<Dependency> dependencies = {};  // of `whole` alone
};

// Errors: invalid for what is no bill of materials, too_large beyond limits::evidence_records_max.
Result<Inventory> read_inventory(BytesView content, Detail detail = Detail::matching);

}  // namespace weir::evidence
