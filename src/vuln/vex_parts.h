// What the readers of the three forms of VEX share: members read strictly, and things named by identifiers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "format/json.h"
#include "vuln/vex.h"

namespace weir::vuln {

// A text member; "" when it is absent. Errors name it with its path `at`.
Result<std::string> vex_text(const format::Json& owner, std::string_view name, std::string_view at);
Result<std::string> vex_text_required(const format::Json& owner, std::string_view name, std::string_view at);
// A list member; an empty one when it is absent.
Result<const format::Json::Array*> vex_list(const format::Json& owner, std::string_view name,
                                            std::string_view at);
Result<std::vector<std::string>> vex_texts(const format::Json& owner, std::string_view name,
                                           std::string_view at);
Result<Instant> vex_time(std::string_view text, std::string_view at);

// A package URL, a digest, or any other identifier. A package URL of a digest ("pkg:oci/app@sha256%3A…") is
// both.
Result<Named> named_by(std::string_view identifier, std::string_view at);
Status add_hash(Named& named, std::string_view algorithm, std::string_view value, std::string_view at);

// What the statements of one document take together. A document may name a product, a group of them or a long text as
// often as it likes, and each statement has them whole: a small one would else fill all memory.
class VexRoom {
 public:
  // Before it is made. Errors: too_large beyond vex_statements_bytes_max.
  Status take(std::size_t bytes);

 private:
  std::size_t taken_ = 0;
};
std::size_t bytes_of(const Named& named);
std::size_t bytes_of(const VexProduct& product);
std::size_t bytes_of(const Statement& statement);  // without its products

bool is_justification(std::string_view text);  // one of the five of OpenVEX and CSAF

Result<std::vector<Statement>> read_openvex(const format::Json& json);
Result<std::vector<Statement>> read_csaf_vex(const format::Json& json);
Result<std::vector<Statement>> read_cyclonedx_vex(const format::Json& json);

}  // namespace weir::vuln
