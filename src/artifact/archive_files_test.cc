#include "artifact/archive_files.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/scratch_directory.h"

namespace weir::artifact {
namespace {

std::string number(std::uint64_t value, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

// So many empty files, "0001" and so on; their directory has 50 bytes for each, and what says where it is comes behind.
struct Zip {
  std::string files, directory;
  explicit Zip(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string name = fmt::format("{:04}", i), place = number(files.size(), 4);
      const std::string common =
          number(20, 2) + std::string(20, '\0') + number(name.size(), 2) + number(0, 2);
      files += "PK\3\4" + common + name;
      directory += "PK\1\2" + number(20, 2) + common + std::string(10, '\0') + place + name;
    }
  }
  std::string end(int entries, std::uint64_t size, std::uint64_t place) const {
    return std::string("PK\5\6\0\0\0\0", 8) + number(entries, 2) + number(entries, 2) + number(size, 4) +
           number(place, 4) + number(0, 2);
  }
  std::string end64(int entries, std::uint64_t size, std::uint64_t place) const {
    return "PK\6\6" + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 8) + number(entries, 8) +
           number(entries, 8) + number(size, 8) + number(place, 8) + "PK\6\7" + number(0, 4) +
           number(files.size() + directory.size(), 8) + number(1, 4) + end(0xffff, 0xffffffff, 0xffffffff);
  }
};

// How many files are told, or why none is.
std::string read(const std::string& zip, std::size_t directory_bytes_max) {
  const test::ScratchDirectory scratch;
  int files = 0;
  const Status status = read_archive_files(
      scratch.write("a.zip", zip),
      {.files_max = 10'000, .file_bytes_max = 1000, .directory_bytes_max = directory_bytes_max},
      [](std::string_view) { return true; },
      [&](std::string_view, const Bytes&) {
        ++files;
        return Status();
      });
  if (status.ok()) return std::to_string(files);
  return status.error().code == Errc::too_large ? "too large" : status.error().message;
}

TEST(ArchiveFiles, the_directory_of_a_zip_is_bounded_before_it_is_read) {
  const Zip zip(300);
  const std::string whole = zip.files + zip.directory + zip.end(300, zip.directory.size(), zip.files.size());
  EXPECT_EQ(read(whole, zip.directory.size() + 22), "300");
  EXPECT_EQ(read(whole, zip.directory.size() + 21), "too large");
  EXPECT_EQ(read("#!/bin/sh\n" + whole, zip.directory.size() + 32), "300")
      << "what stands before shifts every place";
}

TEST(ArchiveFiles, no_zip_has_a_smaller_directory_than_is_read) {
  const Zip zip(300);
  const std::string all = zip.files + zip.directory;
  for (const std::string& lying :
       {all + zip.end(1, 50, zip.files.size()), all + zip.end(300, zip.directory.size(), 1),
        all + zip.end64(1, 50, zip.files.size())})
    EXPECT_EQ(read(lying, 1000), "too large");
  EXPECT_EQ(read(all + zip.end64(300, zip.directory.size(), zip.files.size()), 300 * 50 + 98), "300");
}

TEST(ArchiveFiles, what_is_no_archive_is_said_to_be_none) {
  for (const std::string& text : {std::string(), std::string("PK\5\6"), std::string(100, 'x')})
    EXPECT_NE(read(text, 1000), "too large");
}

}  // namespace
}  // namespace weir::artifact
