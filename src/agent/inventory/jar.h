// What a Java archive holds: itself, what was folded into it (each pom.properties that Maven left), and the archives
// within it, to any depth up to a bound. An archive is named by its pom.properties, else by its manifest, else by its
// file name; where nothing says the group, it stays without. What can't be read is left out and said; no archive makes
// this use more memory, disk or time than bounds.h allows. Source: the JAR File Specification, Maven Archiver. One
// thread.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/inventory/component.h"
#include "agent/inventory/zip_file.h"

namespace weir::agent {

struct JarContents {
  // `place` is "" for the archive itself, "!/BOOT-INF/lib/a.jar" for one within it. The archive itself is first.
  std::vector<JarComponent> components;
  bool cut = false;    // a bound was met
  std::string damage;  // what could not be read, of the first such archive
};

// `name` is the file's, without folders. Archives within it that are compressed are unpacked into unnamed files of
// `scratch`, a directory. Errors: invalid when it is no archive at all, unavailable when it can't be read.
Result<JarContents> read_jar(int file, std::uint64_t size, const std::string& name,
                             const std::string& scratch);

bool is_jar_name(std::string_view path);  // .jar, .war, .ear, in any case

// Pieces, pure:
using Properties = std::map<std::string, std::string, std::less<>>;
Properties parse_properties(std::string_view text);  // java.util.Properties, as far as Maven writes it
Properties parse_manifest(std::string_view text);    // its main section
struct NameAndVersion {
  std::string name, version;
};
NameAndVersion split_jar_name(std::string_view file_name);  // "log4j-core-2.14.1.jar"

}  // namespace weir::agent
