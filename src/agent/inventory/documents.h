// The documents of an inventory: CycloneDX 1.6 in JSON, one line, nothing in them of host or time, so that equal
// hosts send equal bytes. Packages are dealt to documents by their names: a change of one package changes one document.
// Package URLs carry what matching needs: distro, arch, epoch and upstream (docs/formats/purl.md). Pure.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "agent/collector.h"
#include "agent/inventory/component.h"

namespace weir::agent {

// "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl"
std::string purl_of(const InstalledPackage& package, const Distribution& distribution);
std::string purl_of(const JarComponent& jar);  // "" where the group is not known

Survey survey_of_packages(std::span<const InstalledPackage> packages, const Distribution& distribution,
                          Instant now);
Survey survey_of_program(std::span<const JarComponent> jars, std::vector<std::string> instances, Instant now);

}  // namespace weir::agent
