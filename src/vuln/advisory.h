// Advisories in the form of the OSV schema 1.x, JSON or YAML: what of a record decides who is affected, read strictly.
// Members the schema allows besides are not looked at. A record whose ranges contradict the schema is refused whole,
// because an advisory read halfway says "not affected" where it must not.
// Schema: ossf/osv-schema. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/json.h"

namespace weir::vuln {

struct Event {
  enum class Kind { introduced, fixed, last_affected, limit };
  Kind kind = Kind::introduced;
  std::string version;  // introduced "0" is before everything, limit "*" is beyond everything
  bool operator==(const Event&) const = default;
};

struct Range {
  enum class Type { semver, ecosystem, git };
  Type type = Type::ecosystem;
  std::vector<Event> events;  // in the order of the record
  bool operator==(const Range&) const = default;
};

struct Severity {
  std::string type, score;
  bool operator==(const Severity&) const = default;
};

struct Affected {
  std::string ecosystem, name;  // empty for a record about a repository alone that is not at github.com
  std::vector<Range> ranges;
  std::vector<std::string> versions;
  std::vector<Severity> severity;
  bool operator==(const Affected&) const = default;
};

struct Advisory {
  std::string id, summary, modified, withdrawn;  // withdrawn: when, empty when it stands
  std::vector<std::string> aliases, upstream, related;
  std::vector<Severity> severity;
  std::vector<Affected> affected;
  bool operator==(const Advisory&) const = default;
};

// Whether a record's `modified` says it is older than another's, as moments, however they are written; unreadable ones
// are not older.
bool is_older(std::string_view modified, std::string_view than);

// Errors: invalid, naming the member; too_large, naming the bound.
Result<Advisory> read_advisory(std::string_view text);
Result<Advisory> decode_advisory(const format::Json& json);

}  // namespace weir::vuln
