// Every component that a bill of materials lists, at any depth, in its order, with what matching needs beside its
// package URL: the source package it was built from, and the operating system that the document describes; and, where
// it is asked for, what people ask of components: licences, who supplies and writes them, what depends on what.
// CycloneDX 1.x in JSON and XML, SPDX 2.x in JSON and tag-value, SPDX 3.0 in JSON-LD; those in JSON also as what an
// in-toto statement says of its subjects, signed or not. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace weir::evidence {

struct Item {
  std::string name, version, purl;
  std::string source = {};  // as the document writes it: "glibc@2.31-13", "built package from: glibc 2.31-13"
};

// Of the item at the same place.
struct ItemDetail {
  std::string type;                   // CycloneDX's: library, application, …
  std::string id;                     // its name within the document: bom-ref, SPDXID, spdxId
  std::vector<std::string> licences;  // SPDX expressions or names, as written; all of them hold
  std::string supplier;               // without "Organization: "
  std::vector<std::string> authors;
};

struct OperatingSystem {
  std::string name, version;  // "debian", "12.4"; empty when the document does not say
};

// What the document is about, as far as it says.
struct Subject {
  std::string name, version, purl;
  std::vector<Sha256> digests;
  std::vector<std::string> ids;  // its names within the document
};

struct Dependency {
  std::string from, to;  // ids of details, or of the subject
};

struct Inventory {
  std::vector<Item> items;
  OperatingSystem system = {};
  Subject subject = {};
  // Of Detail::whole alone:
  std::vector<ItemDetail> details = {};
  std::vector<Dependency> dependencies = {};
};

enum class Detail { matching, whole };

// Errors: invalid for what is no bill of materials; too_large beyond limits::evidence_records_max components,
// limits::evidence_values_max dependencies, or where what is said of many components is too long to be kept with each.
// `room`: bytes behind the content that are the caller's; 64 spare the memory of a copy.
Result<Inventory> read_inventory(BytesView content, Detail detail = Detail::matching, std::size_t room = 0);

}  // namespace weir::evidence
