// JSON Schemas of records (2020-12, as OpenAPI 3.1 embeds them), made from the very list of members that reads and
// writes them, so that what is documented and what is done cannot differ:
//
//   SchemaBook book("#/components/schemas/");
//   book.schema_of<store::AlertView>(Way::out);   // {"$ref": "#/components/schemas/Alert"}
//   book.schemas();                               // {"Alert": {…}, "Workload": {…}, …}: it and all it holds
//
// A record is named after its type, without View, Declared or Request; what is read gets Request behind it, because a
// record that goes both ways has two schemas. Read: optional members may be null, other members are refused, digests
// and times have the looser forms the reader takes. Written: `maybe` members may be absent, optional ones are null.
// A book is used by one thread.
#pragma once
#include <map>
#include <string>
#include <type_traits>

#include "format/members.h"

namespace weir::format {

enum class Way { in, out };  // what is read strictly, what is written

// "weir::store::AlertView"; "weir::api::{anonymous}::Skipped" where the compiler says so.
template <class T>
constexpr std::string_view type_name() {
  const std::string_view pretty = __PRETTY_FUNCTION__;
  const std::size_t begin = pretty.find("T = ") + 4;
  return pretty.substr(begin, pretty.find_first_of(";]", begin) - begin);
}

Json nullable(Json schema);

class SchemaBook {
 public:
  explicit SchemaBook(std::string_view root) : root_(root) {}

  template <class T>
  Json schema_of(Way way) {
    return schema(std::type_identity<T>(), way);
  }
  Json schemas() const;                      // all so far, by name
  const Json& named(const Json& reference);  // what a reference of this book stands for

 private:
  struct Page {
    std::string_view type;
    Json schema;
  };

  Json schema(std::type_identity<bool>, Way) { return Json::object({{"type", "boolean"}}); }
  Json schema(std::type_identity<double>, Way) { return Json::object({{"type", "number"}}); }
  Json schema(std::type_identity<std::string>, Way) { return Json::object({{"type", "string"}}); }
  Json schema(std::type_identity<Json>, Way) { return Json::object({}); }  // anything
  Json schema(std::type_identity<Instant>, Way way);
  Json schema(std::type_identity<Duration>, Way);
  Json schema(std::type_identity<Sha256>, Way way);
  template <class T>
    requires requires { T::json_schema(); }  // a type with a text form of its own says what it looks like
  Json schema(std::type_identity<T>, Way) {
    return T::json_schema();
  }
  template <std::integral T>
  Json schema(std::type_identity<T>, Way) {
    Json schema = Json::object({{"type", "integer"}, {"format", sizeof(T) == 8 ? "int64" : "int32"}});
    if (std::is_unsigned_v<T>) schema.set("minimum", 0);
    return schema;
  }
  template <NamedEnum E>
  Json schema(std::type_identity<E>, Way) {
    Json::Array names;
    for (const std::string_view name : names_of(E{})) names.push_back(name);
    return Json::object({{"type", "string"}, {"enum", std::move(names)}});
  }
  template <class T>
  Json schema(std::type_identity<std::optional<T>>, Way way) {
    return nullable(schema_of<T>(way));
  }
  template <class T>
  Json schema(std::type_identity<std::vector<T>>, Way way) {
    return Json::object({{"type", "array"}, {"items", schema_of<T>(way)}});
  }
  template <class T>
  Json schema(std::type_identity<std::map<std::string, T>>, Way way) {
    return Json::object({{"type", "object"}, {"additionalProperties", schema_of<T>(way)}});
  }
  template <Record T>
  Json schema(std::type_identity<T>, Way way);

  bool has(const std::string& name, std::string_view type) const;

  std::string root_;
  std::map<std::string, Page> pages_;
};

std::string schema_name(std::string_view type, Way way);  // "weir::store::AlertView" → "Alert"

struct MemberSchemas {
  SchemaBook& book;
  Way way;
  Json properties = Json::object({});
  Json::Array required = {};

  template <class T>
  void operator()(std::string_view name, T&) {
    required.push_back(name);
    properties.set(std::string(name), book.schema_of<T>(way));
  }
  template <class T>
  void maybe(std::string_view name, T& member) {
    Json schema = book.schema_of<T>(way);
    // What it is when it is absent; of texts, lists and records that is nothing, which goes without saying.
    if constexpr (std::is_arithmetic_v<T> || NamedEnum<T> || std::same_as<T, Duration>)
      if (way == Way::in) schema.set("default", parse_json(encode(member)).value());
    properties.set(std::string(name), std::move(schema));
  }
  template <class T>
  void maybe(std::string_view name, std::optional<T>&) {
    // Written when there is one; null says the same as nothing when it is read.
    properties.set(std::string(name),
                   way == Way::in ? book.schema_of<std::optional<T>>(way) : book.schema_of<T>(way));
  }
  Json finish() &&;
};

template <Record T>
Json SchemaBook::schema(std::type_identity<T>, Way way) {
  const std::string name = schema_name(type_name<T>(), way);
  if (!has(name, type_name<T>())) {
    T record{};
    MemberSchemas members{*this, way};
    T::members(members, record);
    pages_.emplace(name, Page{type_name<T>(), std::move(members).finish()});
  }
  return Json::object({{"$ref", root_ + name}});
}

}  // namespace weir::format
