// What an inventory lists: packages of the host and archives of Java programs, each as a component that an advisory can
// be held against. Values only.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace weir::agent {

// The operating system by its own word (os-release(5)); empty fields where it says nothing.
struct Distribution {
  std::string id;       // "debian", "rhel"
  std::string version;  // "12", "9.4"; "sid" of a Debian without a number
  bool operator==(const Distribution&) const = default;
};

enum class PackageForm { deb, rpm };

struct InstalledPackage {
  PackageForm form = PackageForm::deb;
  std::string name, version, architecture;  // rpm: "version-release"
  std::string source, source_version;       // where they are others than the package's own
  std::string epoch;                        // rpm alone; empty: none
  bool operator==(const InstalledPackage&) const = default;
};

// One archive, or one that was folded into it. Without group nobody can say which package it is, only its name.
struct JarComponent {
  std::string group, name, version;
  std::optional<Sha256> digest;  // of the archive's bytes; none of what was folded into another
  std::string place;             // "/opt/shop/app.jar!/BOOT-INF/lib/log4j-core-2.14.1.jar"
  bool operator==(const JarComponent&) const = default;
};

}  // namespace weir::agent
