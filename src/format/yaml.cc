#include "format/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <optional>
#include <sstream>
#include <unordered_set>

#include "base/limits.h"
#include "format/utf8.h"

namespace weir::format {
namespace {

Error wrong_at(const YAML::Mark& mark, std::string_view message) {
  if (mark.is_null()) return invalid(fmt::format("YAML: {}", message));
  return invalid(fmt::format("YAML line {}, column {}: {}", mark.line + 1, mark.column + 1, message));
}

template <class Number>
std::optional<Number> number_from(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number value{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return Json();
  if (text == "true" || text == "True" || text == "TRUE") return Json(true);
  if (text == "false" || text == "False" || text == "FALSE") return Json(false);
  if (text.find_first_of("0123456789") == std::string::npos) return Json(text);
  if (const auto whole = number_from<std::int64_t>(text)) return Json(*whole);
  if (const auto real = number_from<double>(text)) return Json(*real);
  return Json(text);
}

// yaml-cpp writes the escapes \N and \_ as one byte of Latin-1 each. Where the document was UTF-8, such a byte by
// itself comes from there.
std::string with_whole_escapes(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = utf8_sequence_size(text, at);
    const bool escape = size == 0 && (text[at] == '\x85' || text[at] == '\xA0');
    if (escape) out += '\xC2';
    out.append(text, at, size == 0 ? 1 : size);
    at += size == 0 ? 1 : size;
  }
  return out;
}

using Lines = std::map<std::string, std::size_t, std::less<>>;

class Reader {
 public:
  enum class Escapes { as_they_are, whole };
  Reader(Lines* lines, Escapes escapes) : lines_(lines), escapes_(escapes) {}

  Result<Json> read(const YAML::Node& node, std::size_t depth) {
    if (depth > limits::json_depth_max)
      return too_large(node, fmt::format("nested deeper than {}", limits::json_depth_max));
    if (++nodes_ > limits::yaml_nodes_max)
      return too_large(node, fmt::format("more than {} values", limits::yaml_nodes_max));
    if (node.IsMap()) return read_map(node, depth);
    if (node.IsSequence()) return read_sequence(node, depth);
    if (!node.IsScalar()) return Json();
    const bool quoted = node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str";
    if (!quoted) return plain_scalar(node.Scalar());
    return escapes_ == Escapes::whole ? Json(with_whole_escapes(node.Scalar())) : Json(node.Scalar());
  }

 private:
  static Error too_large(const YAML::Node& node, std::string_view message) {
    return {Errc::too_large, wrong_at(node.Mark(), message).message};
  }

  Result<Json> read_sequence(const YAML::Node& node, std::size_t depth) {
    Json::Array items;
    for (const YAML::Node& item : node) {
      const std::size_t before = enter(item, fmt::format("[{}]", items.size()));
      items.push_back(TRY(read(item, depth + 1)));
      path_.resize(before);
    }
    return Json(std::move(items));
  }

  Result<Json> read_map(const YAML::Node& node, std::size_t depth) {
    Json map{Json::Object{}};
    std::unordered_set<std::string_view> keys;
    for (const auto& member : node) {
      if (!member.first.IsScalar()) return wrong_at(member.first.Mark(), "a key must be text");
      const std::string& key = member.first.Scalar();
      if (!keys.insert(key).second)
        return wrong_at(member.first.Mark(), fmt::format("the key '{}' stands twice", key));
      const std::size_t before = enter(member.first, path_.empty() ? key : "." + key);
      Json value = TRY(read(member.second, depth + 1));
      path_.resize(before);
      map.object()->emplace_back(key, std::move(value));
    }
    return map;
  }

  // Steps down by one key or index and notes where that stands; returns what to go back to.
  std::size_t enter(const YAML::Node& at, const std::string& step) {
    const std::size_t before = path_.size();
    if (lines_ == nullptr) return before;
    path_ += step;
    if (!at.Mark().is_null()) lines_->emplace(path_, at.Mark().line + 1);
    return before;
  }

  Lines* lines_;
  Escapes escapes_;
  std::string path_;
  std::size_t nodes_ = 0;
};

// Looks at where documents begin, and at how many nodes there are: each takes some hundred bytes once it is built.
class Counter final : public YAML::EventHandler {
 public:
  struct TooMany {};

  YAML::Mark document, node;  // the latest ones
  void OnDocumentStart(const YAML::Mark& mark) override { document = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { count(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { count(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string&) override {
    count(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    count(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    count(mark);
  }
  void OnMapEnd() override {}

 private:
  void count(const YAML::Mark& mark) {
    node = mark;
    if (++nodes_ > nodes_max) throw TooMany();
  }
  static constexpr std::size_t nodes_max = 2 * limits::yaml_nodes_max;  // keys are nodes too
  std::size_t nodes_ = 0;
};

// yaml-cpp reads "," as documents without end, each of nothing: asked for all of them it takes all memory. So they are
// counted first, and no further than the second.
Status check_one_document(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Counter counter;
  try {
    if (parser.HandleNextDocument(counter) && parser.HandleNextDocument(counter))
      return wrong_at(counter.document, "a second document; one is expected");
  } catch (const Counter::TooMany&) {
    const std::string message = fmt::format("more than {} values", limits::yaml_nodes_max);
    return Error{Errc::too_large, wrong_at(counter.node, message).message};
  }
  return {};
}

Result<Json> parse(std::string_view text, Lines* lines) {
  try {
    const std::string whole(text);
    TRY(check_one_document(whole));
    const std::vector<YAML::Node> documents = YAML::LoadAll(whole);
    if (documents.empty()) return Json();
    const auto escapes = is_utf8(text) ? Reader::Escapes::whole : Reader::Escapes::as_they_are;
    const Json value = TRY(Reader(lines, escapes).read(documents.front(), 0));
    // The JSON reader judges what both formats share: text that is not UTF-8.
    return parse_json(dump(value));
  } catch (const YAML::Exception& fault) {
    return wrong_at(fault.mark, fault.msg);
  }
}

}  // namespace

Result<Json> parse_yaml(std::string_view text) { return parse(text, nullptr); }

Result<YamlDocument> parse_yaml_with_lines(std::string_view text) {
  YamlDocument document;
  document.value = TRY(parse(text, &document.lines));
  return document;
}

std::size_t line_of(const YamlDocument& document, std::string_view path) {
  while (!path.empty()) {
    if (const auto found = document.lines.find(path); found != document.lines.end()) return found->second;
    const std::size_t cut = path.find_last_of(".[");
    path = path.substr(0, cut == path.npos ? 0 : cut);
  }
  return 0;
}

}  // namespace weir::format
