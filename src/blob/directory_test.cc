#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "base/limits.h"
#include "blob/store.h"
#include "crypto/digest.h"
#include "support/scratch_directory.h"

namespace weir::blob {
namespace {

class Directory : public testing::Test {
 protected:
  std::string file_of(const Sha256& digest) const {
    const std::string hex = to_hex(digest);
    return directory_.path("blobs/" + hex.substr(0, 2) + "/" + hex.substr(2));
  }
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path("blobs")))
      count += entry.is_regular_file();
    return count;
  }
  test::ScratchDirectory directory_;
  std::unique_ptr<BlobStore> blobs_ = std::move(open_directory(directory_.path("blobs"))).value();
};

TEST_F(Directory, gives_back_what_was_put_by_its_digest) {
  for (const std::string& bytes :
       {std::string(), std::string("x"), std::string(3'000'000, '\0'), std::string("a\0b", 3)}) {
    const auto digest = blobs_->put(bytes);
    ASSERT_TRUE(digest.ok());
    EXPECT_EQ(*digest, crypto::sha256(bytes));
    EXPECT_EQ(*blobs_->read(*digest), bytes);
  }
}

TEST_F(Directory, keeps_the_same_bytes_once) {
  ASSERT_TRUE(blobs_->put("same").ok());
  ASSERT_TRUE(blobs_->put("same").ok());
  EXPECT_EQ(files(), 1u);
}

TEST_F(Directory, leaves_only_the_blob_behind_when_many_put_it_at_once) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 10; ++n) EXPECT_TRUE(blobs_->put(std::to_string(n)).ok());
    });
  threads.clear();
  EXPECT_EQ(files(), 10u);
}

TEST_F(Directory, says_not_found_of_what_it_never_had) {
  EXPECT_EQ(blobs_->read(crypto::sha256("?")).error().code, Errc::not_found);
}

TEST_F(Directory, never_gives_back_other_bytes) {
  const Sha256 digest = blobs_->put("content").value();
  for (const std::string_view damage : {"Content", "conten", "content ", ""}) {
    std::ofstream(file_of(digest), std::ios::binary) << damage;
    EXPECT_EQ(blobs_->read(digest).error().code, Errc::corrupt) << damage;
  }
}

TEST_F(Directory, mends_a_damaged_blob_when_it_is_put_again) {
  const Sha256 digest = blobs_->put("content").value();
  std::ofstream(file_of(digest), std::ios::binary) << "torn";
  ASSERT_TRUE(blobs_->put("content").ok());
  EXPECT_EQ(*blobs_->read(digest), "content");
}

TEST_F(Directory, refuses_what_is_too_large) {
  EXPECT_EQ(blobs_->put(std::string(limits::blob_bytes_max + 1, 'x')).error().code, Errc::too_large);
  EXPECT_EQ(files(), 0u);
}

TEST_F(Directory, removes_and_forgets) {
  const Sha256 digest = blobs_->put("content").value();
  EXPECT_TRUE(blobs_->remove(digest).ok());
  EXPECT_TRUE(blobs_->remove(digest).ok()) << "removing what is gone is harmless";
  EXPECT_EQ(blobs_->read(digest).error().code, Errc::not_found);
}

TEST_F(Directory, lets_nobody_else_read_its_files) {
  const Sha256 digest = blobs_->put("content").value();
  struct stat facts{};
  ASSERT_EQ(stat(file_of(digest).c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(Directory, where_nothing_can_be_written_says_so_and_records_nothing) {
  std::ofstream(directory_.path("a-file")) << "x";
  EXPECT_EQ(open_directory(directory_.path("a-file/blobs")).error().code, Errc::unavailable);
  std::filesystem::remove_all(directory_.path("blobs"));
  std::ofstream(directory_.path("blobs")) << "a file where the directory was";
  EXPECT_EQ(blobs_->put("x").error().code, Errc::unavailable);
}

}  // namespace
}  // namespace weir::blob
