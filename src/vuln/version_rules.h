// One function per version order: text to key. version_order.h is the way in.
#pragma once
#include <compare>
#include <string>
#include <string_view>

namespace weir::vuln {

// order_semver.cc
std::string semver_key(std::string_view version);
std::string pub_key(std::string_view version);
std::string nuget_key(std::string_view version);

// order_pypi.cc
std::string pypi_key(std::string_view version);

// order_maven.cc
std::string maven_key(std::string_view version);
std::weak_ordering compare_maven(std::string_view a, std::string_view b);

// order_language.cc
std::string rubygems_key(std::string_view version);
std::string cran_key(std::string_view version);
std::string hackage_key(std::string_view version);

// order_packagist.cc
std::string packagist_key(std::string_view version);
bool has_any_number(std::string_view packagist_version);  // a part "#"
std::weak_ordering compare_packagist(std::string_view a, std::string_view b);

// order_system.cc
std::string dpkg_key(std::string_view version);
std::string rpm_key(std::string_view version);

// order_apk.cc
std::string apk_key(std::string_view version);

}  // namespace weir::vuln
