#include "artifact/identity.h"

#include <fmt/format.h>

#include <set>
#include <unordered_map>

#include "artifact/image_document.h"
#include "base/limits.h"

namespace weir::artifact {
namespace {

struct Shown {
  ImageDocument document;
  std::size_t size = 0;
};
using Documents = std::unordered_map<Sha256, Shown, Sha256Hash>;

Result<Documents> read_documents(std::span<const Bytes> raw) {
  if (raw.size() > limits::image_documents_max)
    return Error{Errc::too_large,
                 fmt::format("an image has more than {} documents", limits::image_documents_max)};
  Documents documents;
  for (const Bytes& bytes : raw) {
    ImageDocument document = TRY(parse_image_document(bytes));
    const Sha256 digest = document.digest;
    documents.emplace(digest, Shown{.document = std::move(document), .size = bytes.size()});
  }
  return documents;
}

Relation relation_of(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::index: return Relation::index;
    case DocumentKind::manifest: return Relation::manifest;
    case DocumentKind::config: return Relation::config;
  }
  return Relation::config;
}

class Identity {
 public:
  explicit Identity(const Documents& documents) : documents_(documents) {}

  Status add(IdentityMember member) {
    if (members_.size() >= limits::image_documents_max * 4)
      return Error{Errc::too_large, "an image names too many documents"};
    const auto found = documents_.find(member.digest);
    member.shown = found != documents_.end();
    if (!member.shown) return members_.push_back(std::move(member)), Status();
    const ImageDocument& document = found->second.document;
    const Sha256 parent = document.digest;
    member.diff_ids = document.diff_ids;
    if (document.kind == DocumentKind::config) member.platform = document.platform;
    members_.push_back(std::move(member));
    if (!reached_.insert(parent).second) return {};
    for (const Reference& reference : document.references) TRY(follow(reference, document));
    return {};
  }

  Status check_all_reached() const {
    for (const auto& [digest, shown] : documents_)
      if (!reached_.contains(digest))
        return invalid(
            fmt::format("the document {} is neither the artifact nor named by one of its documents",
                        to_string(digest)),
            "documents");
    return {};
  }

  std::vector<IdentityMember> take() { return std::move(members_); }

 private:
  Status follow(const Reference& reference, const ImageDocument& parent) {
    Relation relation = parent.kind == DocumentKind::index ? Relation::manifest : Relation::config;
    if (const auto found = documents_.find(reference.digest); found != documents_.end()) {
      const Relation shown = relation_of(found->second.document.kind);
      const bool nested = relation == Relation::manifest && shown == Relation::index;
      if (shown != relation && !nested) return mismatch(reference, "is not of the kind it is named as");
      if (found->second.size != reference.size)
        return mismatch(reference, "has another size than its parent says");
      relation = shown;
    }
    if (reference.attachment) relation = Relation::attachment;
    return add({.digest = reference.digest,
                .relation = relation,
                .platform = reference.platform,
                .parent = parent.digest});
  }

  static Error mismatch(const Reference& reference, std::string_view what) {
    return invalid(fmt::format("the document {} {}", to_string(reference.digest), what), "documents");
  }

  const Documents& documents_;
  std::vector<IdentityMember> members_;
  std::set<Sha256> reached_;
};

}  // namespace

Result<std::vector<IdentityMember>> recompute_identity(const Sha256& artifact,
                                                       std::span<const Bytes> documents) {
  const Documents read = TRY(read_documents(documents));
  Identity identity(read);
  TRY(identity.add({.digest = artifact}));
  TRY(identity.check_all_reached());
  return identity.take();
}

}  // namespace weir::artifact
