#include "policy/rego_text.h"

#include <algorithm>

#include "policy/input.h"

namespace weir::policy {

std::string brief(std::string_view text) {
  if (text.size() <= rego_piece_bytes_max) return std::string(text);
  std::size_t end = rego_piece_bytes_max - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string rego_text(std::string_view text) {
  std::string quoted;
  format::append_json_string(quoted, text);
  return quoted;
}

std::string rego_value(const format::Json& value) { return format::dump(value); }

std::string rego_path(std::string_view base, std::string_view path) {
  std::string reference(base);
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    reference += '[' + rego_text(path.substr(0, dot)) + ']';
    path = dot == path.npos ? std::string_view() : path.substr(dot + 1);
  }
  return reference;
}

void RegoWriter::line(std::string_view line) {
  text_ += line;
  text_ += '\n';
}

void RegoWriter::rule(std::string_view head, const std::vector<std::string>& body) {
  text_ += head;
  text_ += " if {\n";
  for (const std::string& each : body) {
    text_ += "  ";
    text_ += each;
    text_ += '\n';
  }
  if (body.empty()) text_ += "  true\n";
  text_ += "}\n";
}

namespace {

std::string glob_regex(std::string_view glob) {
  std::string regex = "^(?s)";
  for (const char c : glob) {
    if (c == '*') regex += ".*";
    else if (c == '?') regex += '.';
    else if (std::string_view("\\.+()[]{}^$|#&-~").find(c) != std::string_view::npos) (regex += '\\') += c;
    else regex += c;
  }
  return regex + "$";
}

}  // namespace

std::string RegoWriter::matches(const std::string& value, std::string_view glob) {
  const std::size_t wild = glob.find_first_of("*?");
  if (wild == glob.npos) return fmt::format("{} == {}", value, rego_text(glob));
  if (glob == "*") return fmt::format("is_string({})", value);
  if (glob[wild] == '*' && wild == glob.size() - 1)
    return fmt::format("startswith({}, {})", value, rego_text(glob.substr(0, wild)));
  if (wild == 0 && glob[0] == '*' && glob.find_first_of("*?", 1) == glob.npos)
    return fmt::format("endswith({}, {})", value, rego_text(glob.substr(1)));
  return fmt::format("regex.match({}, {})", rego_text(glob_regex(glob)), value);
}

std::string RegoWriter::matches_any(const std::string& value, const std::vector<std::string>& globs) {
  if (globs.empty()) return "true";
  if (globs.size() == 1) return matches(value, globs[0]);
  const std::string name = fresh("like");
  for (const std::string& glob : globs) rule(name + "(text)", {matches("text", glob)});
  return fmt::format("{}({})", name, value);
}

std::string RegoWriter::ago(Duration length) {
  for (const auto& [known, name] : cutoffs_)
    if (known == length) return name;
  const std::string name = fresh("cutoff");
  line(fmt::format("{} := weir.ago(input.now, {})", name, length.micros));
  cutoffs_.emplace_back(length, name);
  return name;
}

void RegoWriter::asks_of(std::string_view type, const std::vector<std::string>& paths) {
  const bool any = type.find_first_of("*?") != type.npos;
  attestations_[any ? "*" : std::string(type)].insert(paths.begin(), paths.end());
}

namespace {

using format::Json;

// Marks what a path leads to, step by step as rego_path writes it; an empty path is all of it.
void ask(Json& shape, std::string_view path) {
  if (shape == Json(true)) return;
  if (path.empty()) return void(shape = Json(true));
  const std::size_t dot = path.find('.');
  const std::string member(path.substr(0, dot));
  Json below = shape.at(member);
  ask(below, dot == path.npos ? std::string_view() : path.substr(dot + 1));
  shape.set(member, std::move(below));
}

}  // namespace

std::string RegoWriter::asked() const {
  Json attestations{Json::Object{}}, document{Json::Object{}};
  for (const auto& [type, paths] : attestations_) {
    Json item;
    for (const std::string& path : paths) ask(item, path);
    if (const auto any = attestations_.find("*"); any != attestations_.end())
      for (const std::string& path : any->second) ask(item, path);
    attestations.set(type, std::move(item));
  }
  Input every;
  format::MemberNames names;
  Input::members(names, every);
  for (const std::string_view name : names.names) document.set(std::string(name), true);
  document.set("attestations", std::move(attestations));
  // Many, and of any artifact: only who asks for them by name gets them.
  if (text_.find("input.deployments") == text_.npos) document.set("deployments", Json(Json::Object{}));
  return format::dump(document);
}

}  // namespace weir::policy
