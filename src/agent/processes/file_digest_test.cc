#include "agent/processes/file_digest.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "agent/processes/processes_fixture.h"

namespace weir::agent {
namespace {

using testing::Folder;
using testing::write_text;

Sha256 digest(DigestCache& cache, const std::string& path) {
  const auto file = open_regular(path);
  CHECK(file.ok());
  const auto found = cache.digest_of(file->number());
  CHECK(found.ok());
  return *found;
}

// Files that changed a moment ago are not kept, so this waits until the file is old enough.
void fill(DigestCache& cache, const std::string& path) {
  const auto until = std::chrono::steady_clock::now() + testing::patience;
  while (cache.size() == 0 && std::chrono::steady_clock::now() < until) digest(cache, path);
  ASSERT_EQ(cache.size(), 1U) << "no read lease is granted here: " << path;
}

bool leases_are_granted(const std::string& path) {
  const Fd file(open(path.c_str(), O_RDONLY));
  return fcntl(file.number(), F_SETLEASE, F_RDLCK) == 0;
}

TEST(DigestCache, remembers_a_file_that_nobody_writes) {
  const Folder folder;
  write_text(folder / "a", "hello");
  if (!leases_are_granted(folder / "a")) GTEST_SKIP() << "this file system or user gets no leases";
  DigestCache cache;
  fill(cache, folder / "a");
  const std::size_t hits = cache.hits();
  EXPECT_EQ(digest(cache, folder / "a"), crypto::sha256("hello"));
  EXPECT_EQ(cache.hits(), hits + 1);
}

TEST(DigestCache, sees_what_a_shared_mapping_writes_without_a_change_of_times) {
  const Folder folder;
  const std::string path = folder / "a";
  write_text(path, "hello");
  if (!leases_are_granted(path)) GTEST_SKIP() << "this file system or user gets no leases";
  DigestCache cache;
  fill(cache, path);
  const Fd file(open(path.c_str(), O_RDWR));
  char* memory = static_cast<char*>(mmap(nullptr, 5, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0));
  ASSERT_NE(memory, MAP_FAILED);
  memory[0] = 'j';
  EXPECT_EQ(digest(cache, path), crypto::sha256("jello"));
  struct stat before{}, after{};
  fstat(file.number(), &before);
  memory[0] = 'c';
  fstat(file.number(), &after);
  EXPECT_EQ(key_of(before), key_of(after)) << "the times tell here, so this proves nothing";
  EXPECT_EQ(digest(cache, path), crypto::sha256("cello"));
  munmap(memory, 5);
}

TEST(DigestCache, keeps_nothing_while_the_file_is_open_for_writing) {
  const Folder folder;
  write_text(folder / "a", "hello");
  write_text(folder / "b", "other");
  if (!leases_are_granted(folder / "b")) GTEST_SKIP() << "this file system or user gets no leases";
  const Fd writer(open((folder / "a").c_str(), O_WRONLY));
  DigestCache cache;
  DigestCache beside;
  fill(beside, folder / "b");  // by now "a" is old enough too
  digest(cache, folder / "a");
  EXPECT_EQ(cache.size(), 0U);
}

TEST(DigestCache, is_bounded) {
  const Folder folder;
  DigestCache cache(2);
  for (const char* name : {"a", "b", "c"}) write_text(folder / name, name);
  if (!leases_are_granted(folder / "a")) GTEST_SKIP() << "this file system or user gets no leases";
  DigestCache beside;
  fill(beside, folder / "c");
  for (const char* name : {"a", "b", "c"}) digest(cache, folder / name);
  EXPECT_EQ(cache.size(), 2U);
}

TEST(DigestCache, refuses_what_is_no_regular_file) {
  const Folder folder;
  mkfifo((folder / "pipe").c_str(), 0600);
  EXPECT_FALSE(open_regular(folder / "pipe").ok());
  EXPECT_FALSE(open_regular("/dev/zero").ok());
  EXPECT_FALSE(open_regular(folder.path.string()).ok());
  EXPECT_FALSE(open_regular(folder / "missing").ok());
  DigestCache cache;
  const Fd zero(open("/dev/zero", O_RDONLY));
  EXPECT_FALSE(cache.digest_of(zero.number()).ok());
  EXPECT_FALSE(cache.digest_of(-1).ok());
}

}  // namespace
}  // namespace weir::agent
