// Kosli's environment policies (docs.kosli.com/schemas/policy/v1), accepted as they are and translated into the
// same rules. Types that have another name here are mapped: junit → test, snyk and sonar → scan, pull_request →
// review, jira → ticket. docs/formats/policy.md says what each part becomes. Pure.
#pragma once
#include "policy/form.h"

namespace weir::policy {

bool is_kosli_policy(const format::Json& document);  // by `_schema`

// Fingerprints, tags and booleans compare as they do there. Engines before engine_mark (next.h) compared a fingerprint
// with its `sha256:`, and a tag with a number or a boolean never.
Result<Policy> translate_kosli_policy(const format::Json& document, std::string_view engine = {});

}  // namespace weir::policy
