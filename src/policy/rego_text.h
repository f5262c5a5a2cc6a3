// Pieces of generated Rego: quoted text, references, conditions from globs. Every line stays short whatever the
// policy says: lists are written an item a line. Pure.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "format/json.h"
#include "policy/form.h"

namespace weir::policy {

// Bytes of one text or value of a policy that stands in a line of Rego. Two of them, escaped, fit the engine's
// 1,024.
inline constexpr std::size_t rego_piece_bytes_max = 200;
std::string brief(std::string_view text);       // at most so many bytes, for messages

std::string rego_text(std::string_view text);   // quoted
std::string rego_value(const format::Json& value);  // as JSON, which Rego reads as it is
// a, "summary.failed" → a["summary"]["failed"]
std::string rego_path(std::string_view base, std::string_view path);

// Gathers a module's lines and hands out names for helpers.
class RegoWriter {
 public:
  explicit RegoWriter(std::string_view package) : text_("package " + std::string(package) + "\n") {}

  std::string fresh(std::string_view stem) { return std::string(stem) + std::to_string(++names_); }
  // "head if {", the lines, "}".
  void rule(std::string_view head, const std::vector<std::string>& body);
  void line(std::string_view line);

  // A condition that holds when `value` matches one of the globs; true for none of them. May define a helper.
  std::string matches_any(const std::string& value, const std::vector<std::string>& globs);
  std::string matches(const std::string& value, std::string_view glob);
  // Name of a helper that is the moment so long before now, as text that compares with the document's times.
  std::string ago(Duration length);
  // Notes that members of attestations of a type are asked for, by their paths; whoever writes lines that look at
  // attestations has to. A type may be a glob.
  void asks_of(std::string_view type, const std::vector<std::string>& paths);
  // What the lines so far ask of the document, as rego::Shape reads it.
  std::string asked() const;

  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
  std::map<std::string, std::set<std::string>> attestations_;  // what is asked for, by type; "*" of any
  std::vector<std::pair<Duration, std::string>> cutoffs_;
  std::size_t names_ = 0;
};

}  // namespace weir::policy
