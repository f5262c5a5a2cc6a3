#include "vuln/index/component_table.h"

#include <algorithm>

#include "vuln/store/coding.h"
#include "vuln/version_key.h"

namespace weir::vuln {
namespace {

void append_text(Bytes& out, std::string_view text) {
  append_varint(out, text.size() * 2);
  out += text;
}
// As a part of the component's text where it stands there, as names and versions mostly do.
void append_part(Bytes& out, std::string_view text, std::string_view part) {
  const std::size_t at = text.find(part);
  if (at == text.npos) return append_text(out, part);
  append_varint(out, part.size() * 2 + 1);
  append_varint(out, at);
}

// Stops at the end of the bytes; what it misses is empty.
struct RecordReader {
  BytesView rest, whole = {};
  std::uint64_t number() {
    Decoder decoder(rest);
    const std::uint64_t value = decoder.varint();
    rest = decoder.sound() ? rest.substr(decoder.position()) : BytesView();
    return value;
  }
  BytesView text() {
    const std::uint64_t size = number();
    if (size % 2 != 0) {
      const std::uint64_t at = number();
      return at <= whole.size() ? whole.substr(at, size / 2) : BytesView();
    }
    const BytesView value = rest.substr(0, size / 2);
    rest.remove_prefix(value.size());
    return value;
  }
};

Bytes record_of(const Component& component) {
  Bytes out;
  const Package& package = component.package;
  append_text(out, component.text);
  for (const std::string* part :
       {&component.name, &component.version, &package.ecosystem, &package.release, &package.version})
    append_part(out, component.text, *part);
  append_varint(out, static_cast<std::uint64_t>(package.scope));
  append_varint(out, package.names.size());
  for (const std::string& name : package.names) append_part(out, component.text, name);
  return out;
}

// "pkg:npm/%40a/b@1.0?x=y" → "pkg:npm/%40a/b".
std::string_view without_version(std::string_view url) {
  const std::string_view path = url.substr(0, url.find_first_of("?#"));
  const std::size_t version = path.rfind('@'), name = path.rfind('/');
  const bool has_version = version != path.npos && (name == path.npos || version > name + 1);
  return has_version ? path.substr(0, version) : path;
}

std::uint32_t about_hash(std::string_view ecosystem, std::string_view name) {
  return stored_hash(std::string(ecosystem) + '\n' + index_name(ecosystem, name));
}

// `name`: as the index has it.
bool is_about(const Package& package, std::string_view ecosystem, std::string_view name) {
  return package.ecosystem == ecosystem && std::ranges::any_of(package.names, [&](const std::string& each) {
           return index_name(ecosystem, each) == name;
         });
}

bool is_named(const Component& component, std::string_view lower) {
  return lower_ascii(component.name) == lower ||
         std::ranges::any_of(component.package.names,
                             [&](const std::string& each) { return lower_ascii(each) == lower; });
}

void sort_once(std::vector<ComponentId>& ids) {
  std::ranges::sort(ids);
  const auto twice = std::ranges::unique(ids);
  ids.erase(twice.begin(), twice.end());
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool contains_lower(std::string_view text, std::string_view part) {
  return !std::ranges::search(text, part, {}, lower).empty() || part.empty();
}

}  // namespace

Result<ComponentTable> ComponentTable::over(const IndexFile& file, std::size_t first) {
  ComponentTable table;
  table.records_ = Arena(file.section<char>(first));
  table.begins_ = Column<std::uint64_t>(file.section<std::uint64_t>(first + 1));
  std::size_t at = first + 2;
  for (IdTable* each : {&table.by_text_, &table.by_package_, &table.by_about_, &table.by_name_}) {
    *each = TRY(IdTable::over(file, at));
    at += IdTable::sections;
  }
  return table;
}

void ComponentTable::write(IndexWriter& out) const {
  out.column(records_.bytes());
  out.column(begins_);
  for (const IdTable* each : {&by_text_, &by_package_, &by_about_, &by_name_}) each->write(out);
}

ComponentId ComponentTable::add(const Component& component) {
  const auto id = static_cast<ComponentId>(size());
  begins_.push_back(records_.add(record_of(component)));
  by_text_.add(stored_hash(component.text), id);
  by_package_.add(stored_hash(without_version(component.text)), id);
  std::vector<std::string> names{lower_ascii(component.name)};
  for (const std::string& name : component.package.names) {
    names.push_back(lower_ascii(name));
    by_about_.add(about_hash(component.package.ecosystem, name), id);
  }
  std::ranges::sort(names);
  const auto twice = std::ranges::unique(names);
  names.erase(twice.begin(), twice.end());
  for (const std::string& name : names) by_name_.add(stored_hash(name), id);
  return id;
}

std::string_view ComponentTable::text(ComponentId id) const {
  return id < size() ? RecordReader{records_.from(begins_[id])}.text() : std::string_view();
}

Component ComponentTable::component(ComponentId id) const {
  Component component;
  if (id >= size()) return component;
  Package& package = component.package;
  RecordReader in{records_.from(begins_[id])};
  in.whole = in.text();
  component.text = in.whole;
  for (std::string* text :
       {&component.name, &component.version, &package.ecosystem, &package.release, &package.version})
    *text = in.text();
  package.scope = static_cast<Scope>(std::min<std::uint64_t>(in.number(), 2));
  for (std::uint64_t names = in.number(); names > 0 && !in.rest.empty(); --names)
    package.names.emplace_back(in.text());
  return component;
}

std::optional<ComponentId> ComponentTable::find(std::string_view text) const {
  std::optional<ComponentId> found;
  by_text_.any(stored_hash(text), [&](ComponentId id) {
    if (id < size() && this->text(id) == text) found = id;
    return found.has_value();
  });
  return found;
}

std::vector<ComponentId> ComponentTable::about(std::string_view ecosystem, std::string_view name) const {
  std::vector<ComponentId> ids;
  const std::string indexed = index_name(ecosystem, name);
  by_about_.any(about_hash(ecosystem, name), [&](ComponentId id) {
    if (is_about(component(id).package, ecosystem, indexed)) ids.push_back(id);
    return false;
  });
  sort_once(ids);
  return ids;
}

std::vector<ComponentId> ComponentTable::named(std::string_view name) const {
  const std::string lower = lower_ascii(name);
  std::vector<ComponentId> ids;
  by_name_.any(stored_hash(lower), [&](ComponentId id) {
    if (id < size() && is_named(component(id), lower)) ids.push_back(id);
    return false;
  });
  sort_once(ids);
  return ids;
}

std::vector<ComponentId> ComponentTable::below(std::string_view url) const {
  std::vector<ComponentId> ids;
  by_package_.any(stored_hash(without_version(url)), [&](ComponentId id) {
    const std::string_view text = this->text(id);
    const bool is_below =
        text.starts_with(url) && (text.size() == url.size() ||
                                  std::string_view("?#@&").find(text[url.size()]) != std::string_view::npos);
    if (id < size() && is_below) ids.push_back(id);
    return false;
  });
  sort_once(ids);
  return ids;
}

std::vector<ComponentId> ComponentTable::containing(std::string_view part, std::size_t limit) const {
  std::vector<ComponentId> found;
  const std::string wanted = lower_ascii(part);
  for (ComponentId id = 0; id < size() && found.size() < limit; ++id)
    if (contains_lower(text(id), wanted)) found.push_back(id);
  return found;
}

}  // namespace weir::vuln
