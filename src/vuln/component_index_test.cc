#include "vuln/component_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "crypto/digest.h"
#include "support/scratch_directory.h"

namespace weir::vuln {
namespace {

// Kept, since the model asks for them again and again.
Component npm(int number) {
  static std::map<int, Component> made;
  if (const auto known = made.find(number); known != made.end()) return known->second;
  const std::string name = "package-" + std::to_string(number / 3),
                    version = std::to_string(number % 3) + ".0.0";
  return made[number] =
             components_of(
                 {.items = {{.name = name, .version = version, .purl = "pkg:npm/" + name + "@" + version}}})
                 .at(0);
}

Sha256 artifact(int number) { return crypto::sha256("artifact " + std::to_string(number)); }

// What the index must say, kept in the plainest way.
class Model {
 public:
  void take(int artifact, std::int64_t attestation, const std::set<int>& bill, ComponentIndex& index) {
    std::vector<Component> components;
    for (const int each : bill) components.push_back(npm(each));
    const auto before = held();
    const bool is_new = !attested_.contains(artifact) || attested_[artifact] < attestation;
    if (is_new) bills_[artifact] = bill, attested_[artifact] = attestation;
    const auto after = held();
    const auto taken = index.take(vuln::artifact(artifact), attestation, components);
    EXPECT_EQ(texts(index, taken.fresh), minus(after, before));
    EXPECT_EQ(texts(index, taken.dropped), minus(before, after));
  }

  void expect_same(const ComponentIndex& index) const {
    ASSERT_EQ(index.artifacts(), bills_.size());
    for (const auto& [number, bill] : bills_) {
      EXPECT_EQ(texts(index, index.of(vuln::artifact(number))), texts(bill)) << number;
      EXPECT_EQ(index.attestation_of(vuln::artifact(number)), attested_.at(number));
    }
    std::map<std::string, std::set<Sha256>> holders_of;
    for (const auto& [number, bill] : bills_)
      for (const std::string& text : texts(bill)) holders_of[text].insert(vuln::artifact(number));
    for (ComponentId id = 0; id < index.components(); ++id) {
      std::set<Sha256> holders;
      index.each_holder(id, [&](const Sha256& digest) { holders.insert(digest); });
      const std::string text(index.text(id));
      EXPECT_EQ(holders, holders_of[text]) << text;
      EXPECT_EQ(index.holders(id), holders.size());
      if (const auto few = index.few_holders(id)) {
        EXPECT_TRUE(std::ranges::is_sorted(*few));
        std::set<Sha256> same;
        for (const ArtifactNumber number : *few) same.insert(index.artifact(number));
        EXPECT_EQ(same, holders) << text;
      }
      EXPECT_EQ(index.find(text), id);
      EXPECT_EQ(index.component(id).text, text);
    }
  }

 private:
  static std::set<std::string> texts(const std::set<int>& bill) {
    std::set<std::string> texts;
    for (const int each : bill) texts.insert(npm(each).text);
    return texts;
  }
  static std::set<std::string> texts(const ComponentIndex& index, const std::vector<ComponentId>& ids) {
    std::set<std::string> texts;
    for (const ComponentId id : ids) texts.emplace(index.text(id));
    return texts;
  }
  std::set<std::string> held() const {
    std::set<std::string> all;
    for (const auto& [number, bill] : bills_) all.merge(texts(bill));
    return all;
  }
  static std::set<std::string> minus(const std::set<std::string>& a, const std::set<std::string>& b) {
    std::set<std::string> rest;
    std::ranges::set_difference(a, b, std::inserter(rest, rest.end()));
    return rest;
  }

  std::map<int, std::set<int>> bills_;
  std::map<int, std::int64_t> attested_;
};

// Releases of a few services, each a little different from the one before.
class Releases {
 public:
  explicit Releases(unsigned seed) : random_(seed) {
    for (std::set<int>& service : services_)
      for (int i = below(40); i > 0; --i) service.insert(below(300));
  }
  std::set<int> next() {
    std::set<int>& service = services_[static_cast<std::size_t>(below(static_cast<int>(services_.size())))];
    for (int i = below(4); i > 0; --i) service.insert(below(300));
    for (int i = below(4); i > 0 && !service.empty(); --i)
      service.erase(std::next(service.begin(), below(static_cast<int>(service.size()))));
    return service;
  }
  int below(int end) { return std::uniform_int_distribution(0, end - 1)(random_); }

 private:
  std::mt19937 random_;
  std::array<std::set<int>, 5> services_;
};

TEST(ComponentIndex, says_what_a_plain_list_of_bills_says_also_after_it_was_saved) {
  const test::ScratchDirectory directory;
  const std::string file = directory.path("org.components");
  for (unsigned seed = 1; seed <= 3; ++seed) {
    Model model;
    Releases releases(seed);
    ComponentIndex index;
    for (std::int64_t round = 0; round < 4; ++round) {
      for (std::int64_t i = 0; i < 40; ++i)
        model.take(releases.below(60), round * 40 + i - releases.below(3), releases.next(), index);
      model.expect_same(index);
      ASSERT_TRUE(index.save(file).ok());
      ComponentIndex opened = ComponentIndex::open(file).value();
      model.expect_same(opened);
      EXPECT_EQ(opened.through(), index.through());
      EXPECT_EQ(opened.encode(), index.encode());
      index = std::move(opened);  // the next round changes what is mapped
    }
  }
}

TEST(ComponentIndex, bills_that_are_alike_share_a_set) {
  ComponentIndex index;
  std::vector<Component> bill;
  for (int i = 0; i < 100; ++i) bill.push_back(npm(i));
  index.take(artifact(0), 1, bill);
  for (int i = 1; i < 50; ++i) {
    bill[static_cast<std::size_t>(i)] = npm(300 + i);
    index.take(artifact(i), i + 1, bill);
  }
  EXPECT_LE(index.sets(), 3U);
}

TEST(ComponentIndex, finds_packages_by_url_name_and_what_advisories_call_them) {
  ComponentIndex index;
  const std::vector<Component> bill = components_of(
      {.items = {{.name = "b", .version = "1.0", .purl = "pkg:npm/%40a/b@1.0"},
                 {.name = "b", .version = "2.0", .purl = "pkg:npm/%40a/b@2.0?x=y"},
                 {.name = "b", .version = "2.0", .purl = "pkg:npm/b@2.0"},
                 {.name = "Flask_Login", .version = "0.6", .purl = "pkg:pypi/Flask_Login@0.6"}}});
  index.take(artifact(1), 1, bill);
  EXPECT_EQ(index.below("pkg:npm/%40a/b").size(), 2U);
  EXPECT_EQ(index.below("pkg:npm/%40a/b@2.0").size(), 1U);
  EXPECT_EQ(index.below("pkg:npm/%40a/").size(), 0U);
  EXPECT_EQ(index.below("pkg:npm/%40a/b@2").size(), 0U);
  EXPECT_EQ(index.named("B").size(), 3U);
  EXPECT_EQ(index.about("PyPI", "flask-login").size(), 1U);
  EXPECT_EQ(index.about("npm", "@a/b").size(), 2U);
  EXPECT_TRUE(index.about("Go", "b").empty());
  EXPECT_EQ(index.containing("FLASK", 10).size(), 1U);
  EXPECT_EQ(index.containing("pkg:", 3).size(), 3U);
}

TEST(ComponentIndex, a_name_without_purl_is_another_component_in_another_ecosystem) {
  const evidence::Item item{.name = "libc6", .version = "2.36-9", .purl = "", .source = "glibc@2.36-9"};
  const auto text = [&](const char* system, const char* version) {
    return components_of({.items = {item}, .system = {system, version}}).at(0).text;
  };
  EXPECT_EQ(text("debian", "12"), "libc6@2.36-9 (Debian:12 glibc)");
  EXPECT_EQ(text("ubuntu", "22.04"), "libc6@2.36-9 (Ubuntu:22.04 glibc)");
  EXPECT_EQ(text("", ""), "libc6@2.36-9");
  ComponentIndex index;
  index.take(artifact(1), 1, components_of({.items = {item}, .system = {"debian", "12"}}));
  EXPECT_EQ(index.about("Debian", "glibc").size(), 1U);
  EXPECT_EQ(index.named("libc6").size(), 1U);
}

// Asks everything that can be asked.
std::size_t ask_all(ComponentIndex& index) {
  std::size_t answers = 0;
  for (ComponentId id = 0; id < index.components(); ++id) {
    const Component component = index.component(id);
    answers += index.holders_of(id).count() + index.below(component.text).size() +
               index.named(component.name).size();
    for (const std::string& name : component.package.names)
      answers += index.about(component.package.ecosystem, name).size();
    index.each_holder(id, [&](const Sha256& digest) { answers += index.of(digest).size(); });
  }
  answers += index.containing("left", 10).size();
  const std::vector<Component> bill{npm(1), npm(2), npm(500)};
  for (int i = 0; i < 10; ++i) answers += index.take(artifact(i), 1'000'000 + i, bill).fresh.size();
  return answers + index.encode().size();
}

TEST(ComponentIndex, a_cut_or_flipped_file_is_refused) {
  Releases releases(7);
  ComponentIndex index;
  Model model;
  for (int i = 0; i < 30; ++i) model.take(i, i, releases.next(), index);
  const Bytes bytes = index.encode();
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 50)
    EXPECT_FALSE(ComponentIndex::decode(BytesView(bytes).substr(0, size)).ok()) << size;
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    Bytes damaged = bytes;
    char& byte = damaged[random() % damaged.size()];
    byte = static_cast<char>(byte ^ (1 << random() % 8));
    const auto read = ComponentIndex::decode(damaged);
    ASSERT_FALSE(read.ok()) << i;
    EXPECT_EQ(read.error().code, Errc::corrupt);
  }
}

// A file that somebody sealed anew after changing it may say anything, but never reaches beyond itself.
TEST(ComponentIndex, a_file_sealed_anew_after_damage_is_refused_or_read_within_its_bounds) {
  Releases releases(8);
  ComponentIndex index;
  Model model;
  for (int i = 0; i < 30; ++i) model.take(i, i, releases.next(), index);
  const Bytes bytes = index.encode();
  std::mt19937 random(2);
  std::size_t read = 0, answers = 0;
  for (int i = 0; i < 1000; ++i) {
    Bytes damaged = bytes.substr(0, bytes.size() - 8);
    for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips) {
      char& byte = damaged[64 + random() % (damaged.size() - 64)];
      byte = static_cast<char>(random() % 2 == 0 ? byte ^ (1 << random() % 8) : random());
    }
    IndexChecksum checksum;
    checksum.add(damaged);
    const std::uint64_t sum = checksum.value();
    damaged.append(reinterpret_cast<const char*>(&sum), sizeof sum);
    auto opened = ComponentIndex::decode(damaged);
    if (!opened.ok()) continue;
    ++read;
    answers += ask_all(*opened);
  }
  EXPECT_GT(read, 200U);
  EXPECT_GT(answers, 0U);
}

}  // namespace
}  // namespace weir::vuln
