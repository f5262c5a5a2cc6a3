#include "admission/review.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "admission/reference.h"
#include "format/json.h"

namespace weir::admission {
namespace {

using format::Json;

constexpr std::string_view version = "admission.k8s.io/v1";
constexpr std::size_t name_bytes_max = 253;

// Where the PodSpec stands. Versions of a group don't differ in that.
struct KindRow {
  std::string_view group, kind;
  std::array<std::string_view, 5> path;
};
constexpr std::array kinds{
    KindRow{"", "Pod", {"spec"}},
    KindRow{"", "ReplicationController", {"spec", "template", "spec"}},
    KindRow{"", "PodTemplate", {"template", "spec"}},
    KindRow{"apps", "Deployment", {"spec", "template", "spec"}},
    KindRow{"apps", "ReplicaSet", {"spec", "template", "spec"}},
    KindRow{"apps", "StatefulSet", {"spec", "template", "spec"}},
    KindRow{"apps", "DaemonSet", {"spec", "template", "spec"}},
    KindRow{"extensions", "Deployment", {"spec", "template", "spec"}},
    KindRow{"extensions", "ReplicaSet", {"spec", "template", "spec"}},
    KindRow{"extensions", "DaemonSet", {"spec", "template", "spec"}},
    KindRow{"batch", "Job", {"spec", "template", "spec"}},
    KindRow{"batch", "CronJob", {"spec", "jobTemplate", "spec", "template", "spec"}},
};

// Which members of a PodSpec name images, and how people call them.
struct ListRow {
  std::string_view list, within, member, word;
};
constexpr std::array lists{
    ListRow{"containers", "", "image", "container"},
    ListRow{"initContainers", "", "image", "init container"},
    ListRow{"ephemeralContainers", "", "image", "ephemeral container"},
    ListRow{"volumes", "image", "reference", "volume"},
};

enum class Operation { create, update, other };

const KindRow* row_of(std::string_view group, std::string_view kind) {
  const auto found = std::find_if(kinds.begin(), kinds.end(),
                                  [&](const KindRow& row) { return row.group == group && row.kind == kind; });
  return found == kinds.end() ? nullptr : &*found;
}

// Absent and null are the same: the API server writes either.
const Json* member(const Json& of, std::string_view name) {
  const Json* const found = of.find(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

// Null: there is none, as in a template that somebody else fills in.
Result<const Json*> pod_spec_of(const Json& object, const KindRow& row) {
  const Json* at = &object;
  std::string path = "object";
  for (const std::string_view step : row.path) {
    if (step.empty()) break;
    at = member(*at, step);
    if (at == nullptr) return at;
    path += fmt::format(".{}", step);
    if (at->object() == nullptr) return invalid(fmt::format("'{}' must be an object", path), path);
  }
  return at;
}

Status read_item(const Json& item, const ListRow& row, const std::string& path, std::vector<Image>& into) {
  if (item.object() == nullptr) return invalid(fmt::format("'{}' must be an object", path), path);
  const Json* const holder = row.within.empty() ? &item : member(item, row.within);
  if (holder == nullptr) return {};
  if (holder->object() == nullptr)
    return invalid(fmt::format("'{}.{}' must be an object", path, row.within), path);
  const Json* const reference = member(*holder, row.member);
  if (reference == nullptr) return {};
  if (reference->string() == nullptr)
    return invalid(fmt::format("'{}.{}' must be text", path, row.member), path);
  if (reference->string()->empty()) return {};
  if (into.size() >= images_max)
    return Error{Errc::too_large, fmt::format("more than {} images in one object", images_max), path};
  into.push_back({row.list, std::string(item.text("name").substr(0, name_bytes_max)), *reference->string()});
  return {};
}

Result<std::vector<Image>> images_of(const Json& object, const KindRow& row) {
  std::vector<Image> images;
  const Json* const spec = TRY(pod_spec_of(object, row));
  if (spec == nullptr) return images;
  for (const ListRow& list : lists) {
    const Json* const items = member(*spec, list.list);
    if (items == nullptr) continue;
    if (items->array() == nullptr)
      return invalid(fmt::format("'{}' must be a list", list.list), std::string(list.list));
    for (std::size_t i = 0; i < items->array()->size(); ++i)
      TRY(read_item((*items->array())[i], list, fmt::format("{}[{}]", list.list, i), images));
  }
  return images;
}

// A container that had this image before brings in nothing. What can't be read of the past counts as nothing.
void leave_out_known(std::vector<Image>& images, const Json& before, const KindRow& row) {
  const Result<std::vector<Image>> old =
      before.object() != nullptr ? images_of(before, row) : Result<std::vector<Image>>(std::vector<Image>());
  if (!old.ok()) return;
  const auto key = [](const Image& image) {
    return std::tuple<std::string_view, std::string_view, std::string_view>(image.list, image.name,
                                                                            image.reference);
  };
  std::set<decltype(key(Image()))> known;
  for (const Image& image : *old) known.insert(key(image));
  std::erase_if(images, [&](const Image& image) { return known.contains(key(image)); });
}

Result<Operation> operation_of(const Json& request) {
  const std::string_view word = request.text("operation");
  if (word == "CREATE") return Operation::create;
  if (word == "UPDATE") return Operation::update;
  if (word == "DELETE" || word == "CONNECT") return Operation::other;
  return invalid("'request.operation' must be CREATE, UPDATE, DELETE or CONNECT", "request.operation");
}

// `field` is the whole path; its last word is the member of `of`.
Result<std::string> text_of(const Json& of, std::string_view field, std::size_t bytes_max) {
  const Json* const found = member(of, field.substr(field.rfind('.') + 1));
  if (found == nullptr) return std::string();
  if (found->string() == nullptr) return invalid(fmt::format("'{}' must be text", field), std::string(field));
  if (found->string()->size() > bytes_max)
    return Error{Errc::too_large, fmt::format("'{}' has more than {} bytes", field, bytes_max),
                 std::string(field)};
  return *found->string();
}

Result<Json> request_of(std::string_view body) {
  if (body.size() > review_bytes_max)
    return Error{Errc::too_large, fmt::format("more than {} bytes", review_bytes_max)};
  Json review = TRY(format::parse_json(body));
  if (review.text("apiVersion") != version)
    return invalid(fmt::format("'apiVersion' must be {}", version), "apiVersion");
  if (review.text("kind") != "AdmissionReview") return invalid("'kind' must be AdmissionReview", "kind");
  if (review.at("request").object() == nullptr) return invalid("'request' must be an object", "request");
  return review;
}

// An API server writes this first, before anything of the object's author; empty when the body begins otherwise.
std::string uid_at_head(std::string_view body) {
  constexpr std::string_view head =
      R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":")";
  if (!body.starts_with(head)) return "";
  body.remove_prefix(head.size());
  const std::size_t end = body.find_first_of("\"\\");
  if (end == body.npos || end > uid_bytes_max || body[end] != '"') return "";
  const std::string_view uid = body.substr(0, end);
  const bool is_plain = std::ranges::all_of(uid, [](char c) { return c > ' ' && c <= '~'; });
  return is_plain ? std::string(uid) : "";
}

Result<Review> unread(std::string_view body, const Error& why) {
  Review review{.uid = uid_at_head(body), .kind = "object", .problem = why.message};
  if (review.uid.empty()) return why;
  return review;
}

Status read_object(const Json& request, Operation operation, const KindRow& row, Review& into) {
  const Json& object = request.at("object");
  if (object.object() == nullptr) return invalid("'request.object' must be an object", "request.object");
  const std::string_view says = object.text("kind");
  if (!says.empty() && says != row.kind)
    return invalid(
        fmt::format("'request.object' is a {}, and 'request.kind' says {}", says.substr(0, 64), row.kind),
        "request.object.kind");
  into.images = TRY(images_of(object, row));
  if (operation == Operation::update) leave_out_known(into.images, request.at("oldObject"), row);
  return {};
}

}  // namespace

Result<Review> read_review(std::string_view body) {
  const Result<Json> whole = request_of(body);
  if (!whole.ok()) return unread(body, whole.error());
  const Json& request = whole->at("request");
  Review review;
  review.uid = TRY(text_of(request, "request.uid", uid_bytes_max));
  if (review.uid.empty()) return invalid("'request.uid' is missing: an answer is known by it", "request.uid");
  review.space = TRY(text_of(request, "request.namespace", name_bytes_max));
  const Operation operation = TRY(operation_of(request));
  const std::string under = TRY(text_of(request, "request.subResource", name_bytes_max));
  const Json& kind = request.at("kind");
  const std::string group = TRY(text_of(kind, "request.kind.group", name_bytes_max));
  const std::string word = TRY(text_of(kind, "request.kind.kind", name_bytes_max));
  if (word.empty()) return invalid("'request.kind.kind' is missing", "request.kind.kind");
  review.kind = group.empty() ? word : fmt::format("{}/{}", group, word);
  const Json* const dry = member(request, "dryRun");
  if (dry != nullptr && dry->boolean() == nullptr)
    return invalid("'request.dryRun' must be true or false", "request.dryRun");
  review.dry_run = dry != nullptr && *dry->boolean();
  if (operation == Operation::other || (!under.empty() && under != "ephemeralcontainers")) return review;
  const KindRow* const row = row_of(group, word);
  review.is_read = row != nullptr;
  if (row == nullptr) return review;
  if (const Status read = read_object(request, operation, *row, review); !read.ok()) {
    review.images.clear();
    review.problem = read.error().message;
  }
  return review;
}

std::string place_of(const Image& image) {
  const auto row =
      std::find_if(lists.begin(), lists.end(), [&](const ListRow& each) { return each.list == image.list; });
  return fmt::format("{} '{}'", row == lists.end() ? image.list : row->word, one_line(image.name));
}

}  // namespace weir::admission
