// What a body or an answer looks like: a record, and the form it stands in. The route table says it for each route, the
// server frames answers by it, and the OpenAPI document is made from it.
#pragma once
#include "format/schema.h"

namespace weir::api {

enum class Form {
  none,
  one,      // the record
  list,     // {"<name>": [records], "next": cursor or null}
  written,  // {"<name>": record, "receipt": …}
  beside,   // {the record's members, "receipt": …}
  once,  // so, the first time; the record holds a secret, and when it is asked again there is only the receipt
  answers,  // {"answers": […]}: of a batch, each as it would have been alone
  text,
  bytes,
  file,  // of whatever media type it was given with
  events,
};

struct Shape {
  Form form = Form::none;
  std::string_view name = {};                             // of the member that holds it
  format::Json (*schema)(format::SchemaBook&) = nullptr;  // of the record
};

template <class T>
format::Json schema_in(format::SchemaBook& book) {
  return book.schema_of<T>(format::Way::in);
}
template <class T>
format::Json schema_out(format::SchemaBook& book) {
  return book.schema_of<T>(format::Way::out);
}

template <class T>
constexpr Shape takes{Form::one, "", schema_in<T>};
template <class T>
constexpr Shape one{Form::one, "", schema_out<T>};
template <class T>
constexpr Shape list(std::string_view plural) {
  return {Form::list, plural, schema_out<T>};
}
template <class T>
constexpr Shape written(std::string_view resource) {
  return {Form::written, resource, schema_out<T>};
}
template <class T>
constexpr Shape beside_receipt{Form::beside, "", schema_out<T>};
template <class T>
constexpr Shape shown_once{Form::once, "", schema_out<T>};

}  // namespace weir::api
