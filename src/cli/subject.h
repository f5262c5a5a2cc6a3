// ARTIFACT on a command line: a digest, a path, or an image of a runtime or a registry, made into a
// fingerprint.
#pragma once
#include <string>

#include "artifact/fingerprint.h"
#include "cli/session.h"

namespace weir::cli {

inline constexpr OptionRow artifact_word{
    .name = "ARTIFACT",
    .help = "digest, path, or image (docker:NAME, podman:NAME, HOST/NAME@sha256:…)",
    .need = Need::required};

Result<artifact::Fingerprint> identify(Session& session, const std::string& what,
                                       const artifact::FingerprintOptions& options = {});

// Whether a word can only be meant as an artifact: a digest, something that exists as a path, or spelled
// like an image.
bool names_artifact(const std::string& word);

}  // namespace weir::cli
