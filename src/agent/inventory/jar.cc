#include "agent/inventory/jar.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "agent/inventory/bounds.h"
#include "agent/inventory/root_file.h"
#include "crypto/digest.h"

namespace weir::agent {
namespace {

constexpr std::string_view manifest_name = "META-INF/MANIFEST.MF";
constexpr std::string_view maven_folder = "META-INF/maven/", properties_name = "/pom.properties";
constexpr std::size_t piece_bytes = 64 * 1024, coordinate_bytes_max = 200;

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\f";
  const auto begin = text.find_first_not_of(blank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::string_view file_name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string value_of(const Properties& properties, std::string_view key) {
  const auto found = properties.find(key);
  return found == properties.end() ? std::string() : found->second;
}

// Coordinates are what Maven allows; a template that nobody filled in ("${project.version}") is none.
bool is_coordinate(std::string_view text) {
  return !text.empty() && text.size() <= coordinate_bytes_max && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '+';
  });
}

std::optional<JarComponent> component_of_pom(const Properties& pom) {
  JarComponent component{.group = value_of(pom, "groupId"),
                         .name = value_of(pom, "artifactId"),
                         .version = value_of(pom, "version")};
  if (!is_coordinate(component.group) || !is_coordinate(component.name) || !is_coordinate(component.version))
    return std::nullopt;
  return component;
}

// "org.acme.tools" is the group of "tools" when that is what the bundle or module is called.
std::string group_in(const Properties& manifest, std::string_view name) {
  if (const std::string vendor = value_of(manifest, "Implementation-Vendor-Id");
      is_coordinate(vendor) && vendor.find('.') != vendor.npos)
    return vendor;
  for (const std::string_view key : {"Bundle-SymbolicName", "Automatic-Module-Name"}) {
    const std::string value = value_of(manifest, key);
    const std::string_view whole = trimmed(std::string_view(value).substr(0, value.find(';')));
    if (is_coordinate(whole) && whole.size() > name.size() + 1 && whole.ends_with(name) &&
        whole[whole.size() - name.size() - 1] == '.')
      return std::string(whole.substr(0, whole.size() - name.size() - 1));
  }
  return {};
}

JarComponent component_of_manifest(const Properties& manifest, std::string_view file_name) {
  const NameAndVersion named = split_jar_name(file_name);
  JarComponent component{
      .group = group_in(manifest, named.name), .name = named.name, .version = named.version};
  for (const std::string_view key : {"Implementation-Version", "Bundle-Version", "Specification-Version"})
    if (component.version.empty() && is_coordinate(value_of(manifest, key)))
      component.version = value_of(manifest, key);
  return component;
}

// Which of the poms is the archive's own: the one its file name begins with, the longest of them; or the only one.
const JarComponent* own_pom(const std::vector<JarComponent>& poms, std::string_view file_name) {
  const JarComponent* own = nullptr;
  for (const JarComponent& pom : poms) {
    const std::string_view rest = file_name.starts_with(pom.name) ? file_name.substr(pom.name.size()) : "x";
    if (rest.starts_with('-') || rest.starts_with('.') || rest.starts_with('_'))
      if (own == nullptr || pom.name.size() > own->name.size()) own = &pom;
  }
  return own == nullptr && poms.size() == 1 ? &poms.front() : own;
}

Fd open_scratch(const std::string& folder) {
  Fd file(open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file) return file;
  std::string name = folder + "/unpack-XXXXXX";
  Fd named(mkostemp(name.data(), O_CLOEXEC));
  if (named) unlink(name.c_str());
  return named;
}

class Exploring {
 public:
  Exploring(JarContents& out, const std::string& scratch) : out_(out), scratch_(scratch) {}

  Status explore(const FileWindow& window, const std::string& place, const std::string& file_name,
                 int depth) {
    const ZipFile zip = TRY(ZipFile::open(window));
    Found found;
    const Status listed = zip.each([&](const ZipEntry& entry) { sort(entry, found); });
    if (!listed.ok()) note(place, listed.error());
    const std::size_t at = out_.components.size();
    if (!add_own(zip, found, place, file_name)) return {};
    const auto digest = digest_of(window);
    if (digest.ok()) out_.components[at].digest = *digest;
    else note(place, digest.error());
    for (const ZipEntry& entry : found.archives) {
      if (depth >= inventory::nesting_max || out_.components.size() >= inventory::components_max) {
        out_.cut = true;
        break;
      }
      if (const Status read = go_into(zip, entry, place, depth); !read.ok())
        note(place + "!/" + entry.name, read.error());
    }
    return {};
  }

 private:
  struct Found {
    std::optional<ZipEntry> manifest;
    std::vector<ZipEntry> poms, archives;
  };

  static void sort(const ZipEntry& entry, Found& found) {
    if (entry.name == manifest_name) found.manifest = entry;
    else if (entry.name.starts_with(maven_folder) && entry.name.ends_with(properties_name))
      found.poms.push_back(entry);
    else if (is_jar_name(entry.name)) found.archives.push_back(entry);
  }

  void note(const std::string& place, const Error& error) {
    if (error.code == Errc::too_large) out_.cut = true;
    if (out_.damage.empty())
      out_.damage = fmt::format("{}: {}", place.empty() ? "the archive" : place, error.message);
  }

  std::string text_of(const ZipFile& zip, const ZipEntry& entry, const std::string& place) {
    auto text = zip.read(entry, inventory::text_entry_bytes_max, left_);
    if (text.ok()) return std::move(*text);
    note(place, text.error());
    return {};
  }

  // False beyond the bound.
  bool add_own(const ZipFile& zip, const Found& found, const std::string& place,
               const std::string& file_name) {
    std::vector<JarComponent> poms;
    for (const ZipEntry& entry : found.poms) {
      if (poms.size() >= inventory::folded_max ||
          poms.size() + out_.components.size() >= inventory::components_max) {
        out_.cut = true;
        break;
      }
      if (auto pom = component_of_pom(parse_properties(text_of(zip, entry, place))))
        if (std::ranges::find(poms, *pom) == poms.end()) poms.push_back(std::move(*pom));
    }
    const JarComponent* own = own_pom(poms, file_name);
    JarComponent first;
    if (own != nullptr) first = *own;
    else
      first = component_of_manifest(
          found.manifest ? parse_manifest(text_of(zip, *found.manifest, place)) : Properties(), file_name);
    if (out_.components.size() >= inventory::components_max) return false;
    first.place = place;
    out_.components.push_back(std::move(first));
    for (JarComponent& pom : poms) {
      if (&pom == own) continue;
      pom.place = place;
      out_.components.push_back(std::move(pom));
    }
    return true;
  }

  Status go_into(const ZipFile& zip, const ZipEntry& entry, const std::string& place, int depth) {
    const std::string name(file_name_of(entry.name)), inner = place + "!/" + entry.name;
    if (const auto window = TRY(zip.stored(entry))) return explore(*window, inner, name, depth + 1);
    const Fd file = open_scratch(scratch_);
    if (!file) return Error{Errc::unavailable, "there is no room to unpack an archive within another"};
    const std::uint64_t size =
        TRY(zip.unpack(entry, file.number(), inventory::inflated_archive_bytes_max, left_));
    return explore({file.number(), 0, size}, inner, name, depth + 1);
  }

  Result<Sha256> digest_of(const FileWindow& window) {
    if (!left_.take(window.size)) return Error{Errc::too_large, "there is too much in it"};
    crypto::Hasher hasher;
    std::string piece(piece_bytes, '\0');
    for (std::uint64_t at = 0; at < window.size;) {
      const ssize_t got =
          pread(window.file, piece.data(), std::min<std::uint64_t>(piece.size(), window.size - at),
                static_cast<off_t>(window.offset + at));
      if (got <= 0) return Error{Errc::unavailable, "it cannot be read whole"};
      hasher.update(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
      at += static_cast<std::uint64_t>(got);
    }
    return hasher.finish();
  }

  JarContents& out_;
  const std::string& scratch_;
  WorkLeft left_{inventory::work_bytes_max};
};

}  // namespace

bool is_jar_name(std::string_view path) {
  if (path.size() < 5) return false;
  const std::string end = lowered(path.substr(path.size() - 4));
  return end == ".jar" || end == ".war" || end == ".ear";
}

Properties parse_properties(std::string_view text) {
  Properties all;
  each_line(text, [&](std::string_view line) {
    line = trimmed(line);
    const auto separator = line.find_first_of("=:");
    if (line.empty() || line.front() == '#' || line.front() == '!' || separator == line.npos) return;
    all.insert_or_assign(std::string(trimmed(line.substr(0, separator))),
                         std::string(trimmed(line.substr(separator + 1))));
  });
  return all;
}

Properties parse_manifest(std::string_view text) {
  Properties all;
  std::string* last = nullptr;
  bool over = false;
  each_line(text, [&](std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    over |= line.empty();
    if (over) return;
    if (line.front() == ' ') {
      if (last != nullptr) *last += line.substr(1);
      return;
    }
    const auto colon = line.find(':');
    if (colon == line.npos) return;
    last = &all.insert_or_assign(std::string(line.substr(0, colon)),
                                 std::string(trimmed(line.substr(colon + 1))))
                .first->second;
  });
  return all;
}

NameAndVersion split_jar_name(std::string_view file_name) {
  if (is_jar_name(file_name)) file_name.remove_suffix(4);
  for (auto dash = file_name.find('-'); dash != file_name.npos; dash = file_name.find('-', dash + 1)) {
    const bool version =
        dash > 0 && dash + 1 < file_name.size() && file_name[dash + 1] >= '0' && file_name[dash + 1] <= '9';
    if (version) return {std::string(file_name.substr(0, dash)), std::string(file_name.substr(dash + 1))};
  }
  return {std::string(file_name), {}};
}

Result<JarContents> read_jar(int file, std::uint64_t size, const std::string& name,
                             const std::string& scratch) {
  JarContents contents;
  if (size > inventory::archive_bytes_max) return Error{Errc::too_large, "it is too large to be looked into"};
  TRY(Exploring(contents, scratch).explore({file, 0, size}, "", name, 0));
  return contents;
}

}  // namespace weir::agent
