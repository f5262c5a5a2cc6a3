#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/sysmacros.h>
#include <time.h>

#include <cerrno>
#include <cstring>

#include "agent/processes/exec_record.h"
#include "agent/processes/exec_source.h"
#include "agent/processes/proc_text.h"

extern "C" const char weir_exec_begin[], weir_exec_end[];

namespace weir::agent {
namespace {

struct CloseObject {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};
struct CloseLink {
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};
struct CloseRing {
  void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
};

int stay_quiet(libbpf_print_level, const char*, va_list) { return 0; }

std::string_view take(std::string_view& bytes, std::size_t count) {
  const std::string_view taken = bytes.substr(0, count);
  bytes.remove_prefix(taken.size());
  return taken;
}

ExecMoment moment_of(const weir_exec_record& head, std::string_view data) {
  ExecMoment moment{.pid = head.pid,
                    .at_ns = static_cast<std::int64_t>(head.at),
                    .start_ticks = ticks_of_boot_ns(head.forked_at),
                    .detailed = true,
                    .parent = head.parent,
                    .session = head.session,
                    .user = head.uid,
                    .login_user = head.login_uid,
                    .mount_namespace = head.mount_namespace};
  // The kernel keeps a device as major << 20 | minor; stat() spells it otherwise.
  moment.device = makedev(head.device >> 20, head.device & 0xfffff);
  moment.inode = head.inode;
  moment.size = head.size;
  moment.cgroup = head.cgroup;
  moment.filesystem = head.filesystem;
  moment.links = head.links;
  moment.detached = (head.flags & WEIR_FLAG_DETACHED) != 0;
  moment.script = (head.flags & WEIR_FLAG_SCRIPT) != 0;
  const std::string_view path = take(data, head.path_bytes), directory = take(data, head.directory_bytes);
  if ((head.flags & WEIR_FLAG_PATH_CUT) == 0) moment.path = path_of_components(path);
  if ((head.flags & WEIR_FLAG_DIRECTORY_CUT) == 0) moment.directory = path_of_components(directory);
  moment.filename = take(data, head.filename_bytes);
  moment.filename.resize(strnlen(moment.filename.data(), moment.filename.size()));
  moment.arguments = split_words(take(data, head.arguments_bytes));
  moment.command = std::string(head.comm, strnlen(head.comm, sizeof head.comm));
  return moment;
}

class EbpfSource final : public ExecSource {
 public:
  Status load(std::size_t ring_bytes);
  std::int64_t wait(Duration timeout, const ExecHandlers& handlers) override;

 private:
  static int receive(void* self, void* bytes, std::size_t size);
  void hand_over(std::string_view bytes);
  std::int64_t losses() const;

  std::unique_ptr<bpf_object, CloseObject> object_;
  std::unique_ptr<bpf_link, CloseLink> exec_link_, exit_link_;
  std::unique_ptr<ring_buffer, CloseRing> ring_;
  int lost_map_ = -1, exec_program_ = -1, exit_program_ = -1;
  std::int64_t losses_told_ = 0;
  const ExecHandlers* handlers_ = nullptr;
};

Error kernel_refuses(std::string_view doing, int code) {
  return {Errc::unavailable, fmt::format("eBPF: {}: {}", doing, strerror(code < 0 ? -code : code))};
}

Status EbpfSource::load(std::size_t ring_bytes) {
  libbpf_set_print(stay_quiet);
  object_.reset(bpf_object__open_mem(weir_exec_begin, weir_exec_end - weir_exec_begin, nullptr));
  if (!object_) return kernel_refuses("open program", errno);
  bpf_map* records = bpf_object__find_map_by_name(object_.get(), "records");
  if (!records || bpf_map__set_max_entries(records, static_cast<std::uint32_t>(ring_bytes)) != 0)
    return kernel_refuses("size the ring", errno);
  if (const int code = bpf_object__load(object_.get())) return kernel_refuses("load program", code);
  bpf_program* exec = bpf_object__find_program_by_name(object_.get(), "weir_exec");
  bpf_program* exit = bpf_object__find_program_by_name(object_.get(), "weir_exit");
  exec_link_.reset(bpf_program__attach(exec));
  if (!exec_link_) return kernel_refuses("attach to sched_process_exec", errno);
  exit_link_.reset(bpf_program__attach(exit));
  if (!exit_link_) return kernel_refuses("attach to sched_process_exit", errno);
  ring_.reset(ring_buffer__new(bpf_map__fd(records), receive, this, nullptr));
  if (!ring_) return kernel_refuses("map the ring", errno);
  lost_map_ = bpf_object__find_map_fd_by_name(object_.get(), "lost");
  exec_program_ = bpf_program__fd(exec);
  exit_program_ = bpf_program__fd(exit);
  malloc_trim(0);  // the kernel's type information is not needed any more
  return {};
}

int EbpfSource::receive(void* self, void* bytes, std::size_t size) {
  static_cast<EbpfSource*>(self)->hand_over({static_cast<const char*>(bytes), size});
  return 0;
}

void EbpfSource::hand_over(std::string_view bytes) {
  weir_exec_record head;
  if (bytes.size() < sizeof head) return;
  std::memcpy(&head, bytes.data(), sizeof head);
  bytes.remove_prefix(sizeof head);
  if (head.kind == WEIR_EXIT)
    handlers_->exited({.pid = head.pid,
                       .at_ns = static_cast<std::int64_t>(head.at),
                       .start_ticks = ticks_of_boot_ns(head.forked_at)});
  if (head.kind == WEIR_EXEC) handlers_->executed(moment_of(head, bytes.substr(0, head.data_bytes)));
}

// Records without room on the ring, and runs of the programs that the kernel skipped because one was interrupted.
std::int64_t EbpfSource::losses() const {
  const std::uint32_t key = 0;
  std::uint64_t count = 0;
  bpf_map_lookup_elem(lost_map_, &key, &count);
  for (const int program : {exec_program_, exit_program_}) {
    bpf_prog_info info{};
    std::uint32_t size = sizeof info;
    if (bpf_obj_get_info_by_fd(program, &info, &size) == 0) count += info.recursion_misses;
  }
  return static_cast<std::int64_t>(count);
}

std::int64_t EbpfSource::wait(Duration timeout, const ExecHandlers& handlers) {
  handlers_ = &handlers;
  ring_buffer__poll(ring_.get(), static_cast<int>(timeout.micros / 1000));
  handlers_ = nullptr;
  const std::int64_t lost = losses();
  return lost - std::exchange(losses_told_, lost);
}

}  // namespace

Result<std::unique_ptr<ExecSource>> open_ebpf_source(std::size_t ring_bytes) {
  auto source = std::make_unique<EbpfSource>();
  TRY(source->load(ring_bytes));
  return std::unique_ptr<ExecSource>(std::move(source));
}

}  // namespace weir::agent
