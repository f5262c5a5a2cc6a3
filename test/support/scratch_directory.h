// A directory of its own for one test, gone with it. Paths given are relative to it; parents are made.
#pragma once
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/check.h"

namespace weir::test {

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string pattern = std::filesystem::temp_directory_path() / "weir_test.XXXXXX";
    CHECK(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  std::string path(std::string_view below = "") const { return below.empty() ? path_ : path_ / below; }
  std::string write(std::string_view below, std::string_view content) const {
    std::filesystem::create_directories((path_ / below).parent_path());
    std::ofstream(path_ / below, std::ios::binary) << content;
    return path(below);
  }
  void make_directory(std::string_view below) const { std::filesystem::create_directories(path_ / below); }
  void link(std::string_view below, std::string_view target) const {
    std::filesystem::create_directories((path_ / below).parent_path());
    std::filesystem::create_symlink(target, path_ / below);
  }
  std::string read(std::string_view below) const {
    std::ifstream file(path_ / below, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace weir::test
